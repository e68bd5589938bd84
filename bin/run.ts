/** `start`, `worker` and `api`: processes that live until they are told to end. */
import { EXIT } from '../client/ports.ts';
import type { Config } from '../contracts/config.ts';
import { loadTokens } from '../worker/tokens.ts';
import type { Engine } from './engine.ts';
import { submitter } from './engine.ts';
import { heedLatch } from './halt-control.ts';
import { listen, reporter, startHost, tokensOf, workersOf } from './host.ts';
import { joinDesk } from './join.ts';
import { startSchedules } from './schedules.ts';
import { dataDirOf } from './settings.ts';
import { stopRequested as firstStop } from './signals.ts';

type Print = (line: string) => void;

/** Runs the desk until SIGINT or SIGTERM, then drains. @returns an exit code */
export async function runDesk(config: Config, print: Print): Promise<number> {
  const stopped = stopRequested(print);
  const host = await startHost({ config, progress: print });
  print(await host.engine.startLine());
  print(`API        ${host.apiUrl}`);
  if (host.temporalUi !== undefined) print(`Temporal   ${host.temporalUi}`);
  print(`Data       ${dataDirOf(config.environment)}`);
  print('ready; try: npx ballast status · stop with Ctrl-C or: npx ballast stop');
  const cause = await Promise.race([stopped, host.done]).catch(failureOf);
  print('stopping: API, workers, Temporal, Postgres');
  const left = await host.stop().catch(failureOf);
  // What ended the desk says more than what then could not be ended.
  for (const failure of [cause, left]) if (failure !== undefined) throw failure.error;
  return EXIT.ok;
}

function failureOf(error: unknown): { error: unknown } {
  return { error };
}

/** Runs workers only, on servers that are named or that a running desk has. @returns an exit code */
export async function runWorker(config: Config, print: Print): Promise<number> {
  const stopped = stopRequested(print);
  const { engine, log, dataDir } = await joinDesk(config);
  try {
    await sayHalted(dataDir, engine, print);
    const workers = await workersOf(engine, { progress: print, log });
    print(`worker ready (process ${process.pid})`);
    await Promise.race([stopped, workers.done]);
    await workers.stop();
  } finally {
    await engine.close();
  }
  return EXIT.ok;
}

/**
 * Runs the API only, on servers that are named or that a running desk has; trades are driven by
 * workers elsewhere. Ends when told to, once the requests it has are answered. @returns an exit code
 */
export async function runApi(config: Config, print: Print): Promise<number> {
  const stopped = stopRequested(print);
  const { engine, log, dataDir, temporalUi } = await joinDesk(config);
  print(await engine.startLine());
  try {
    await sayHalted(dataDir, engine, print);
    await engine.runs.ensureStanding();
    await startSchedules(engine);
    const tokens = await loadTokens(dataDir, tokensOf(config));
    const submit = submitter(engine, { eager: false, report: reporter(log) });
    const servers = { temporalUi };
    const { app, apiUrl } = await listen(config, { engine, submit, servers, tokens, log });
    print(`API ready at ${apiUrl} (process ${process.pid}); trades need a worker: ballast worker`);
    await stopped;
    await app.close();
  } finally {
    await engine.close();
  }
  return EXIT.ok;
}

async function sayHalted(dataDir: string, engine: Engine, print: Print): Promise<void> {
  const halted = await heedLatch(dataDir, engine);
  if (halted !== undefined) print(halted);
}

/** The signal to stop; a second Ctrl-C leaves the embedded servers to the next start. */
function stopRequested(print: Print): Promise<void> {
  return firstStop(() =>
    print('ended at once: embedded servers are left running, and the next start adopts them'),
  );
}
