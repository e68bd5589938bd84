/** The command line's entry: hands the CLI its verbs as functions. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { runCli } from '../client/cli/program.ts';
import type { CliPorts, Role } from '../client/ports.ts';
import { EXIT } from '../client/ports.ts';
import { ConfigError } from '../contracts/config.ts';
import { TokenError } from '../contracts/roles.ts';
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
  start: async () => (await import('./run.ts')).runDesk(loadConfig(), out),
  stop: async () => (await import('./stop.ts')).stopDesk(loadConfig(), out, err),
  worker: async () => (await import('./run.ts')).runWorker(loadConfig(), out),
  doctor: async () => (await import('./doctor.ts')).doctorChecks(),
  enableStrategy: async (name, reason) =>
    (await import('./operator.ts')).enableStrategy(loadConfig(), name, reason),
  applyLimits: async (reason) => (await import('./operator.ts')).adoptLimits(loadConfig(), reason),
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

/** Which exit code a failure has that reached the top. */
function exitCodeOf(error: unknown): number {
  const configuration =
    error instanceof ConfigError || error instanceof LimitsDiffer || error instanceof TokenError;
  if (configuration) return EXIT.configuration;
  if (error instanceof AlreadyRunning) return EXIT.conflict;
  return error instanceof EmbeddedServerError ? EXIT.unreachable : EXIT.error;
}

try {
  process.exitCode = await runCli(ports, process.argv.slice(2));
} catch (error) {
  const code = exitCodeOf(error);
  err(`Error: ${error instanceof Error ? error.message : 'unknown failure'} (code ${code})`);
  process.exitCode = code;
}
