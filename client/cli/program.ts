/** The command line: its verbs, their help, and the exit code each ends with. */
import { Command, CommanderError } from 'commander';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { addAlertVerbs } from './alerts.ts';
import { addAuditVerb } from './audit.ts';
import { addCashVerb } from './cash.ts';
import { addPauseVerbs } from './desk.ts';
import { asCliError, CliError, errorLines } from './errors.ts';
import { checkLines } from './checks.ts';
import { jsonText } from './format.ts';
import { addHaltVerb } from './halt.ts';
import { addLiveVerbs } from './live.ts';
import { addLedgerVerbs } from './ledger-verbs.ts';
import { addLimitVerbs } from './limits.ts';
import { addListVerbs } from './lists.ts';
import { addPairVerbs } from './pairs.ts';
import { addPredecessorVerbs } from './predecessor-data.ts';
import { addProposeVerb } from './propose-verb.ts';
import { addReportVerbs } from './report.ts';
import { addResolveVerbs } from './resolve.ts';
import { addSimulateVerb } from './simulate.ts';
import { showStatus } from './status.ts';
import { addStrategyVerbs } from './strategies.ts';
import { addTokenVerb } from './token.ts';
import { addTradeVerbs } from './trades.ts';
import type { Ends } from './verbs.ts';
import { example } from './verbs.ts';

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
    // An option belongs to the verb it follows, not to that verb's parent.
    .enablePositionalOptions()
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
  addHealthVerbs(program, ports, ends);
  addTradeVerbs(program, ports, ends);
  addProposeVerb(program, ports, ends);
  addResolveVerbs(program, ports, ends);
  addListVerbs(program, ports, ends);
  addCashVerb(program, ports, ends);
  addLimitVerbs(program, ports, ends);
  addPairVerbs(program, ports, ends);
  addStrategyVerbs(program, ports, ends);
  addAlertVerbs(program, ports, ends);
  addAuditVerb(program, ports, ends);
  addTokenVerb(program, ports, ends);
  addReportVerbs(program, ports, ends);
  addPauseVerbs(program, ports, ends);
  addLiveVerbs(program, ports, ends);
  addHaltVerb(program, ports, ends);
  addLedgerVerbs(program, ports, ends);
  addPredecessorVerbs(program, ports, ends);
  addSimulateVerb(program, ports, ends);
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

function addHealthVerbs(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('doctor')
    .description('check this machine and the configuration; ends with 8 when a check fails')
    .option('--live', "also read the venues' accounts with their keys; nothing is sent")
    .option('--json', 'the raw checks')
    .addHelpText('after', example('ballast doctor'))
    .action(ends((options: DoctorOptions) => doctor(ports, options)));
  program
    .command('status')
    .description('the desk at a glance: limits, venues, open trades')
    .option('--json', "the API's own answer")
    .addHelpText('after', example('ballast status'))
    .action(ends((options: { json?: true }) => showStatus(ports, options.json === true)));
}

interface DoctorOptions {
  readonly live?: true;
  readonly json?: true;
}

async function doctor(ports: CliPorts, options: DoctorOptions): Promise<number> {
  const checks = await ports.doctor();
  if (options.live === true) checks.push(...(await ports.liveDoctor()));
  const lines =
    options.json === true ? [jsonText({ checks })] : checkLines(checks, ports.isTerminal);
  for (const line of lines) ports.out(line);
  const failed = checks.filter((check) => !check.ok);
  if (failed.length === 0) return EXIT.ok;
  const names = failed.map((check) => check.name).join(', ');
  throw new CliError(`not ready: ${names}`, EXIT.notReady, ['each failed check says what to do']);
}

/** Commander's `error: …` in the form of all our errors. */
function usageError(text: string): string {
  const [first = '', ...rest] = text.trim().split('\n');
  return [`Error: ${first.replace(/^error: /, '')} (code ${EXIT.usage})`, ...rest].join('\n');
}
