import type { ActivityDeps } from './deps.ts';
import { obeyLatch } from './halting.ts';

/**
 * A proposal without a decision is left to its submitter for this long: it waits 10 s for the
 * decision, and its start of the run must not be taken for missing.
 */
const SUBMITTER_MS = 15_000;

const LATCHED = { by: 'sweep', reason: 'the file HALT is in the data directory' };

/** The ledger is the truth, Temporal the driver: whatever lost its driver gets one again. */
export function sweepActivities(deps: ActivityDeps) {
  return {
    /**
     * Starts a run for every trade that is under way in the ledger and has none. A run that is
     * there after all, since the list of runs lags, stays the only one.
     * @returns the ids that were started
     */
    async sweepTrades(): Promise<string[]> {
      const { ledger, clock, runs } = deps;
      // Written while the ledger did not answer: it halts as soon as it does.
      if (deps.haltLatched() && (await obeyLatch(deps, 'main', LATCHED))) {
        deps.log.warn(LATCHED, 'desk halted by the file HALT');
      }
      await runs.ensureStanding();
      const { atMs } = await clock.read();
      const underWay = await ledger.tradesUnderWay({ undecidedBeforeMs: atMs - SUBMITTER_MS });
      if (underWay.length === 0) return [];
      const running = await runs.runningTrades();
      const driven: string[] = [];
      for (const trade of underWay) {
        if (running.has(trade.id) || !(await runs.driveAgain(trade))) continue;
        deps.log.warn({ tradeId: trade.id }, 'trade had no run and is driven again');
        driven.push(trade.id);
      }
      return driven;
    },
  };
}
