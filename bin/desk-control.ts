/** Pause, resume and rearm as API and CLI do them. A pause needs the ledger alone; the others Temporal too. */
import { isGrpcServiceError } from '@temporalio/client';
import type { DeskAnswer, HttpPorts } from '../client/ports.ts';
import type { Clock } from '../domain/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Asked } from '../ledger/verbs/desk-state.ts';
import {
  deskChangedSignal,
  rearmUpdate,
  resumeUpdate,
  rolloutWorkflowId,
} from '../workflows/messages.ts';
import type { Engine } from './engine.ts';
import { DESK } from './settings.ts';

const TELL_MS_MAX = 2_000;
const RESUME_MS_MAX = 20_000;

/** Stops entries and answers when the stop holds, 7 s at most; Temporal may be down. */
export async function pauseDesk(ledger: Ledger, clock: Clock, asked: Omit<Asked, 'verified'>) {
  await ledger.pauseDesk(DESK, { ...asked, verified: true }, await clock.read());
  return ledger.acknowledgeStop(DESK);
}

/** Pause, resume and rearm for the API. */
export function deskControl(
  engine: Engine,
  report: HttpPorts['report'],
): Pick<HttpPorts, 'pause' | 'resume' | 'rearm'> & { showStop(): Promise<void> } {
  const { ledger, clock, client } = engine;
  const desk = client.workflow.getHandle(rolloutWorkflowId(DESK));
  const tell = async (): Promise<void> => {
    try {
      const inTime = Date.now() + TELL_MS_MAX;
      await client.withDeadline(inTime, () => desk.signal(deskChangedSignal));
    } catch (error) {
      // The stop holds all the same; the Web UI shows it later.
      report(error, 'desk workflow not told of a stop');
    }
  };
  const letGoOn = async (
    action: 'resume' | 'rearm',
    { actor: by, role, reason }: { actor: string; role: 'operator' | 'admin'; reason: string },
  ): Promise<DeskAnswer> => {
    const intentId = await ledger.writeIntent({ desk: DESK, action, actor: by, role, reason });
    const update = action === 'rearm' ? rearmUpdate : resumeUpdate;
    try {
      return await client.withDeadline(Date.now() + RESUME_MS_MAX, () =>
        desk.executeUpdate(update, { args: [{ by, reason, intentId }] }),
      );
    } catch (error) {
      if (!isGrpcServiceError(error)) throw error;
      report(error, `desk workflow not reached for a ${action}`);
      return { kind: 'unreachable' };
    }
  };
  return {
    /** Tells the desk's workflow to look at the ledger's row. */
    showStop: tell,
    pause: async (asked) => {
      const acknowledged = await pauseDesk(ledger, clock, asked);
      await tell();
      return { ...acknowledged, unresolved: [...acknowledged.unresolved] };
    },
    resume: (asked) => letGoOn('resume', asked),
    rearm: (asked) => letGoOn('rearm', { ...asked, role: 'admin' }),
  };
}
