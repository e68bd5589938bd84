import { describe, expect, test } from '@jest/globals';
import type { FeeRole, FeeSchedule } from '../../domain/fees/schedule.ts';
import { fillFee } from '../../domain/fees/schedule.ts';
import type { FeeReading } from '../../domain/fees/terms.ts';
import { kalshiFeeSchedule, polymarketFeeSchedule } from '../../domain/fees/terms.ts';
import { tableUnder } from '../support/doc-tables.ts';
import { AT_MS, contracts, price, usd } from './builders.ts';

/** One row of a worked table, as the document has it: cells in the order of its columns. */
type Row = readonly string[];

const RECORDED: readonly Row[] = [
  ['0.52', '1', '0.0175'],
  ['0.99', '1', '0.0007'],
  ['0.98', '4', '0.0055'],
  ['0.97', '1', '0.0021'],
  ['0.98', '1', '0.0014'],
];

const KALSHI: readonly Row[] = [
  ['quadratic', '1', 'taker', '0.50', '100', '1.75'],
  ['quadratic', '1', 'taker', '0.10', '100', '0.63'],
  ['quadratic', '1', 'taker', '0.90', '100', '0.63'],
  ['quadratic', '1', 'maker', '0.50', '100', '0'],
  ['quadratic', '0.5', 'taker', '0.50', '100', '0.875'],
  ['quadratic', '0', 'taker', '0.50', '100', '0'],
  ['quadratic_with_maker_fees', '1', 'taker', '0.50', '100', '1.75'],
  ['quadratic_with_maker_fees', '1', 'maker', '0.50', '100', '0.4375'],
  ['quadratic_with_maker_fees', '0.5', 'maker', '0.50', '100', '0.2188'],
  ['quadratic_with_combo_maker_fees', '1', 'maker', '0.50', '100', '0.875'],
  ['flat', '1', 'taker', '0.50', '100', 'refused'],
];

const POLYMARKET: readonly Row[] = [
  ['crypto', '0.07', '1', 'taker', '0.50', '100', '1.75'],
  ['sports', '0.05', '1', 'taker', '0.50', '100', '1.25'],
  ['sports', '0.05', '1', 'taker', '0.30', '100', '1.05'],
  ['sports', '0.05', '1', 'taker', '0.01', '1', '0.0005'],
  ['sports', '0.05', '1', 'maker', '0.50', '100', '0'],
  ['finance, politics, mentions, tech', '0.04', '1', 'taker', '0.50', '100', '1'],
  ['economics, culture, weather, other', '0.05', '1', 'taker', '0.50', '100', '1.25'],
  ['geopolitics', '0', '1', 'taker', '0.50', '100', '0'],
  ['an exponent of 2', '0.05', '2', 'taker', '0.50', '100', '0.3125'],
  ['an exponent of 1.5', '0.05', '1.5', 'taker', '0.50', '100', 'refused'],
];

function feeOf(
  reading: FeeReading,
  role: string,
  at: string,
  quantity: string,
): number | 'refused' {
  if (reading.kind === 'unsupported') return 'refused';
  const { schedule }: { schedule: FeeSchedule } = reading;
  const fill = { action: 'buy', role: role as FeeRole } as const;
  return fillFee(schedule, { ...fill, quantity: contracts(quantity), price: price(at) }, 0)
    .feeMicros;
}

const expected = (cell = ''): number | 'refused' => (cell === 'refused' ? cell : usd(cell));

describe('the worked tables of docs/fees.md', () => {
  test.each([
    ['Kalshi, recorded', RECORDED],
    ['Kalshi, by the formula', KALSHI],
    ['Polymarket, by the formula', POLYMARKET],
  ])('the table “%s” has the rows checked here, and no other', (heading, rows) => {
    expect(tableUnder('docs/fees.md', heading)).toEqual(rows);
  });

  test.each(RECORDED)('a recorded Kalshi fill at %s × %s cost %s', (at, quantity, fee) => {
    const reading = kalshiFeeSchedule({ feeType: 'quadratic', feeMultiplier: 1 }, AT_MS);
    expect(feeOf(reading, 'taker', at ?? '', quantity ?? '')).toBe(expected(fee));
  });

  test.each(KALSHI)('Kalshi %s × %s, %s at %s × %s: %s', (...row) => {
    const [feeType = '', multiplier, role = '', at = '', quantity = '', fee] = row;
    const fields = { feeType, feeMultiplier: Number(multiplier) };
    expect(feeOf(kalshiFeeSchedule(fields, AT_MS), role, at, quantity)).toBe(expected(fee));
  });

  test.each(POLYMARKET)('Polymarket %s, rate %s ^ %s, %s at %s × %s: %s', (...row) => {
    const [, rate, exponent, role = '', at = '', quantity = '', fee] = row;
    const feeSchedule = { rate: Number(rate), exponent: Number(exponent), takerOnly: true };
    const reading = polymarketFeeSchedule({ feesEnabled: true, feeSchedule });
    expect(feeOf(reading, role, at, quantity)).toBe(expected(fee));
  });
});
