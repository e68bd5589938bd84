/** Public bodies: markets, books, events and series. Unknown keys are allowed everywhere. */
import { z } from 'zod';
import { decimalField, instantField, payoutField } from '../fields.ts';
import { countField, idField, shardField } from './fields.ts';

const stepField = decimalField('a price step').refine((value) => value > 0, {
  error: 'a price step must be above zero',
});

/**
 * One market. `status` and `market_type` stay open texts: a word that is not known makes the
 * market unsupported, not unreadable.
 * @source kalshi-typescript 3.30 models/market; reference/kalshi.md §3.3
 */
export const kalshiMarketSchema = z.object({
  ticker: idField,
  event_ticker: idField,
  market_type: z.string(),
  status: z.string().min(1),
  result: z.string(),
  title: z.string().nullish(),
  yes_sub_title: z.string().nullish(),
  rules_primary: z.string(),
  rules_secondary: z.string(),
  close_time: instantField,
  expected_expiration_time: instantField.nullish(),
  settlement_ts: instantField.nullish(),
  settlement_value_dollars: payoutField.nullish(),
  fee_waiver_expiration_time: instantField.nullish(),
  notional_value_dollars: decimalField('the notional value').nullish(),
  price_ranges: z
    .array(z.object({ start: payoutField, end: payoutField, step: stepField }))
    .max(100),
  is_provisional: z.boolean().nullish(),
  mve_collection_ticker: z.string().nullish(),
  settlement_bounds_type: z.string().nullish(),
  exchange_index: shardField.nullish(),
});

export type KalshiMarket = z.output<typeof kalshiMarketSchema>;

/** `GET /markets/{ticker}`. */
export const marketAnswerSchema = z.object({ market: kalshiMarketSchema });

const levelsField = z
  .array(z.tuple([payoutField, countField]))
  .nullish()
  .transform((levels) => levels ?? []);

/** `GET /markets/{ticker}/orderbook`: bids of both outcomes, worst first; a side may be absent. */
export const orderbookAnswerSchema = z.object({
  orderbook_fp: z.object({ yes_dollars: levelsField, no_dollars: levelsField }),
});

/** `GET /events/{event}`: its series, and what it overrides of the series' fees. */
export const eventAnswerSchema = z.object({
  event: z.object({
    event_ticker: idField,
    series_ticker: idField,
    fee_type_override: z.string().nullish(),
    fee_multiplier_override: z.number().nullish(),
  }),
});

/** `GET /series/{series}`: what its markets charge. */
export const seriesAnswerSchema = z.object({
  series: z.object({ ticker: idField, fee_type: z.string(), fee_multiplier: z.number() }),
});
