import { rmSync } from 'node:fs';
import type { EmbeddedServer } from '../../worker/embedded/processes.ts';

/** What one run of jest has started: global set-up fills it, global teardown ends it. */
export interface TestRun {
  readonly directory: string;
  readonly servers: EmbeddedServer[];
}

declare global {
  // Set-up and teardown run in one process but need not share modules.
  var ballastTestRun: TestRun | undefined;
}

/** Stops the servers of this run and removes its directory. */
export async function endTestRun(): Promise<void> {
  const run = globalThis.ballastTestRun;
  if (run === undefined) return;
  globalThis.ballastTestRun = undefined;
  const stops = await Promise.allSettled(run.servers.map((server) => server.stop()));
  rmSync(run.directory, { recursive: true, force: true, maxRetries: 5 });
  for (const stop of stops) if (stop.status === 'rejected') throw stop.reason;
}
