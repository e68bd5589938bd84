/** The command line: its verbs, their help, and the exit code each ends with. */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { asCliError, CliError, errorLines } from './errors.ts';
import { addPauseVerbs } from './desk.ts';
import { jsonText, painter, table } from './format.ts';
import { showLimits } from './limits.ts';
import { addLedgerVerbs } from './ledger-verbs.ts';
import { propose } from './propose.ts';
import { addReportVerbs } from './report.ts';
import { showStatus } from './status.ts';
import { addTokenVerb } from './token.ts';
import { listTrades, showTrade } from './trades.ts';
import type { Ends } from './verbs.ts';
import { example, nonEmpty } from './verbs.ts';

const EXIT_CODES = `
Exit codes:
  0 ok  1 error  2 usage or invalid input  3 unreachable  4 configuration or credentials
  5 timeout, outcome not known  6 denied by risk  7 paused or halted  8 not ready  9 conflict`;

/** Holds the exit code of the verb that ran. */
interface Outcome {
  code: number;
}

/**
 * Runs one command line to its end.
 * @param argv the arguments after the program's name
 * @returns the exit code, see `EXIT`; whatever went wrong is on the error output by then
 */
export async function runCli(ports: CliPorts, argv: readonly string[]): Promise<number> {
  const outcome: Outcome = { code: EXIT.ok };
  try {
    await createProgram(ports, outcome).parseAsync(argv, { from: 'user' });
    return outcome.code;
  } catch (error) {
    // Commander has printed what it has to say: help (0), or what is wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const failure = asCliError(error);
    for (const line of errorLines(failure)) ports.err(line);
    return failure.exitCode;
  }
}

/** The program with all its verbs; the verb that runs leaves its exit code in `outcome`. */
export function createProgram(ports: CliPorts, outcome: Outcome = { code: EXIT.ok }): Command {
  const program = new Command('ballast')
    .description('Risk-controlled trading on prediction markets.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => ports.out(text.trimEnd()),
      writeErr: (text) => ports.err(text.trimEnd()),
      outputError: (text, write) => write(usageError(text)),
    })
    .showHelpAfterError('  see --help')
    .addHelpText('after', EXIT_CODES);
  const ends =
    <Arguments extends unknown[]>(run: (...args: Arguments) => Promise<number>) =>
    async (...args: Arguments): Promise<void> => {
      outcome.code = await run(...args);
    };
  addDeskVerbs(program, ports, ends);
  addReadVerbs(program, ports, ends);
  addProposeVerb(program, ports, ends);
  addAdminVerbs(program, ports, ends);
  addTokenVerb(program, ports, ends);
  addReportVerbs(program, ports, ends);
  addPauseVerbs(program, ports, ends);
  addLedgerVerbs(program, ports, ends);
  return program;
}

function addDeskVerbs(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('start')
    .description('run the desk here until it is stopped: Postgres, Temporal, worker and API')
    .addHelpText('after', example('ballast start'))
    .action(ends(() => ports.start()));
  program
    .command('stop')
    .description('stop the running desk and wait for it; open trades go on at the next start')
    .addHelpText('after', example('ballast stop'))
    .action(ends(() => ports.stop()));
  program
    .command('worker')
    .description('run one more worker for a desk whose Temporal and Postgres run elsewhere')
    .addHelpText('after', example('TEMPORAL_ADDRESS=temporal:7233 ballast worker'))
    .action(ends(() => ports.worker()));
  program
    .command('api')
    .description('run the HTTP API alone for a desk whose servers and workers run elsewhere')
    .addHelpText('after', example('TEMPORAL_ADDRESS=temporal:7233 ballast api'))
    .action(ends(() => ports.api()));
}

function addReadVerbs(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('doctor')
    .description('check this machine and the configuration; ends with 8 when a check fails')
    .option('--json', 'the raw checks')
    .addHelpText('after', example('ballast doctor'))
    .action(ends((options: { json?: true }) => doctor(ports, options.json === true)));
  program
    .command('status')
    .description('the desk at a glance: limits, venues, open trades')
    .option('--json', "the API's own answer")
    .addHelpText('after', example('ballast status'))
    .action(ends((options: { json?: true }) => showStatus(ports, options.json === true)));
  program
    .command('trades')
    .description('the newest trades, or one in detail with the numbers of every failed rule')
    .argument('[id]', 'a trade')
    .option('--last <n>', 'how many, 1 to 200 (default 50)', wholeNumber)
    .option('--status <status>', 'only those, e.g. open, settled, denied')
    .option('--json', "the API's own answer")
    .addHelpText('after', example('ballast trades --last 20 --status denied'))
    .action(
      ends((id: string | undefined, options: { last?: number; status?: string; json?: true }) =>
        id === undefined ? listTrades(ports, options) : showTrade(ports, id, options.json === true),
      ),
    );
}

const PROPOSE_HELP = `
One JSON object, an array, or one object a line (NDJSON), at most 100. Each is answered on one line.
When some are not accepted, the first of them decides the exit code: 6 denied, 7 paused or halted,
8 not ready, 9 id used by another proposal, 2 invalid, 5 not decided yet.

Example, a single leg:
  $ echo '{"strategy":"demo","event":"fomc","legs":[{"venue":"kalshi",
      "market":"KXFEDDECISION-26DEC-H0","outcome":"no","limitPrice":"0.41"}],
      "fairPrice":"0.47","budget":"20"}' | ballast propose -`;

function addProposeVerb(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('propose')
    .description('send proposals; the desk checks every limit and trades what passes')
    .argument('<file>', 'a file, or - for standard input')
    .option('--json', "the API's own answer")
    .addHelpText('after', PROPOSE_HELP)
    .action(
      ends((path: string, options: { json?: true }) => propose(ports, path, options.json === true)),
    );
}

function addAdminVerbs(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('strategies')
    .description('strategies that were stopped for executing too often')
    .command('enable')
    .description('let a stopped strategy trade again')
    .argument('<name>', 'the strategy')
    .requiredOption('--reason <text>', 'why; kept in the audit log', nonEmpty)
    .addHelpText('after', example('ballast strategies enable nhl-pairs --reason "feed fixed"'))
    .action(
      ends(async (name: string, options: { reason: string }) => {
        await ports.enableStrategy(name, options.reason);
        ports.out(`strategy ${name} may trade again`);
        return EXIT.ok;
      }),
    );
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

async function doctor(ports: CliPorts, asJson: boolean): Promise<number> {
  const checks = await ports.doctor();
  const paint = painter(ports.isTerminal);
  const rows = checks.map(({ name, ok, detail }) => [
    ok ? paint('green', 'ok') : paint('red', 'FAIL'),
    name,
    detail,
  ]);
  for (const line of asJson ? [jsonText({ checks })] : table(rows)) ports.out(line);
  const failed = checks.filter((check) => !check.ok);
  if (failed.length === 0) return EXIT.ok;
  const names = failed.map((check) => check.name).join(', ');
  throw new CliError(`not ready: ${names}`, EXIT.notReady, ['each failed check says what to do']);
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text) || Number(text) > 200) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 200.');
  }
  return Number(text);
}

/** Commander's `error: …` in the form of all our errors. */
function usageError(text: string): string {
  const [first = '', ...rest] = text.trim().split('\n');
  return [`Error: ${first.replace(/^error: /, '')} (code ${EXIT.usage})`, ...rest].join('\n');
}
