import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { RiskDates } from '../../domain/day.ts';
import { atRiskOn, DAY_MS, mayOpenDay, nextUtcMidnightMs } from '../../domain/day.ts';
import { tradingDay, utcDate } from '../../domain/day.ts';

const ms = (instant: string): number => Date.parse(instant);
const anyInstant = fc.integer({ min: ms('2020-01-01T00:00:00Z'), max: ms('2099-12-31T23:59:59Z') });

describe('the UTC date of an instant', () => {
  const zones = ['America/New_York', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kathmandu'];
  const rows = [
    ['2026-11-22T23:59:59.999Z', '2026-11-22', '2026-11-23T00:00:00.000Z'],
    ['2026-11-23T00:00:00.000Z', '2026-11-23', '2026-11-24T00:00:00.000Z'],
    ['2026-11-23T00:00:30.000Z', '2026-11-23', '2026-11-24T00:00:00.000Z'],
    // Clocks in New York go back at 06:00Z and forward at 07:00Z.
    ['2026-11-01T05:59:59.999Z', '2026-11-01', '2026-11-02T00:00:00.000Z'],
    ['2026-11-01T06:30:00.000Z', '2026-11-01', '2026-11-02T00:00:00.000Z'],
    ['2026-11-02T00:00:00.000Z', '2026-11-02', '2026-11-03T00:00:00.000Z'],
    ['2026-03-08T06:59:59.999Z', '2026-03-08', '2026-03-09T00:00:00.000Z'],
    ['2026-03-08T07:00:00.000Z', '2026-03-08', '2026-03-09T00:00:00.000Z'],
    ['2026-03-08T23:59:59.999Z', '2026-03-08', '2026-03-09T00:00:00.000Z'],
    ['2026-12-31T23:59:59.999Z', '2026-12-31', '2027-01-01T00:00:00.000Z'],
    ['2028-02-29T00:00:00.000Z', '2028-02-29', '2028-03-01T00:00:00.000Z'],
  ] as const;
  // A process of its own: jest's cannot change its time zone. `local` is what the predecessor asked.
  const program = `
    import { nextUtcMidnightMs, utcDate } from './domain/day.ts';
    const { zones, instants } = JSON.parse(process.argv.at(-1));
    const answers = zones.flatMap((zone) => {
      process.env.TZ = zone;
      return instants.map((instant) => ({
        zone,
        instant,
        local: new Date(instant).toLocaleDateString('sv'),
        utc: utcDate(Date.parse(instant)),
        nextMidnight: new Date(nextUtcMidnightMs(Date.parse(instant))).toISOString(),
      }));
    });
    console.log(JSON.stringify(answers));`;
  const asked = JSON.stringify({ zones, instants: rows.map(([instant]) => instant) });

  test.each(rows)('%s is on %s, which ends at %s', (instant, utc, nextMidnight) => {
    expect(utcDate(ms(instant))).toBe(utc);
    expect(new Date(nextUtcMidnightMs(ms(instant))).toISOString()).toBe(nextMidnight);
  });

  test("I8 is the same in every machine's time zone, daylight saving or not", () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const args = ['--import', 'tsx', '--input-type=module', '--eval', program, asked];
    const output = execFileSync(process.execPath, args, { cwd: root });
    const answers = JSON.parse(output.toString()) as Record<string, string>[];
    const expected = zones.flatMap((zone) =>
      rows.map(([instant, utc, nextMidnight]) => ({ zone, instant, utc, nextMidnight })),
    );
    expect(answers).toMatchObject(expected);
    // The zones did take effect: a local date differs somewhere in each.
    const differing = answers.filter((answer) => answer['local'] !== answer['utc']);
    expect(new Set(differing.map((answer) => answer['zone']))).toEqual(new Set(zones));
  });

  test('rises by one every DAY_MS and never within', () => {
    fc.assert(
      fc.property(anyInstant, (atMs) => {
        const midnight = nextUtcMidnightMs(atMs);
        expect(midnight - atMs).toBeGreaterThan(0);
        expect(midnight - atMs).toBeLessThanOrEqual(DAY_MS);
        expect(utcDate(midnight - 1)).toBe(utcDate(atMs));
        expect(utcDate(midnight) > utcDate(atMs)).toBe(true);
      }),
    );
  });
});

describe('today', () => {
  test.each([
    ['no day was ever opened', '2026-11-22', undefined, '2026-11-22'],
    ['the clock is on the newest day', '2026-11-22', '2026-11-22', '2026-11-22'],
    ['the clock moved on', '2026-11-23', '2026-11-22', '2026-11-23'],
    ['the clock moved on after three days down', '2026-11-25', '2026-11-22', '2026-11-25'],
    ['I8 the clock jumped back', '2026-11-21', '2026-11-22', '2026-11-22'],
    ['I8 the clock jumped back over a year', '2026-12-31', '2027-01-01', '2027-01-01'],
  ])('%s', (_name, clockDate, newest, today) => {
    expect(tradingDay(clockDate, newest)).toBe(today);
  });

  test('I8 never goes back, however the clock jumps', () => {
    fc.assert(
      fc.property(fc.array(anyInstant, { minLength: 1 }), (readings) => {
        let newest: string | undefined;
        for (const atMs of readings) {
          const today = tradingDay(utcDate(atMs), newest);
          expect(newest === undefined || today >= newest).toBe(true);
          newest = today;
        }
      }),
    );
  });
});

