/** The bodies of the admin port's verbs, read into what the exchange understands. */
import { z } from 'zod';
import { payoutField } from '../../contracts/fields.ts';
import { parseDecimal } from '../../domain/decimal.ts';
import type { PriceMicros } from '../../domain/money.ts';
import { momentField, quotesField } from '../frame/admin-fields.ts';

/** Shards 0 to 3. */
export const shardField = z.int().min(0).max(3);

/** `setBook`: decimal strings `[price, count]`, best first. */
export const bookSchema = z.strictObject({
  ticker: z.string().min(1),
  ...quotesField,
});

const stepField = z.string().transform((text, context) => {
  const micros = parseDecimal(text);
  if (micros !== undefined && micros >= 0 && micros % 100 === 0) return micros;
  context.addIssue({ code: 'custom', message: 'dollars in steps of 0.0001, such as "0.0100"' });
  return z.NEVER;
});

/** Ranges of prices as the venue writes them. */
export const rangesField = z
  .array(
    z
      .strictObject({ start: stepField, end: stepField, step: stepField })
      .refine(({ start, end, step }) => start < end && step > 0, 'start < end and step > 0')
      .transform(({ start, end, step }) => ({
        startMicros: start,
        endMicros: end,
        stepMicros: step,
      })),
  )
  .min(1);

/** `openMarket`. */
export const listingSchema = z
  .strictObject({
    ticker: z.string().min(1),
    event: z.string().min(1),
    series: z.string().min(1),
    shard: shardField,
    category: z.string(),
    feeType: z.string(),
    feeMultiplier: z.number().min(0),
    openAt: momentField,
    closeAt: momentField,
    settlementTimerSeconds: z.int().min(0),
    priceRanges: rangesField,
    fields: z.record(z.string(), z.unknown()),
  })
  .partial()
  .required({ ticker: true })
  .transform(({ openAt, closeAt, priceRanges, ...rest }) => ({
    ...rest,
    openAtMs: openAt,
    closeAtMs: closeAt,
    ranges: priceRanges,
  }));

const WORDS = { yes: 1_000_000, no: 0 } as const;

/** A result: `yes`, `no`, or `scalar` with a `value`, dollars per YES contract. */
export const resultSchema = z
  .strictObject({
    ticker: z.string().min(1),
    result: z.enum(['yes', 'no', 'scalar']),
    value: payoutField.exactOptional(),
  })
  .transform(({ ticker, result, value }, context) => {
    const micros = result === 'scalar' ? value : WORDS[result];
    if (micros !== undefined) return { ticker, valueMicros: micros as PriceMicros };
    context.addIssue({ code: 'custom', message: 'a scalar result needs a value' });
    return z.NEVER;
  });
