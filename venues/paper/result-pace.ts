/** How often a venue is asked for the results of markets that are held. */

/** Times between questions, ms. */
export interface ResultPace {
  /** About one market before its result is expected. */
  readonly resultMs: number;
  /** About one market from the time its result is expected at. */
  readonly expectedResultMs: number;
  /** Between two batches, whatever is held. */
  readonly resultBatchMs: number;
}

/** Markets asked about in one batch. */
export const RESULT_BATCH_MAX = 4;

/** Chooses whom to ask about, and remembers having asked. */
export interface ResultSchedule {
  /** Markets to ask about now, those waiting for longest first. */
  next(
    held: readonly string[],
    options: {
      readonly nowMs: number;
      /** When a market's result is expected, Unix ms; undefined where nobody knows. */
      readonly expectedAtMs: (marketId: string) => number | undefined;
    },
  ): string[];
}

/** Makes the schedule of one venue: its cost depends on time, not on how much is held. */
export function createResultSchedule(pace: ResultPace): ResultSchedule {
  let askedAtMs = new Map<string, number>();
  let batchAtMs: number | undefined;
  return {
    next(held, { expectedAtMs, nowMs }) {
      if (elapsed(batchAtMs, nowMs) < pace.resultBatchMs) return [];
      // What is held no longer is forgotten.
      askedAtMs = new Map([...askedAtMs].filter(([marketId]) => held.includes(marketId)));
      const overdueMs = (marketId: string): number => {
        const expected = nowMs >= (expectedAtMs(marketId) ?? Infinity);
        const everyMs = expected ? pace.expectedResultMs : pace.resultMs;
        return elapsed(askedAtMs.get(marketId), nowMs) - everyMs;
      };
      const due = held
        .map((marketId) => ({ marketId, overdue: overdueMs(marketId) }))
        .filter(({ overdue }) => overdue >= 0)
        .sort((a, b) => (a.overdue === b.overdue ? 0 : b.overdue - a.overdue))
        .slice(0, RESULT_BATCH_MAX)
        .map(({ marketId }) => marketId);
      if (due.length > 0) batchAtMs = nowMs;
      for (const marketId of due) askedAtMs.set(marketId, nowMs);
      return due;
    },
  };
}

/** Ms since then; endless where it never was, or where the clock was set back. */
function elapsed(sinceMs: number | undefined, nowMs: number): number {
  return sinceMs === undefined || sinceMs > nowMs ? Infinity : nowMs - sinceMs;
}
