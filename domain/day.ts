/** The trading day is a UTC date, whatever the machine's time zone says. */

export const DAY_MS = 86_400_000;

/** A UTC date as `YYYY-MM-DD`; compares in order as text. */
export type UtcDate = string;

/** How far two machines' clocks may differ around midnight before a day is in doubt. */
export const CLOCK_SKEW_MS_MAX = 2_000;

/** The UTC date of an instant. */
export function utcDate(atMs: number): UtcDate {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** The first millisecond of the day after `atMs`. */
export function nextUtcMidnightMs(atMs: number): number {
  return Math.floor(atMs / DAY_MS) * DAY_MS + DAY_MS;
}

/** Today: the later of the Clock's date and the newest day ever opened, so that a clock that
 *  jumps back re-opens nothing. */
export function tradingDay(clockDate: UtcDate, newestOpened: UtcDate | undefined): UtcDate {
  return newestOpened !== undefined && newestOpened > clockDate ? newestOpened : clockDate;
}

/**
 * Whether `day` may be opened: it is the date of the database's clock plus the Clock's declared
 * offset, give or take the skew allowed at midnight. One forward jump must not swallow days.
 */
export function mayOpenDay(day: UtcDate, databaseNowMs: number, offsetMs: number): boolean {
  const nowMs = databaseNowMs + offsetMs;
  return (
    day === utcDate(nowMs - CLOCK_SKEW_MS_MAX) ||
    day === utcDate(nowMs) ||
    day === utcDate(nowMs + CLOCK_SKEW_MS_MAX)
  );
}

/** When a trade's risk weighs on a day's loss limit. */
export interface RiskDates {
  readonly placing: boolean;
  readonly openedOn: UtcDate;
  /** Unix ms; absent means nobody knows. */
  readonly settlesAtMs?: number;
}

/**
 * Whether an open single leg is at risk on `day`: it is being placed, was opened that day, or is
 * expected to settle that day, earlier, or at an unknown date.
 */
export function atRiskOn(day: UtcDate, trade: RiskDates): boolean {
  return (
    trade.placing ||
    trade.openedOn === day ||
    trade.settlesAtMs === undefined ||
    utcDate(trade.settlesAtMs) <= day
  );
}
