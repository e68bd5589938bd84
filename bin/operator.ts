/** What a person decides at the command line, on the ledger itself: it works while the API is down. */
import type { Config } from '../contracts/config.ts';
import type { StopView } from '../contracts/http.ts';
import type { LimitsView } from '../contracts/limits.ts';
import type { DailyReportAnswer } from '../client/ports.ts';
import { DAY_MS } from '../domain/day.ts';
import type { Book } from '../domain/venue-id.ts';
import { readLimits } from '../ledger/read/limits.ts';
import { dayState, findReport, reportedDays } from '../ledger/read/reports.ts';
import { pauseDesk } from './desk-control.ts';
import { DESK } from './settings.ts';
import { machineClock } from './clock.ts';
import { withLedger } from './with-ledger.ts';

/** Stops entries while no API answers; ends when the stop holds. */
export async function pauseDirectly(config: Config, reason: string): Promise<StopView> {
  const clock = machineClock(config.clockOffsetMs);
  return withLedger(config, async (ledger) => {
    const stop = await pauseDesk(ledger, clock, { actor: 'cli', reason });
    return { ...stop, unresolved: [...stop.unresolved] };
  });
}

/** The desk's limits and what is left of them, while the desk runs or not. */
export async function limitsOf(config: Config): Promise<LimitsView> {
  const reading = await machineClock(config.clockOffsetMs).read();
  return withLedger(config, (ledger) => readLimits(ledger.db, DESK, config.venues, reading));
}

/** The report of a day, or why there is none, while the desk runs or not. */
export async function dailyReportOf(
  config: Config,
  { book, date }: { book: Book; date: string | undefined },
): Promise<DailyReportAnswer> {
  const { atMs } = await machineClock(config.clockOffsetMs).read();
  return withLedger(config, async ({ db }) => {
    const report = await findReport(db, book, date);
    if (report !== undefined) return { kind: 'report', report };
    if (date !== undefined && (await dayState(db, book, date)) === 'open') {
      const endsAtMs = Date.parse(date) + DAY_MS;
      return { kind: 'open', over: atMs >= endsAtMs, endsAt: new Date(endsAtMs).toISOString() };
    }
    const days = (await reportedDays(db)).filter((day) => day.book === book);
    return { kind: 'none', days: days.map((day) => day.date) };
  });
}

/** Makes the environment's limits the desk's. @returns what changed */
export async function adoptLimits(
  config: Config,
  reason: string,
): Promise<{ field: string; was: string; is: string }[]> {
  const reading = await machineClock(config.clockOffsetMs).read();
  return withLedger(config, (ledger) =>
    ledger.applyLimits(DESK, config.limits, { who: 'cli', reason }, reading),
  );
}
