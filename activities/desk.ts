import type { Acknowledgement, DeskId, DeskRequest, DeskView } from '../domain/desk.ts';
import { readDeskView } from '../ledger/read/desk.ts';
import type { ResumeOutcome } from '../ledger/verbs/desk-state.ts';
import type { ActivityDeps } from './deps.ts';

/** Stopping a desk and letting it go on, for `workflows/rollout.ts`. All of them local. */
export function deskActivities(deps: ActivityDeps) {
  const { ledger, clock } = deps;
  return {
    /** Writes the stop down; it holds once `acknowledgeStop` has answered. */
    async pauseDesk(desk: DeskId, request: DeskRequest): Promise<void> {
      const asked = { actor: request.by, reason: request.reason, verified: false };
      await ledger.pauseDesk(desk, asked, await clock.read());
      deps.log.warn({ desk, ...request }, 'desk paused by signal or update');
    },

    /** Waits until nothing forbidden can be sent any more; 7 s at most. */
    acknowledgeStop(desk: DeskId): Promise<Acknowledgement> {
      return ledger.acknowledgeStop(desk);
    },

    /** Undoes an operator's pause, with an admin's intent a breach too; once for a request id. */
    async resumeDesk(
      desk: DeskId,
      request: DeskRequest & { readonly requestId: string; readonly intentId?: string },
    ): Promise<ResumeOutcome> {
      const { by: actor, ...rest } = request;
      const outcome = await ledger.resumeDesk(desk, { actor, ...rest }, await clock.read());
      deps.log.warn({ desk, ...request, outcome: outcome.kind }, 'desk asked to resume');
      return outcome;
    },

    /** Where the desk stands, for the Web UI. */
    readStanding(desk: DeskId): Promise<DeskView> {
      return readDeskView(ledger.db, desk);
    },
  };
}
