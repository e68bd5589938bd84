/** `ballast import` and `export`: the predecessor's data comes in, and goes out in its shape. */
import type { Command } from 'commander';
import { readPredecessorFile } from '../../contracts/predecessor-file.ts';
import type { ImportRefusal, ImportView } from '../../contracts/predecessor-import.ts';
import type { FieldProblem } from '../../contracts/proposal.ts';
import { parseDecimal } from '../../domain/decimal.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { CliError } from './errors.ts';
import { jsonText, painter, printable, signedUsd, table, usd } from './format.ts';
import type { Ends } from './verbs.ts';
import { example, nonEmpty } from './verbs.ts';

/** More mistakes of a damaged file than anybody reads at once. */
const PROBLEMS_SHOWN = 50;

const IMPORT_HELP = `
Bets that are open become trades of the paper book, past the rules and marked so. A damaged file, or
one that the cash of a venue does not cover, is refused as a whole. A repeat changes nothing.

Example:
  $ ballast import paper_trading_data.json --dry-run
  $ ballast import paper_trading_data.json --reason "moving to Ballast"`;

interface ImportOptions {
  readonly dryRun?: true;
  readonly reason?: string;
  readonly json?: true;
}

/** Adds the verbs of the predecessor's data; they work whether a desk runs or not. */
export function addPredecessorVerbs(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('import')
    .description("import the open bets of the predecessor's paper-trading file")
    .argument('<file>', 'a file, or - for standard input')
    .option('--dry-run', 'only say what would be done')
    .option('--reason <text>', 'why; kept in the audit log', nonEmpty)
    .option('--json', 'the raw report')
    .addHelpText('after', IMPORT_HELP)
    .action(ends((path: string, options: ImportOptions) => importFile(ports, path, options)));
  program
    .command('export')
    .description("write the current book in the shape of the predecessor's file")
    .option('--out <file>', 'where to (default: standard output)')
    .addHelpText('after', example('ballast export --out trades.json'))
    .action(ends((options: { out?: string }) => exportFile(ports, options.out)));
}

async function importFile(ports: CliPorts, path: string, options: ImportOptions): Promise<number> {
  const read = readPredecessorFile(await ports.readInput(path));
  if (!read.ok) throw refused(`${path} is damaged`, read.problems, EXIT.usage);
  const outcome = await ports.importFile({
    file: read.file,
    source: path,
    reason: options.reason ?? `import of ${path}`,
    dryRun: options.dryRun === true,
  });
  if (outcome.kind === 'refused') {
    const { says, code } = REFUSALS[outcome.why];
    throw refused(says, outcome.problems, code);
  }
  const { view } = outcome;
  const lines = options.json === true ? [jsonText(view)] : reportLines(view, ports.isTerminal);
  for (const line of lines) ports.out(line);
  return EXIT.ok;
}

const REFUSALS: Readonly<Record<ImportRefusal, { says: string; code: number }>> = {
  book: { says: 'the desk trades another book', code: EXIT.conflict },
  conflict: { says: 'trades of these ids are here already', code: EXIT.conflict },
  cash: { says: 'the cash of the paper book does not cover the bets', code: EXIT.denied },
};

function refused(says: string, problems: readonly FieldProblem[], code: number): CliError {
  const lines = problems
    .slice(0, PROBLEMS_SHOWN)
    .map(({ field, problem }) => printable(`${field}: ${problem}`));
  const more = problems.length - lines.length;
  return new CliError(`${printable(says)}; nothing was imported`, code, [
    ...lines,
    ...(more > 0 ? [`and ${more} more`] : []),
  ]);
}

function reportLines(view: ImportView, isTerminal: boolean): string[] {
  const paint = painter(isTerminal);
  const rows = view.bets.map(({ bet, result, trade, quantity, cost, fees, game }) => [
    printable(bet),
    paint(result === 'refused' ? 'red' : 'green', view.dryRun ? WOULD_BE[result] : result),
    printable(trade ?? '-'),
    quantity,
    usd(cost),
    usd(fees),
    printable(game),
  ]);
  const reasons = view.bets.flatMap(({ bet, reasons: why }) =>
    why.map((reason) => `${printable(bet)}: ${printable(reason)}`),
  );
  const head = ['bet', 'result', 'trade', 'contracts', 'cost', 'fees', 'game'];
  return [
    headline(view),
    '',
    ...table([head, ...rows], [3, 4, 5]),
    ...(reasons.length > 0 ? ['', ...reasons] : []),
    '',
    ...balanceLines(view.balance),
    '',
    ...table(view.cash.map((cash) => cashRow(cash, view.dryRun))),
  ];
}

/** A dry run has imported nothing. */
const WOULD_BE: Readonly<Record<ImportView['bets'][number]['result'], string>> = {
  imported: 'to import',
  'already there': 'already there',
  refused: 'refused',
  history: 'history',
};

function headline({ bets, dryRun, day }: ImportView): string {
  const count = (result: string): number => bets.filter((bet) => bet.result === result).length;
  const fresh = count('imported');
  const known = count('already there');
  const rest = `${count('refused')} refused, ${count('history')} over before`;
  if (fresh === 0) return `nothing new: ${known} bets are here already, ${rest}`;
  const did = dryRun ? 'would import' : 'imported';
  return `${did} ${fresh} bets as open trades of the paper book on ${day}; ${known} are here already, ${rest}`;
}

function balanceLines(balance: ImportView['balance']): string[] {
  const { initial, history, open, explained, stated, difference } = balance;
  const sum = `${usd(initial)} to begin with, ${signedUsd(history)} from bets that are over, less ${usd(open)} in open trades`;
  return [
    `the file's bets explain a balance of ${usd(explained)}: ${sum}`,
    `the file states ${usd(stated)}${differs(difference)}`,
  ];
}

function differs(difference: string): string {
  if (parseDecimal(difference) === 0) return ', the same';
  return difference.startsWith('-')
    ? `, which is ${usd(difference.slice(1))} more than that`
    : `: ${usd(difference)} went into bets that are no trade here`;
}

function cashRow(
  { venue, paid, freeAfter }: ImportView['cash'][number],
  dryRun: boolean,
): string[] {
  const what = dryRun ? 'to pay for this import' : 'paid for this import';
  return [venue, `${usd(paid)} ${what}`, `${usd(freeAfter)} free after it`];
}

async function exportFile(ports: CliPorts, path: string | undefined): Promise<number> {
  const file = await ports.exportFile();
  const text = jsonText(file);
  if (path === undefined) {
    ports.out(text);
    return EXIT.ok;
  }
  await ports.writeOutput(path, `${text}\n`);
  ports.out(`${file.bets.length} bets written to ${printable(path)}`);
  return EXIT.ok;
}
