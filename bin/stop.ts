import { setTimeout as delay } from 'node:timers/promises';
import { EXIT } from '../client/ports.ts';
import type { Config } from '../contracts/config.ts';
import { stillRuns } from '../worker/embedded/processes.ts';
import { readRunFile } from './run-file.ts';
import { dataDirOf } from './settings.ts';

type Print = (line: string) => void;

const STOP_MS_MAX = 60_000;

/** Asks the running desk to end and waits until it has. @returns an exit code */
export async function stopDesk(config: Config, print: Print, warn: Print): Promise<number> {
  const dataDir = dataDirOf(config.environment);
  const run = readRunFile(dataDir);
  if (run === undefined) {
    print(`no desk runs on ${dataDir}`);
    return EXIT.ok;
  }
  process.kill(run.pid, 'SIGTERM');
  print(`stopping process ${run.pid}`);
  const deadlineMs = performance.now() + STOP_MS_MAX;
  while (stillRuns(run)) {
    if (performance.now() > deadlineMs) {
      warn(`Error: process ${run.pid} still runs after ${STOP_MS_MAX / 1000} s (code 5)`);
      return EXIT.timeout;
    }
    await delay(100);
  }
  print('stopped');
  return EXIT.ok;
}
