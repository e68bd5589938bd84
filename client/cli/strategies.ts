/** `ballast strategies`: list, enable, limit. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { StrategyView } from '../../contracts/requests.ts';
import { doneSchema, strategiesViewSchema } from '../../contracts/requests.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { change, show } from './ask.ts';
import { painter, printable, table, usd } from './format.ts';
import { orOf } from './lists.ts';
import type { Ends } from './verbs.ts';
import { example, listOptions, nonEmpty, pathWith } from './verbs.ts';

const LIMIT_HELP = `
Sets all three at once: what is left out is capped no more. They hold beside the desk's limits.

Example:
  $ ballast strategies limit nhl-pairs --per-trade 25 --open 100 --reason "new model"`;

interface LimitOptions {
  readonly perTrade?: string;
  readonly dailyTrades?: number;
  readonly open?: string;
  readonly reason: string;
  readonly json?: true;
}

/** Adds the verbs of strategies. */
export function addStrategyVerbs(program: Command, ports: CliPorts, ends: Ends): void {
  const strategies = program
    .command('strategies')
    .description('strategies, what they did, and their own caps')
    .addHelpText('after', example('ballast strategies list'));
  strategies
    .command('list', { isDefault: true })
    .description('every strategy that ever proposed, with executions, caps and what is open')
    .addOption(listOptions.book())
    .addOption(listOptions.json())
    .addHelpText('after', example('ballast strategies list'))
    .action(
      ends(async ({ book, json }: { book?: string; json?: true }) => {
        const path = pathWith('/api/v1/strategies', { book });
        const asked = { path, schema: strategiesViewSchema, asJson: json === true };
        await show(ports, asked, (view) =>
          orOf(
            view.strategies,
            (rows) => strategiesTable(rows, ports.isTerminal),
            'no strategy has proposed anything yet',
          ),
        );
        return EXIT.ok;
      }),
    );
  strategies
    .command('enable')
    .description('let a stopped strategy trade again; its count starts anew')
    .argument('<name>', 'the strategy')
    .requiredOption('--reason <text>', 'why; kept in the audit log', nonEmpty)
    .addOption(listOptions.json())
    .addHelpText('after', example('ballast strategies enable nhl-pairs --reason "feed fixed"'))
    .action(
      ends((name: string, { json, reason }: { reason: string; json?: true }) =>
        ask(ports, { name, verb: 'enable', body: { reason }, asJson: json === true }),
      ),
    );
  strategies
    .command('limit')
    .description("set a strategy's own caps")
    .argument('<name>', 'the strategy')
    .option('--per-trade <usd>', 'dollars, worst case of one trade with fees')
    .option('--daily-trades <n>', 'trades a day', wholeCount)
    .option('--open <usd>', 'dollars, all that is open or held')
    .requiredOption('--reason <text>', 'why; kept in the audit log', nonEmpty)
    .addOption(listOptions.json())
    .addHelpText('after', LIMIT_HELP)
    .action(
      ends((name: string, { json, ...body }: LimitOptions) =>
        ask(ports, { name, verb: 'limit', body, asJson: json === true }),
      ),
    );
}

function ask(
  ports: CliPorts,
  asked: { name: string; verb: 'enable' | 'limit'; body: object; asJson: boolean },
): Promise<number> {
  const { name, verb, body, asJson } = asked;
  const path = `/api/v1/strategies/${encodeURIComponent(name)}/${verb}`;
  return change(ports, { path, role: 'admin', body, schema: doneSchema, asJson }, ({ done }) => [
    printable(done),
  ]);
}

function strategiesTable(strategies: readonly StrategyView[], isTerminal: boolean): string[] {
  const paint = painter(isTerminal);
  const rows = strategies.map((one) => [
    printable(one.name),
    one.enabled ? 'enabled' : paint('red', 'STOPPED'),
    `${one.executions}/${one.executionsMax} in ${one.windowSeconds} s`,
    `${one.tradesToday}/${one.caps.dailyTrades ?? '-'}`,
    `${usd(one.open)}/${capOf(one.caps.open)}`,
    capOf(one.caps.perTrade),
    printable(one.reason),
  ]);
  const head = ['strategy', 'state', 'executions', 'today/cap', 'open/cap', 'per trade', 'reason'];
  return table([head, ...rows], [3, 4, 5]);
}

const capOf = (cap: string | null): string => (cap === null ? '-' : usd(cap));

function wholeCount(text: string): number {
  if (!/^(0|[1-9]\d{0,5})$/.test(text))
    throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
