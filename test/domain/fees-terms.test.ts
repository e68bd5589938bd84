import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KalshiFeeFields, PolymarketFeeFields } from '../../domain/fees/terms.ts';
import { kalshiFeeSchedule, polymarketFeeSchedule } from '../../domain/fees/terms.ts';
import { AT_MS } from './builders.ts';

const SERIES: KalshiFeeFields = { feeType: 'quadratic', feeMultiplier: 1 };
const HOUR_MS = 3_600_000;
const kalshi = (changes: Partial<KalshiFeeFields>) =>
  kalshiFeeSchedule({ ...SERIES, ...changes }, AT_MS);

describe('Kalshi fee fields', () => {
  test.each<[string, Partial<KalshiFeeFields>, number, number | undefined]>([
    ['the usual series', {}, 1_000_000, undefined],
    ['a series at half', { feeMultiplier: 0.5 }, 500_000, undefined],
    ['a series at nothing', { feeMultiplier: 0 }, 0, undefined],
    ['maker fees', { feeType: 'quadratic_with_maker_fees' }, 1_000_000, 17_500],
    ['combos', { feeType: 'quadratic_with_combo_maker_fees' }, 1_000_000, 35_000],
    ['an event that overrides the multiplier', { feeMultiplierOverride: 0.25 }, 250_000, undefined],
    ['an event that overrides it with nothing', { feeMultiplierOverride: 0 }, 0, undefined],
    [
      'an event that overrides the type',
      { feeTypeOverride: 'quadratic_with_maker_fees' },
      1_000_000,
      17_500,
    ],
    [
      'a flat series that an event makes quadratic',
      { feeType: 'flat', feeTypeOverride: 'quadratic' },
      1_000_000,
      undefined,
    ],
    [
      'overrides that are null',
      { feeTypeOverride: null, feeMultiplierOverride: null },
      1_000_000,
      undefined,
    ],
    ['a waiver that goes on', { waivedUntilMs: AT_MS + HOUR_MS + 1 }, 0, undefined],
    ['a waiver about to end', { waivedUntilMs: AT_MS + HOUR_MS }, 1_000_000, undefined],
    ['a waiver that ended', { waivedUntilMs: AT_MS - 1 }, 1_000_000, undefined],
  ])('%s', (_name, changes, multiplierMillionths, makerFactorMillionths) => {
    const maker = makerFactorMillionths === undefined ? {} : { makerFactorMillionths };
    expect(kalshi(changes)).toEqual({
      kind: 'schedule',
      schedule: { kind: 'kalshi', multiplierMillionths, ...maker },
    });
  });

  test.each<[string, Partial<KalshiFeeFields>, string]>([
    ['a flat table', { feeType: 'flat' }, 'fee type "flat"'],
    ['a type of tomorrow', { feeType: 'cubic' }, 'fee type "cubic"'],
    ['no type', { feeType: '' }, 'fee type ""'],
    ['an unknown override', { feeTypeOverride: 'flat' }, 'fee type "flat"'],
    ['a negative multiplier', { feeMultiplier: -1 }, 'fee multiplier -1'],
    ['a multiplier in per cent', { feeMultiplier: 100 }, 'fee multiplier 100'],
    ['seven decimals', { feeMultiplier: 0.1234567 }, 'fee multiplier 0.1234567'],
    ['no number', { feeMultiplierOverride: Number.NaN }, 'fee multiplier NaN'],
    ['a waived flat table', { feeType: 'flat', waivedUntilMs: Infinity }, 'fee type "flat"'],
  ])('%s is refused with its reason', (_name, changes, reason) => {
    const reading = kalshi(changes);
    expect(reading.kind).toBe('unsupported');
    expect(reading).toMatchObject({ reason: expect.stringContaining(reason) });
  });
});

const SPORTS = { rate: 0.05, exponent: 1, takerOnly: true };

describe('Polymarket fee fields', () => {
  test.each<[string, PolymarketFeeFields, object]>([
    ['Gamma', { feesEnabled: true, feeSchedule: SPORTS }, { rateMillionths: 50_000 }],
    ['the CLOB alone', { clob: { ...SPORTS, rate: 0.07 } }, { rateMillionths: 70_000 }],
    ['both alike', { feeSchedule: SPORTS, clob: SPORTS }, { rateMillionths: 50_000 }],
    [
      'an exponent',
      { feesEnabled: true, feeSchedule: { ...SPORTS, exponent: 2 } },
      { rateMillionths: 50_000, exponent: 2 },
    ],
    ['fees off', { feesEnabled: false }, { rateMillionths: 0 }],
    [
      'fees off, a rate left over',
      { feesEnabled: false, feeSchedule: SPORTS },
      { rateMillionths: 0 },
    ],
    [
      'a rate of nothing, whoever pays it',
      { feeSchedule: { rate: 0, exponent: 0, takerOnly: false } },
      { rateMillionths: 0 },
    ],
  ])('%s', (_name, fields, schedule) => {
    const read = { kind: 'schedule', schedule: { kind: 'polymarket', ...schedule } };
    expect(polymarketFeeSchedule(fields)).toEqual(read);
  });

  test.each<[string, PolymarketFeeFields, string]>([
    ['silence', {}, 'does not say'],
    ['fees without a schedule', { feesEnabled: true, feeSchedule: null }, 'no fee schedule'],
    ['a rate in basis points', { feeSchedule: { ...SPORTS, rate: 1000 } }, 'fee rate 1000'],
    ['a negative rate', { feeSchedule: { ...SPORTS, rate: -0.05 } }, 'fee rate -0.05'],
    ['half an exponent', { feeSchedule: { ...SPORTS, exponent: 0.5 } }, 'fee exponent 0.5'],
    ['no exponent', { feeSchedule: { ...SPORTS, exponent: 0 } }, 'fee exponent 0'],
    ['a large exponent', { feeSchedule: { ...SPORTS, exponent: 5 } }, 'fee exponent 5'],
    ['maker fees', { feeSchedule: { ...SPORTS, takerOnly: false } }, 'makers pay fees too'],
    [
      'two words on one market',
      { feeSchedule: SPORTS, clob: { ...SPORTS, rate: 0.07 } },
      'Gamma says rate 0.05, exponent 1, takers only, the CLOB rate 0.07',
    ],
    ['fees off in one place', { feesEnabled: false, clob: SPORTS }, 'fees are off, yet'],
  ])('%s is refused with its reason', (_name, fields, reason) => {
    const reading = polymarketFeeSchedule(fields);
    expect(reading.kind).toBe('unsupported');
    expect(reading).toMatchObject({ reason: expect.stringContaining(reason) });
  });
});

test('every rate and multiplier of up to six decimals is read exactly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (millionths) => {
      const feeSchedule = { ...SPORTS, rate: millionths / 1_000_000 };
      const rate = { schedule: { rateMillionths: millionths } };
      expect(polymarketFeeSchedule({ feeSchedule })).toMatchObject(rate);
      const multiplier = { schedule: { multiplierMillionths: millionths * 10 } };
      expect(kalshi({ feeMultiplier: millionths / 100_000 })).toMatchObject(multiplier);
    }),
  );
});
