/** `ballast trade resolve` and `approve`: what waits for a person's word. */
import type { Command } from 'commander';
import { Argument } from 'commander';
import {
  approvalViewSchema,
  RESOLVE_ACTIONS,
  resolveViewSchema,
} from '../../contracts/requests.ts';
import type { TradeDetails } from '../../contracts/trade-details.ts';
import { tradeDetailsSchema } from '../../contracts/trade-details.ts';
import { parseDecimal } from '../../domain/decimal.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { readApi } from './api.ts';
import { change } from './ask.ts';
import { CliError } from './errors.ts';
import { printable, usd } from './format.ts';
import { legsText, statusOf } from './trade-text.ts';
import type { Ends } from './verbs.ts';
import { example, listOptions, nonEmpty } from './verbs.ts';

const RESOLVE_HELP = `
complete buys the missing leg, unwind sells the one that stands alone, hold keeps it to its
settlement. The first two need the most they may lose in dollars, and are tried until they are done
or that much would be lost. It works while the desk is paused or halted. On a terminal the trade's
id is asked for once more; elsewhere --yes says that you mean it.

Example:
  $ ballast trade resolve nhl-1 unwind --max-loss 12.50 --reason "venue is down"`;

type Action = (typeof RESOLVE_ACTIONS)[number];

interface Options {
  readonly maxLoss?: string;
  readonly reason: string;
  readonly yes?: true;
  readonly decline?: true;
  readonly json?: true;
}

/** Adds the verbs by which a person decides about one trade. */
export function addResolveVerbs(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('trade')
    .description('decide about one trade')
    .command('resolve')
    .description('order what becomes of a pair of which one leg stands alone')
    .argument('<id>', 'the trade')
    .addArgument(new Argument('<action>', 'what to do').choices(RESOLVE_ACTIONS))
    .option('--max-loss <usd>', 'dollars it may lose; needed to complete and to unwind')
    .requiredOption('--reason <text>', 'why; kept in the audit log', nonEmpty)
    .option('--yes', 'do not ask again')
    .addOption(listOptions.json())
    .addHelpText('after', RESOLVE_HELP)
    .action(
      ends((id: string, action: Action, options: Options) => resolve(ports, id, action, options)),
    );
  program
    .command('approve')
    .description(
      'let a proposal pass whose return is implausible, within 10 minutes, or decline it',
    )
    .argument('<id>', 'the proposal')
    .requiredOption(
      '--reason <text>',
      'why it is right all the same, or wrong; kept in the audit log',
      nonEmpty,
    )
    .option('--decline', 'deny it at once')
    .addOption(listOptions.json())
    .addHelpText('after', example('ballast approve nhl-1 --reason "checked both markets"'))
    .action(
      ends((id: string, { reason, json, decline }: Options) =>
        change(
          ports,
          {
            path: `/api/v1/approvals/${encodeURIComponent(id)}${decline === true ? '/decline' : ''}`,
            role: decline === true ? 'operator' : 'admin',
            body: { reason },
            schema: approvalViewSchema,
            asJson: json === true,
          },
          ({ id: said, status }) => [
            status === 'declined'
              ? `${printable(said)} declined: it is denied`
              : `${printable(said)} approved: every other rule judges it anew; ballast trades ${printable(said)}`,
          ],
        ),
      ),
    );
}

async function resolve(
  ports: CliPorts,
  id: string,
  action: Action,
  options: Options,
): Promise<number> {
  const { maxLoss, reason, yes, json } = options;
  checkLoss(action, maxLoss);
  if (yes !== true) await confirm(ports, id, { action, maxLoss });
  return change(
    ports,
    {
      path: `/api/v1/trades/${encodeURIComponent(id)}/resolve`,
      role: 'operator',
      body: { action, reason, ...(maxLoss === undefined ? {} : { maxLoss }) },
      schema: resolveViewSchema,
      asJson: json === true,
    },
    ({ resolutionId }) => [
      `${action} ordered (${printable(resolutionId)}); ballast trades ${printable(id)} says what comes of it`,
    ],
  );
}

/** @throws CliError before anything is sent or asked */
function checkLoss(action: Action, maxLoss: string | undefined): void {
  if (action === 'hold') {
    if (maxLoss === undefined) return;
    throw new CliError('--max-loss means nothing where the position is held', EXIT.usage);
  }
  const micros = maxLoss === undefined ? undefined : parseDecimal(maxLoss);
  if (micros !== undefined && micros > 0) return;
  const problem = maxLoss === undefined ? 'is missing' : `is no amount above zero: ${maxLoss}`;
  throw new CliError(`--max-loss ${printable(problem)}`, EXIT.usage, [
    `to ${action} needs the most it may lose in dollars, e.g. --max-loss 12.50`,
  ]);
}

async function confirm(
  ports: CliPorts,
  id: string,
  asked: { action: Action; maxLoss: string | undefined },
): Promise<void> {
  if (!ports.isTerminal) {
    throw new CliError('nobody is here to confirm it', EXIT.usage, ['add --yes to mean it']);
  }
  const path = `/api/v1/trades/${encodeURIComponent(id)}`;
  const { value: trade } = await readApi(ports, path, tradeDetailsSchema);
  for (const line of question(trade, asked)) ports.err(line);
  const typed = await ports.ask("type the trade's id to go on: ");
  if (typed.trim() !== id) throw new CliError('not confirmed: nothing was done', EXIT.usage);
}

function question(
  trade: TradeDetails,
  { action, maxLoss }: { action: Action; maxLoss: string | undefined },
): string[] {
  const atMost = maxLoss === undefined ? '' : `, losing at most ${usd(maxLoss)}`;
  return [
    `${printable(trade.id)} is ${statusOf(trade)}: ${legsText(trade)}`,
    `${action} it${atMost}?`,
  ];
}
