/** Pause and resume as API and CLI do them. A pause needs the ledger alone; a resume, Temporal too. */
import { isGrpcServiceError } from '@temporalio/client';
import type { HttpPorts } from '../client/ports.ts';
import type { Clock } from '../domain/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Asked } from '../ledger/verbs/desk-state.ts';
import { deskChangedSignal, resumeUpdate, rolloutWorkflowId } from '../workflows/messages.ts';
import type { Engine } from './engine.ts';
import { DESK } from './settings.ts';

const TELL_MS_MAX = 2_000;
const RESUME_MS_MAX = 20_000;

/** Stops entries and answers when the stop holds, 7 s at most; Temporal may be down. */
export async function pauseDesk(ledger: Ledger, clock: Clock, asked: Omit<Asked, 'verified'>) {
  await ledger.pauseDesk(DESK, { ...asked, verified: true }, await clock.read());
  return ledger.acknowledgeStop(DESK);
}

/** Pause and resume for the API. */
export function deskControl(
  engine: Engine,
  report: HttpPorts['report'],
): Pick<HttpPorts, 'pause' | 'resume'> {
  const { ledger, clock, client } = engine;
  const desk = client.workflow.getHandle(rolloutWorkflowId(DESK));
  const tell = async (): Promise<void> => {
    try {
      const inTime = Date.now() + TELL_MS_MAX;
      await client.withDeadline(inTime, () => desk.signal(deskChangedSignal));
    } catch (error) {
      // The pause holds all the same; the Web UI shows it later.
      report(error, 'desk workflow not told of a pause');
    }
  };
  return {
    pause: async (asked) => {
      const acknowledged = await pauseDesk(ledger, clock, asked);
      await tell();
      return { ...acknowledged, unresolved: [...acknowledged.unresolved] };
    },
    resume: async ({ actor: by, role, reason }) => {
      const intent = { desk: DESK, action: 'resume', actor: by, role, reason } as const;
      const intentId = await ledger.writeIntent(intent);
      try {
        return await client.withDeadline(Date.now() + RESUME_MS_MAX, () =>
          desk.executeUpdate(resumeUpdate, { args: [{ by, reason, intentId }] }),
        );
      } catch (error) {
        if (!isGrpcServiceError(error)) throw error;
        report(error, 'desk workflow not reached for a resume');
        return { kind: 'unreachable' };
      }
    },
  };
}
