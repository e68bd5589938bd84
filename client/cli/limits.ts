/** `ballast limits`: every limit with what is left of it, and the largest trade they allow. */
import type { Command } from 'commander';
import type { LimitsView } from '../../contracts/limits.ts';
import { parseDecimal } from '../../domain/decimal.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { jsonText, printable, table, usd } from './format.ts';
import type { Ends } from './verbs.ts';
import { example, nonEmpty } from './verbs.ts';

/** Adds `limits` and `limits apply`; both work on the ledger itself, with or without an API. */
export function addLimitVerbs(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('limits')
    .description('the limits the desk enforces, what is left of them, and the largest trade')
    .option('--json', 'the raw numbers')
    .addHelpText('after', example('ballast limits'))
    .action(ends((options: { json?: true }) => showLimits(ports, options.json === true)))
    .command('apply')
    .description('adopt the limits of the environment')
    .requiredOption('--reason <text>', 'why; kept in the audit log', nonEmpty)
    .addHelpText('after', example('ballast limits apply --reason "smaller book this week"'))
    .action(
      ends(async (options: { reason: string }) => {
        const changes = await ports.applyLimits(options.reason);
        const rows = changes.map((change) => [change.field, change.was, '->', change.is]);
        const lines = rows.length === 0 ? ['nothing differs'] : table(rows, [1, 3]);
        for (const line of lines) ports.out(line);
        return EXIT.ok;
      }),
    );
}

/** Prints the limits as the ledger has them, or with `asJson` the raw view. */
async function showLimits(ports: CliPorts, asJson: boolean): Promise<number> {
  const view = await ports.readLimits();
  for (const line of asJson ? [jsonText(view)] : limitsLines(view)) ports.out(line);
  return EXIT.ok;
}

/** The lines `ballast limits` prints for `view`. */
export function limitsLines(view: LimitsView): string[] {
  const { desk, book, day } = view;
  return [
    `desk ${desk.id} · ${desk.state} · phase ${desk.phase} · book ${book} · day ${day} (UTC)`,
    '',
    ...countedTable(view),
    '',
    ...plainTable(view),
    '',
    ...singleLegTable(view),
    ...notes(view),
  ];
}

function countedTable(view: LimitsView): string[] {
  const rows = view.counted.map(({ name, of, unit, value, used, held, left, setting }) => {
    const show = unit === 'usd' ? usd : printable;
    const what = of === null ? name : `${name} ${printable(of)}`;
    return [what, show(value), show(used), show(held), show(left), setting];
  });
  const head = ['limit', 'value', 'used', 'held/at risk', 'left', 'set by'];
  return table([head, ...rows], [1, 2, 3, 4]);
}

function plainTable(view: LimitsView): string[] {
  const rows = view.plain.map(({ name, value, unit, setting }) => {
    const text = unit === 'usd' ? usd(value) : `${value} ${unit === 'percent' ? '%' : unit}`;
    return [name, printable(text), setting];
  });
  return table(rows, [1]);
}

/** The worst case with fees of one single-leg trade, and the limit that says so. */
function singleLegTable(view: LimitsView): string[] {
  const rows = view.singleLeg.map(({ venue, max, binds, maxNow, bindsNow }) => [
    venue,
    usd(max),
    binds.join(', '),
    usd(maxNow),
    bindsNow.join(', '),
  ]);
  const head = ['largest single leg', 'at best', 'bound by', 'now', 'bound by'];
  const { pair } = view;
  const pairRow =
    pair === null
      ? []
      : [[PAIR, usd(pair.max), pair.binds.join(', '), usd(pair.maxNow), pair.bindsNow.join(', ')]];
  return table([head, ...rows, ...pairRow], [1, 3]);
}

/** Both legs together; the day's loss limit bounds the dearer one. */
const PAIR = 'pair of even legs';

/** What the tables do not say by themselves. */
function notes(view: LimitsView): string[] {
  const lines: string[] = [];
  const reachable = Math.max(0, ...view.singleLeg.map(({ max }) => parseDecimal(max) ?? 0));
  for (const { name, value } of view.counted) {
    if (name !== 'position' && name !== 'event') continue;
    if ((parseDecimal(value) ?? 0) <= reachable) continue;
    lines.push(`the ${name} limit of ${usd(value)} can never be reached by one single leg`);
  }
  const trades = view.counted.find(({ name }) => name === 'trades');
  if (trades?.left === '0') lines.push(`no trade is left today: ${trades.value} are allowed`);
  if (view.desk.state !== 'active') lines.push(`the desk is ${view.desk.state}: no entries now`);
  return lines.length === 0 ? [] : ['', ...lines];
}
