/** Gamma's markets: names, words and the state of the resolution. Unknown keys are allowed. */
import { z } from 'zod';
import { parseDecimal } from '../../domain/decimal.ts';
import {
  encodedListField,
  idField,
  looseInstantField,
  maybeAssetIdField,
  numberField,
} from './fields.ts';

/** A price in exact millionths; undefined where it has more digits than those. */
const priceField = z.string().transform((text) => parseDecimal(text.replace(/(\.\d{6})0+$/, '$1')));

const feeScheduleSchema = z.object({
  rate: z.number(),
  exponent: z.number(),
  takerOnly: z.boolean(),
});

/**
 * One market. Flags that are missing are told as unknown, never as their usual value; the words of
 * the resolution stay open texts, for the rule decides which of them it knows.
 * @source @polymarket/bindings 0.10.0 gamma/market; reference/polymarket.md §3.3, §5 pitfall 11
 */
const gammaMarketSchema = z.object({
  slug: idField,
  conditionId: z.string().nullish(),
  question: z.string().nullish(),
  description: z.string().nullish(),
  outcomes: encodedListField(z.string()).nullish(),
  outcomePrices: encodedListField(priceField).nullish(),
  clobTokenIds: encodedListField(maybeAssetIdField).nullish(),
  positionIds: encodedListField(z.string()).nullish(),
  version: z.string().nullish(),
  active: z.boolean().nullish(),
  closed: z.boolean().nullish(),
  archived: z.boolean().nullish(),
  acceptingOrders: z.boolean().nullish(),
  enableOrderBook: z.boolean().nullish(),
  negRisk: z.boolean().nullish(),
  orderPriceMinTickSize: numberField('the tick').nullish(),
  orderMinSize: numberField('the minimum size').nullish(),
  secondsDelay: z.number().nullish(),
  feesEnabled: z.boolean().nullish(),
  feeSchedule: feeScheduleSchema.nullish(),
  umaResolutionStatus: z.string().nullish(),
  closedTime: looseInstantField,
  umaEndDate: looseInstantField,
  endDate: looseInstantField,
  gameStartTime: looseInstantField,
});

export type GammaMarket = z.output<typeof gammaMarketSchema>;

/** A record of a list that cannot be read: its slug where it tells one, and what is wrong. */
export interface UnreadableMarket {
  readonly slug: string;
  readonly unreadable: string;
}

const slugOnlySchema = z.object({ slug: z.string() });

/** `GET /markets`: one record that cannot be read does not spoil the others. */
export const gammaMarketsSchema = z.array(
  z.unknown().transform((body): GammaMarket | UnreadableMarket => {
    const parsed = gammaMarketSchema.safeParse(body);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const unreadable = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`;
    return { slug: slugOnlySchema.safeParse(body).data?.slug ?? '', unreadable };
  }),
);
