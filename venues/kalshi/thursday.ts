/** The weekly trading pause: Thursdays from 03:00 to 05:00 in New York. */

const EASTERN = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const FIRST_HOUR = 3;
const END_HOUR = 5;
const MS_PER_HOUR = 3_600_000;

/**
 * When the pause that covers `nowMs` ends, Unix ms; undefined outside of one.
 * @source Kalshi documentation, maintenance and pauses (2026-08); no clock change falls on a Thursday
 */
export function thursdayPauseEndMs(nowMs: number): number | undefined {
  const parts = new Map(EASTERN.formatToParts(nowMs).map(({ type, value }) => [type, value]));
  const hour = Number(parts.get('hour'));
  if (parts.get('weekday') !== 'Thu' || hour < FIRST_HOUR || hour >= END_HOUR) return undefined;
  const wholeHourMs = nowMs - (nowMs % MS_PER_HOUR);
  // New York is whole hours from UTC, so hours begin together.
  return wholeHourMs + (END_HOUR - hour) * MS_PER_HOUR;
}
