/** Fields that several contracts share. Money, prices and quantities are decimal strings. */
import { z } from 'zod';
import { formatDecimal, parseDecimal } from '../domain/decimal.ts';
import type { MicroContracts, Micros, PriceMicros } from '../domain/money.ts';
import { MICROS_PER_UNIT } from '../domain/money.ts';

/** A decimal string, read into millionths; `what` names it in the message. */
export const decimalField = (what: string) =>
  z.string(`${what} must be a decimal string such as "12.5"`).transform((text, context) => {
    const value = parseDecimal(text);
    if (value === undefined) {
      context.addIssue({
        code: 'custom',
        message: `${what} must be a decimal string with at most 6 digits after the point, was ${JSON.stringify(text)}`,
      });
      return z.NEVER;
    }
    return value;
  });

/** A price in dollars per contract strictly between 0 and 1, e.g. `"0.58"`. */
export const priceField = decimalField('a price')
  .refine((value) => value > 0 && value < MICROS_PER_UNIT, {
    error: (issue) =>
      `a price lies between 0 and 1 dollars per contract, was ${formatDecimal(Number(issue.input))}`,
  })
  .transform((value) => value as PriceMicros);

/** A payout per contract, 0 to 1 inclusive. */
export const payoutField = decimalField('a payout')
  .refine((value) => value >= 0 && value <= MICROS_PER_UNIT, {
    error: 'a payout lies between 0 and 1 dollars per contract',
  })
  .transform((value) => value as PriceMicros);

/** Dollars above zero. */
export const usdField = decimalField('an amount')
  .refine((value) => value > 0, { error: 'an amount must be above zero' })
  .transform((value) => value as Micros);

/** Contracts above zero. */
export const quantityField = decimalField('a quantity')
  .refine((value) => value > 0, { error: 'a quantity must be above zero' })
  .transform((value) => value as MicroContracts);

/** An instant in UTC, read into Unix milliseconds. */
export const instantField = z.iso
  .datetime({ offset: true, error: 'a time must be ISO 8601 such as "2026-11-22T23:41:17Z"' })
  .transform((text) => Date.parse(text));
