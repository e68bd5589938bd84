/** The venues' own fee fields as the paper file sets them, in the venues' own words. */
import { z } from 'zod';
import { instantField } from './fields.ts';

/** An instant, or whole seconds after the exchange first listed the market. */
export const whenField = z.union([
  instantField.transform((atMs) => ({ atMs })),
  z
    .int()
    .min(0)
    .transform((seconds) => ({ afterListingMs: seconds * 1000 })),
]);

/** Kalshi: what series, event and market say. Types that cannot be computed are allowed here. */
export const kalshiFeesSchema = z.strictObject({
  type: z.string().min(1).default('quadratic').describe('fee_type of the series'),
  multiplier: z.number().default(1).describe('fee_multiplier of the series'),
  typeOverride: z.string().min(1).optional().describe('fee_type_override of the event'),
  multiplierOverride: z.number().optional().describe('fee_multiplier_override of the event'),
  waivedUntil: whenField.optional().describe('fee_waiver_expiration_time of the market'),
});

/** Polymarket: `feesEnabled` and `feeSchedule` of the market. */
export const polymarketFeesSchema = z.strictObject({
  enabled: z.boolean().default(true),
  rate: z.number().default(0.05),
  exponent: z.number().default(1),
  takerOnly: z.boolean().default(true),
});
