/** The command line's entry: hands the CLI its verbs as functions. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CliError } from '../client/cli/errors.ts';
import { runCli } from '../client/cli/program.ts';
import type { CliPorts, Role } from '../client/ports.ts';
import { EXIT } from '../client/ports.ts';
import { EmbeddedServerError } from '../worker/embedded/errors.ts';
import { readTokens } from '../worker/tokens.ts';
import { AlreadyRunning, LimitsDiffer } from './errors.ts';
import { readRunFile } from './run-file.ts';
import { apiUrlOf, dataDirOf, loadConfig } from './settings.ts';

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
  doctor: () => verb(async () => (await import('./doctor.ts')).doctorChecks()),
  enableStrategy: (name, reason) =>
    verb(async () => (await import('./operator.ts')).enableStrategy(loadConfig(), name, reason)),
  applyLimits: (reason) =>
    verb(async () => (await import('./operator.ts')).adoptLimits(loadConfig(), reason)),
  out,
  err,
  isTerminal: process.stdout.isTTY,
  readInput: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')),
};

async function tokenOf(role: Role): Promise<string | undefined> {
  const { environment } = loadConfig();
  const fromEnvironment = {
    trader: environment.BALLAST_TRADER_TOKEN,
    operator: environment.BALLAST_OPERATOR_TOKEN,
    admin: environment.BALLAST_ADMIN_TOKEN,
  }[role];
  return fromEnvironment ?? (await readTokens(dataDirOf(environment)))?.[role];
}

/** Gives a verb's own failures the exit codes the documentation promises. */
async function verb<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof LimitsDiffer) throw new CliError(error.message, EXIT.configuration);
    if (error instanceof AlreadyRunning) throw new CliError(error.message, EXIT.conflict);
    if (error instanceof EmbeddedServerError) throw new CliError(error.message, EXIT.unreachable);
    throw error;
  }
}

// Ended on purpose: a Temporal runtime that never got a connection would keep the process alive.
process.exit(await runCli(ports, process.argv.slice(2)));
