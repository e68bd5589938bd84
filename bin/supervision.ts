/** What a desk does about embedded servers that die: it says so, and in the end stops trading. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { SupervisorEvent } from '../worker/embedded/supervisor.ts';
import { readState, removeState, writeState } from '../worker/embedded/state-file.ts';
import type { Clock } from '../domain/clock.ts';
import { messageOf } from '../domain/thrown.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { DESK } from './settings.ts';

type Print = (line: string) => void;

const owedSchema = z.object({ reason: z.string() });
/** A pause that could not be written into the ledger; the next start does it before anything else. */
const owedIn = (dataDir: string): string => join(dataDir, 'owed-pause.json');

/** Tells the terminal and the log of servers that died and were started again. */
export function teller(progress: Print, log: Logger): (event: SupervisorEvent) => void {
  return (event) => {
    const { name, pid, logFile } = event.server;
    if (event.kind === 'failed') {
      log.warn({ server: name, err: event.error }, 'server could not be started again');
      progress(`${name} could not be started again yet; see ${logFile}`);
      return;
    }
    const { restart } = event;
    log.warn({ server: name, process: pid, restart }, `server ${event.kind}`);
    progress(
      event.kind === 'died'
        ? `${name} died (process ${pid}): starting it again`
        : `${name} runs again (process ${pid}), restart ${restart} within 10 minutes`,
    );
  };
}

/** What a pause needs of the engine. */
interface Pausing {
  readonly ledger: Pick<Ledger, 'breachDesk'>;
  readonly clock: Clock;
}

export interface Dying {
  readonly dataDir: string;
  readonly engine: Pausing;
  readonly progress: Print;
  readonly log: Logger;
}

/**
 * Pauses the desk as a breach because a server keeps dying; where the ledger does not answer, the
 * pause is owed and made at the next start.
 * @throws the same error, always: the process has to end
 */
export async function stopTrading(error: unknown, dying: Dying): Promise<never> {
  const { dataDir, engine, progress, log } = dying;
  const reason = messageOf(error);
  log.error({ err: error }, 'trading stops');
  writeState(owedIn(dataDir), { reason });
  try {
    await payOwedPause(dataDir, engine);
    progress(
      'the desk is paused; once it runs again: ballast resume --after-breach --reason "..."',
    );
  } catch (failure) {
    log.error({ err: failure }, 'desk not paused: the ledger does not answer');
    progress('the ledger does not answer: the desk will be paused at the next start');
  }
  throw error;
}

/** Makes a pause that an earlier run could not write down; does nothing where none is owed. */
export async function payOwedPause(dataDir: string, engine: Pausing): Promise<void> {
  const owed = readState(owedIn(dataDir), owedSchema);
  if (owed === undefined) return;
  const { ledger, clock } = engine;
  await ledger.breachDesk(DESK, { actor: 'supervisor', reason: owed.reason }, await clock.read());
  removeState(owedIn(dataDir));
}