describe('CLOCK_DISAGREES: which day may be opened', () => {
  const noon = '2026-11-22T12:00:00.000Z';
  test.each([
    ['the day of the database', '2026-11-22', noon, 0, true],
    ['a day ahead of it', '2026-11-23', noon, 0, false],
    ['a week ahead of it', '2026-11-29', noon, 0, false],
    ['a day behind it', '2026-11-21', noon, 0, false],
    ['tomorrow 2 s before midnight', '2026-11-23', '2026-11-22T23:59:58.000Z', 0, true],
    ['tomorrow more than 2 s before', '2026-11-23', '2026-11-22T23:59:57.999Z', 0, false],
    ['today 2 s before midnight', '2026-11-22', '2026-11-22T23:59:58.000Z', 0, true],
    ['yesterday within 2 s after', '2026-11-22', '2026-11-23T00:00:01.999Z', 0, true],
    ['yesterday 2 s after midnight', '2026-11-22', '2026-11-23T00:00:02.000Z', 0, false],
    ['the day of a declared offset', '2026-11-23', noon, DAY_MS, true],
    ['the day before a declared offset', '2026-11-22', noon, DAY_MS, false],
    ['the day of an offset backwards', '2026-11-21', noon, -DAY_MS, true],
    ['within an offset of hours', '2026-11-22', noon, 11 * 3_600_000, true],
    ['past an offset of hours', '2026-11-23', noon, 12 * 3_600_000, true],
  ])('%s', (_name, day, databaseNow, offsetMs, allowed) => {
    expect(mayOpenDay(day, ms(databaseNow), offsetMs)).toBe(allowed);
  });

  test('one forward jump swallows no days: a neighbouring day opens only within 2 s of midnight', () => {
    const offsets = fc.integer({ min: -30, max: 30 }).map((days) => days * DAY_MS);
    const aroundMidnight = fc
      .tuple(fc.integer({ min: 19_000, max: 40_000 }), fc.integer({ min: -5_000, max: 5_000 }))
      .map(([days, besideMs]) => days * DAY_MS + besideMs);
    const nows = fc.oneof(anyInstant, aroundMidnight);
    fc.assert(
      fc.property(nows, offsets, fc.integer({ min: -3, max: 3 }), (nowMs, offsetMs, jump) => {
        const sinceMidnightMs = nowMs % DAY_MS;
        const allowed =
          jump === 0 ||
          (jump === 1 && DAY_MS - sinceMidnightMs <= 2_000) ||
          (jump === -1 && sinceMidnightMs < 2_000);
        const day = utcDate(nowMs + offsetMs + jump * DAY_MS);
        expect(mayOpenDay(day, nowMs, offsetMs)).toBe(allowed);
      }),
    );
  });
});

describe('AT_RISK_REACHED: whether a single leg is at risk on a day', () => {
  const day = '2026-11-22';
  const later = { placing: false, openedOn: '2026-11-20', settlesAtMs: ms('2026-11-23T00:00:00Z') };
  const rows: [string, RiskDates, boolean][] = [
    ['opened before, settles later', later, false],
    [
      'opened before, settles much later',
      { ...later, settlesAtMs: ms('2027-05-01T00:00:00Z') },
      false,
    ],
    ['being placed, settles later', { ...later, placing: true }, true],
    ['opened today, settles later', { ...later, openedOn: day }, true],
    [
      'settles in the last millisecond of the day',
      { ...later, settlesAtMs: ms('2026-11-22T23:59:59.999Z') },
      true,
    ],
    [
      'settles at the start of the day',
      { ...later, settlesAtMs: ms('2026-11-22T00:00:00Z') },
      true,
    ],
    ['should have settled before', { ...later, settlesAtMs: ms('2026-11-21T12:00:00Z') }, true],
    ['settles nobody knows when', { placing: false, openedOn: '2026-11-20' }, true],
  ];
  test.each(rows)('%s', (_name, trade, atRisk) => {
    expect(atRiskOn(day, trade)).toBe(atRisk);
  });

  test('once a leg is expected to settle it stays at risk on every later day', () => {
    fc.assert(
      fc.property(anyInstant, anyInstant, fc.nat(400), (opened, settlesAtMs, days) => {
        const trade = { placing: false, openedOn: utcDate(opened), settlesAtMs };
        const settling = utcDate(settlesAtMs + days * DAY_MS);
        expect(atRiskOn(settling, trade)).toBe(true);
      }),
    );
  });
});
