/** The file the paper exchange quotes from (`BALLAST_PAPER_FILE`): markets, books, results. */
import { z } from 'zod';
import { VENUE_IDS } from '../domain/venue-id.ts';
import { payoutField, priceField, quantityField } from './fields.ts';
import { kalshiFeesSchema, polymarketFeesSchema, whenField } from './paper-fees.ts';
import { parseDecimal } from '../domain/decimal.ts';
import { paperScriptSchema } from './paper-script.ts';

/** Ten times the usual fee; more is a unit error. */
const FEE_RATE_MAX = 10_000_000;

const millionthsField = z.string().transform((text, context) => {
  const value = parseDecimal(text);
  if (value === undefined || value < 0 || value > FEE_RATE_MAX) {
    context.addIssue({
      code: 'custom',
      message: `must be a decimal string from 0 to 10, was ${JSON.stringify(text)}`,
    });
    return z.NEVER;
  }
  return value;
});

const levelsField = z
  .array(z.tuple([priceField, quantityField]))
  .max(200)
  .transform((levels) => levels.map(([price, quantity]) => ({ priceMicros: price, quantity })));

const bookSideField = z.strictObject({
  asks: levelsField.default([]).describe('what can be bought, [price, contracts], best first'),
  bids: levelsField.default([]).describe('what can be sold to, [price, contracts], best first'),
});

const marketSchema = z.strictObject({
  venue: z.enum(VENUE_IDS),
  id: z.string().min(1).max(120),
  title: z.string().min(1).max(200),
  rules: z
    .string()
    .min(1)
    .max(20_000)
    .optional()
    .describe('the text the market settles by, as the venue words it'),
  outcomes: z.tuple([z.string().min(1), z.string().min(1)]).default(['yes', 'no']),
  tokenIds: z.tuple([z.string().min(1), z.string().min(1)]).optional(),
  tick: priceField.default(10_000 as never),
  lot: quantityField.optional().describe('default: 0.01 contracts, the step of both venues'),
  minQuantity: quantityField.optional().describe('default: 0.01 on Kalshi, 5 on Polymarket'),
  feeRate: millionthsField
    .optional()
    .describe('Kalshi: the fee multiplier, default 1. Polymarket: the rate, default 0.05'),
  kalshiFees: kalshiFeesSchema.optional().describe('instead of feeRate, on Kalshi'),
  polymarketFees: polymarketFeesSchema.optional().describe('instead of feeRate, on Polymarket'),
  trading: z.boolean().default(true),
  unsupported: z.string().min(1).optional(),
  unreachable: z
    .boolean()
    .default(false)
    .describe('the market and its quotes are not heard; orders still go through'),
  script: paperScriptSchema.default([]),
  book: z.strictObject({ yes: bookSideField, no: bookSideField }),
  closes: whenField.optional(),
  settles: whenField.optional().describe('when the result is expected'),
  result: z
    .strictObject({
      at: whenField,
      payout: payoutField.describe(
        'paid per contract of the first outcome; the other gets the rest',
      ),
    })
    .optional(),
});

/** A market has one way to say its fees, its own venue's. */
function feeProblems(market: z.output<typeof marketSchema>): [string, string][] {
  const given = (['kalshiFees', 'polymarketFees'] as const).filter(
    (field) => market[field] !== undefined,
  );
  return given.flatMap((field): [string, string][] => {
    if (field !== `${market.venue}Fees`) {
      return [[field, `is not for a market of ${market.venue}; write ${market.venue}Fees`]];
    }
    if (market.feeRate !== undefined) return [[field, 'stands instead of feeRate; drop one']];
    return [];
  });
}

export const paperFileSchema = z
  .strictObject({
    venues: z
      .strictObject({
        kalshi: z.strictObject({ trading: z.boolean() }).optional(),
        polymarket: z.strictObject({ trading: z.boolean() }).optional(),
      })
      .default({}),
    markets: z.array(marketSchema).max(5000),
  })
  .superRefine((file, context) => {
    const seen = new Set<string>();
    for (const [index, market] of file.markets.entries()) {
      const key = `${market.venue}/${market.id}`;
      if (seen.has(key)) {
        context.addIssue({
          code: 'custom',
          path: ['markets', index, 'id'],
          message: `${key} is listed twice`,
        });
      }
      seen.add(key);
      for (const [field, problem] of feeProblems(market)) {
        context.addIssue({ code: 'custom', path: ['markets', index, field], message: problem });
      }
    }
  });

export type PaperFile = z.output<typeof paperFileSchema>;
export type PaperMarket = PaperFile['markets'][number];
