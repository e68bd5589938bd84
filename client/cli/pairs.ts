/** `ballast pairs`: which two outcomes together pay 1, and who said so. */
import type { Command } from 'commander';
import type { PairView } from '../../contracts/requests.ts';
import { pairsViewSchema, pairViewSchema } from '../../contracts/requests.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { change, show } from './ask.ts';
import { printable, table, utcTime } from './format.ts';
import { orOf } from './lists.ts';
import type { Ends } from './verbs.ts';
import { example, listOptions, nonEmpty } from './verbs.ts';

const ADD_HELP = `
The outcome is the one at Polymarket that pays where Kalshi's yes does not; the two opposites are
the same pair and need not be added. Both rule texts are kept by their hash. Paper trades may use a
pair at once, live ones only after pairs approve.

Example:
  $ ballast pairs add nhl-cbj-fla --kalshi KXNHLGAME-26NOV22CBJFLA-CBJ \\
      --polymarket nhl-cbj-fla-2026-11-22 --outcome Panthers --reason "same game, same rules"`;

const APPROVE_HELP = `
Read both rule texts first: who approves says that both markets always resolve alike.

Example:
  $ ballast pairs approve nhl-cbj-fla --reason "read both rule texts"`;

interface AddOptions {
  readonly kalshi: string;
  readonly polymarket: string;
  readonly outcome: string;
  readonly reason: string;
  readonly json?: true;
}

/** Adds the verbs of pairs. */
export function addPairVerbs(program: Command, ports: CliPorts, ends: Ends): void {
  const pairs = program
    .command('pairs')
    .description('registered pairs, and who approved each')
    .addHelpText('after', example('ballast pairs list'));
  pairs
    .command('list', { isDefault: true })
    .description('registered pairs, and who approved each')
    .addOption(listOptions.json())
    .addHelpText('after', example('ballast pairs list'))
    .action(
      ends(async ({ json }: { json?: true }) => {
        const asked = { path: '/api/v1/pairs', schema: pairsViewSchema, asJson: json === true };
        await show(ports, asked, (view) =>
          orOf(view.pairs, pairsTable, 'no pairs; see ballast pairs add --help'),
        );
        return EXIT.ok;
      }),
    );
  pairs
    .command('add')
    .description('register two outcomes, one a venue, as together paying 1 a contract')
    .argument('<id>', 'a name for the pair')
    .requiredOption('--kalshi <ticker>', 'the market at Kalshi', nonEmpty)
    .requiredOption('--polymarket <slug>', 'the market at Polymarket', nonEmpty)
    .requiredOption('--outcome <outcome>', 'what pays there where Kalshi yes does not', nonEmpty)
    .requiredOption('--reason <text>', 'why; kept in the audit log', nonEmpty)
    .addOption(listOptions.json())
    .addHelpText('after', ADD_HELP)
    .action(
      ends((id: string, { json, ...options }: AddOptions) => {
        const body = { id, ...options };
        const path = '/api/v1/pairs';
        const asked = { path, role: 'admin', body, schema: pairViewSchema } as const;
        return change(ports, { ...asked, asJson: json === true }, pairLines);
      }),
    );
  pairs
    .command('approve')
    .description('confirm by name that both markets resolve alike')
    .argument('<id>', 'the pair')
    .requiredOption('--reason <text>', 'why; kept in the audit log', nonEmpty)
    .addOption(listOptions.json())
    .addHelpText('after', APPROVE_HELP)
    .action(
      ends((id: string, { json, reason }: { reason: string; json?: true }) => {
        const path = `/api/v1/pairs/${encodeURIComponent(id)}/approve`;
        const asked = { path, role: 'admin', body: { reason }, schema: pairViewSchema } as const;
        return change(ports, { ...asked, asJson: json === true }, pairLines);
      }),
    );
}

function pairsTable(pairs: readonly PairView[]): string[] {
  const rows = pairs.map((pair) => [
    printable(pair.id),
    printable(`${pair.kalshi.market} yes`),
    printable(`${pair.polymarket.market} ${pair.polymarket.outcome}`),
    approvalOf(pair),
  ]);
  return table([['pair', 'kalshi', 'polymarket', 'approved'], ...rows]);
}

function pairLines(pair: PairView): string[] {
  const missing = pair.rulesMissing.map((venue) => `${venue} gives no rule text for its market`);
  return [
    ...table([
      ['pair', printable(pair.id)],
      ['kalshi', printable(`${pair.kalshi.market} yes: ${pair.kalshi.title}`)],
      [
        'polymarket',
        printable(`${pair.polymarket.market} ${pair.polymarket.outcome}: ${pair.polymarket.title}`),
      ],
      ['rules', printable(pair.rulesHash)],
      ['added', printable(`by ${pair.addedBy}, ${utcTime(pair.addedAt)}: ${pair.reason}`)],
      ['approved', approvalOf(pair)],
    ]),
    ...missing,
  ];
}

function approvalOf({ approvedBy, approvedAt }: PairView): string {
  if (approvedBy === null || approvedAt === null) return 'no: paper only';
  return printable(`by ${approvedBy}, ${utcTime(approvedAt)}`);
}
