/** The command line's entry: hands the CLI its verbs as functions. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { CliError } from '../client/cli/errors.ts';
import { runCli } from '../client/cli/program.ts';
import type { CliPorts, Role } from '../client/ports.ts';
import { EXIT } from '../client/ports.ts';
import { TargetNotEmpty } from '../ledger/backup/errors.ts';
import { EmbeddedServerError } from '../worker/embedded/errors.ts';
import { NotAllowed } from '../worker/live/errors.ts';
import {
  AlreadyRunning,
  LedgerDamaged,
  LedgerReplaced,
  LimitsDiffer,
  PortTaken,
} from './errors.ts';
import { readRunFile } from './run-file.ts';
import { apiUrlOf, dataDirOf, loadConfig } from './settings.ts';
import { heldTokens } from './tokens.ts';

const out = (line: string): void => void process.stdout.write(`${line}\n`);
const err = (line: string): void => void process.stderr.write(`${line}\n`);

const ports: CliPorts = {
  apiUrl: () => {
    const { environment } = loadConfig();
    return readRunFile(dataDirOf(environment))?.apiUrl ?? apiUrlOf(environment);
  },
  token: tokenOf,
  // Loaded on demand: Temporal's native library takes seconds that `status` need not wait.
  start: () => verb(async () => (await import('./run.ts')).runDesk(loadConfig(), out)),
  stop: () => verb(async () => (await import('./stop.ts')).stopDesk(loadConfig(), out, err)),
  worker: () => verb(async () => (await import('./run.ts')).runWorker(loadConfig(), out)),
  api: () => verb(async () => (await import('./run.ts')).runApi(loadConfig(), out)),
  doctor: () => verb(async () => (await import('./doctor.ts')).doctorChecks()),
  verify: () => verb(async () => (await import('./verify.ts')).verifyLedger(loadConfig())),
  backup: (to) => verb(async () => (await import('./backup.ts')).runBackup(loadConfig(), to)),
  restore: (directory) =>
    verb(async () => (await import('./restore.ts')).runRestore(loadConfig(), directory)),
  heldTokens: () => heldTokens(loadConfig()),
  readLimits: () => verb(async () => (await import('./operator.ts')).limitsOf(loadConfig())),
  dailyReport: (asked) =>
    verb(async () => (await import('./operator.ts')).dailyReportOf(loadConfig(), asked)),
  pauseDirectly: (reason) =>
    verb(async () => (await import('./operator.ts')).pauseDirectly(loadConfig(), reason)),
  latch: (reason) => verb(async () => (await import('./latch.ts')).latchHere(loadConfig(), reason)),
  haltDirectly: (reason) =>
    verb(async () => (await import('./emergency.ts')).haltDirectly(loadConfig(), reason, err)),
  applyLimits: (reason) =>
    verb(async () => (await import('./operator.ts')).adoptLimits(loadConfig(), reason)),
  liveDoctor: () =>
    verb(async () => (await import('./live-doctor.ts')).liveDoctorChecks(loadConfig())),
  setUpVenue: (asked) =>
    verb(async () => (await import('./live-operator.ts')).setUpVenue(loadConfig(), asked)),
  promote: (reason) =>
    verb(async () => (await import('./live-operator.ts')).promote(loadConfig(), reason)),
  abort: (reason) =>
    verb(async () => (await import('./live-operator.ts')).abort(loadConfig(), reason)),
  arm: (reason) => verb(async () => (await import('./live-operator.ts')).arm(loadConfig(), reason)),
  importFile: (asked) =>
    verb(async () => (await import('./predecessor-data.ts')).importFile(loadConfig(), asked)),
  exportFile: () =>
    verb(async () => (await import('./predecessor-data.ts')).exportFile(loadConfig())),
  simulate: (asked) => verb(async () => (await import('./simulate.ts')).startSimulators(asked)),
  writeOutput: async (path, written) =>
    (await import('./predecessor-data.ts')).writeOutput(path, written),
  out,
  err,
  isTerminal: process.stdout.isTTY,
  ask,
  readInput: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')),
};

/** The question goes to the error output, so that what a script reads stays clean. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ended input is no answer; the question alone would wait for ever.
    const ended = once(terminal, 'close').then(() => '');
    return await Promise.race([terminal.question(question), ended]);
  } finally {
    terminal.close();
  }
}

async function tokenOf(role: Role): Promise<string | undefined> {
  return (await heldTokens(loadConfig())).find((held) => held.role === role)?.token;
}

/** Gives a verb's own failures the exit codes the documentation promises. */
async function verb<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof LimitsDiffer) throw new CliError(error.message, EXIT.configuration);
    if (error instanceof NotAllowed) throw new CliError(error.message, EXIT.conflict);
    if (error instanceof PortTaken) throw new CliError(error.message, EXIT.conflict);
    if (error instanceof LedgerDamaged) throw new CliError(error.message, EXIT.notReady);
    if (error instanceof LedgerReplaced) throw new CliError(error.message, EXIT.notReady);
    if (error instanceof TargetNotEmpty) throw new CliError(error.message, EXIT.conflict);
    if (error instanceof AlreadyRunning) throw new CliError(error.message, EXIT.conflict);
    if (error instanceof EmbeddedServerError) throw new CliError(error.message, EXIT.unreachable);
    throw error;
  }
}

// Ended on purpose: a Temporal runtime that never got a connection would keep the process alive.
process.exit(await runCli(ports, process.argv.slice(2)));
