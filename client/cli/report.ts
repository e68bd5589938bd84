/** `ballast report`: what a day came to, from the ledger itself. */
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { DailyReport } from '../../contracts/daily-report.ts';
import { dailyReportText } from '../../contracts/daily-report-text.ts';
import type { Book } from '../../domain/venue-id.ts';
import { BOOKS } from '../../domain/venue-id.ts';
import type { CliPorts, DailyReportAnswer } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { CliError } from './errors.ts';
import { jsonText } from './format.ts';
import type { Ends } from './verbs.ts';
import { example } from './verbs.ts';

/** Days named where the one asked for has no report. */
const DAYS_NAMED_MAX = 10;

/** Adds `report daily`. */
export function addReportVerbs(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('report')
    .description('what has come of it')
    .command('daily')
    .description(
      'the report of a closed day, the newest where none is named; works without the API',
    )
    .argument('[date]', 'a UTC date, e.g. 2026-11-22', utcDateArgument)
    .addOption(new Option('--book <book>', 'whose day').choices(BOOKS).default('paper'))
    .option('--json', 'the report as stored')
    .addHelpText('after', example('ballast report daily 2026-11-22'))
    .action(
      ends((date: string | undefined, options: { book: Book; json?: true }) =>
        showDailyReport(ports, { book: options.book, date }, options.json === true),
      ),
    );
}

async function showDailyReport(
  ports: CliPorts,
  asked: { book: Book; date: string | undefined },
  asJson: boolean,
): Promise<number> {
  const report = reportIn(await ports.dailyReport(asked), asked);
  ports.out(asJson ? jsonText(report) : dailyReportText(report).trimEnd());
  return EXIT.ok;
}

function reportIn(
  answer: DailyReportAnswer,
  { book, date }: { book: Book; date: string | undefined },
): DailyReport {
  switch (answer.kind) {
    case 'report':
      return answer.report;
    case 'open':
      throw new CliError(`${date} of the ${book} book is not closed yet`, EXIT.notReady, [
        answer.over
          ? 'it is over: the daily reset of a running desk closes it within a minute of its start'
          : `it closes after midnight, at ${answer.endsAt}`,
      ]);
    case 'none':
      throw new CliError(
        date === undefined
          ? `the ${book} book has no closed day yet`
          : `the ${book} book has no report of ${date}: nothing was traded or proposed that day`,
        EXIT.error,
        answer.days.length === 0
          ? ['a day is closed after UTC midnight, and its report written then']
          : [`days that have one: ${newest(answer.days)}`],
      );
  }
}

function newest(days: readonly string[]): string {
  const named = days.slice(-DAYS_NAMED_MAX).toReversed().join(', ');
  return days.length > DAYS_NAMED_MAX
    ? `${named} and ${days.length - DAYS_NAMED_MAX} before`
    : named;
}

function utcDateArgument(text: string): string {
  const atMs = Date.parse(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(atMs)) {
    throw new InvalidArgumentError('It must be a date such as 2026-11-22.');
  }
  return text;
}
