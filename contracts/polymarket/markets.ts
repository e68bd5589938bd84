/** The CLOB's own word on a market: what trading it takes, and who won. Unknown keys are allowed. */
import { z } from 'zod';
import { microsOfFloat } from '../../domain/float-text.ts';
import { conditionIdField, maybeAssetIdField, numberField } from './fields.ts';

/** What a market charges: rate, exponent, takers only; absent where it charges nothing. */
const feeDetailsSchema = z.object({
  r: z.number().nullish(),
  e: z.number().nullish(),
  to: z.boolean().nullish(),
});

/**
 * `GET /clob-markets/{conditionId}`: tick, minimum size, fees, tokens.
 * @source @polymarket/clob-client-v2 1.1.0 `MarketDetails`; reference/polymarket.md §2.1
 */
export const marketDetailsSchema = z.object({
  c: conditionIdField,
  t: z.array(z.object({ t: maybeAssetIdField, o: z.string() })).max(100),
  mts: numberField('the tick'),
  mos: numberField('the minimum size').nullish(),
  nr: z.boolean().nullish(),
  fd: feeDetailsSchema.nullish(),
  ao: z.boolean().nullish(),
  sd: z.number().nullish(),
});

export type MarketDetails = z.output<typeof marketDetailsSchema>;

/** A token's price in exact millionths; undefined where the number is none. */
const priceField = z.number().transform((value) => microsOfFloat(value));

/**
 * `GET /markets/{conditionId}`: the full record, whose `winner` flags are the strongest word on a
 * result that this API has.
 */
export const clobMarketSchema = z.object({
  condition_id: z.string(),
  closed: z.boolean(),
  is_50_50_outcome: z.boolean().nullish(),
  tokens: z
    .array(z.object({ token_id: maybeAssetIdField, price: priceField, winner: z.boolean() }))
    .max(100),
});

export type ClobMarket = z.output<typeof clobMarketSchema>;

/** `GET /version`: 2 is the only protocol this adapter signs for. */
export const versionSchema = z.object({ version: z.number() });
