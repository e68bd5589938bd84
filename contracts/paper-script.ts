/** What the paper exchange does to single orders of a market, written down beforehand. */
import { z } from 'zod';
import { parseDecimal } from '../domain/decimal.ts';
import type { MicroContracts } from '../domain/money.ts';

/** A week; more is a unit error. */
const AFTER_SECONDS_MAX = 604_800;

const afterSecondsField = z
  .number('afterSeconds must be a number of seconds such as 5 or 0.5')
  .min(0, 'afterSeconds must not be negative')
  .max(AFTER_SECONDS_MAX, 'afterSeconds is a week at most')
  .multipleOf(0.001, 'afterSeconds has at most 3 digits after the point');

const contractsField = z.string().transform((text, context): MicroContracts => {
  const value = parseDecimal(text);
  if (value !== undefined && value >= 0) return value as MicroContracts;
  const message = `contracts must be a decimal string of at least 0, was ${JSON.stringify(text)}`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const codeField = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'a code has 1 to 64 of a-z, 0-9 and "_", a letter first');

const ORDER_RULE = 'order must be a number from 0 (the first to arrive on this market) or "every"';

/** Which orders an entry is about. */
const orders = {
  order: z
    .union([z.int().min(0, ORDER_RULE), z.literal('every')], { error: ORDER_RULE })
    .describe('counts the identities that arrived on this market, refused and lost ones too'),
  action: z.enum(['buy', 'sell']).optional().describe('only orders of this action'),
};

const entrySchema = z.discriminatedUnion(
  'effect',
  [
    z.strictObject({ ...orders, effect: z.literal('reject'), code: codeField }),
    z.strictObject({ ...orders, effect: z.literal('fillAtMost'), contracts: contractsField }),
    z.strictObject({ ...orders, effect: z.literal('loseAnswer'), afterSeconds: afterSecondsField }),
    z.strictObject({
      ...orders,
      effect: z.literal('neverArrives'),
      sends: z.int().min(1).optional().describe('only the first so many sends; default: all'),
    }),
    z.strictObject({ ...orders, effect: z.literal('revert'), afterSeconds: afterSecondsField }),
  ],
  { error: 'effect must be reject, fillAtMost, loseAnswer, neverArrives or revert' },
);

/** Entries may be combined on one order; one that names its number goes before `every`. */
export const paperScriptSchema = z
  .array(entrySchema)
  .max(200)
  .superRefine((entries, context) => {
    const seen = new Set<string>();
    for (const [index, { order, action, effect }] of entries.entries()) {
      const key = `${effect} of order ${order}${action === undefined ? '' : ` (${action})`}`;
      if (seen.has(key)) {
        context.addIssue({
          code: 'custom',
          path: [index, 'effect'],
          message: `${key} is there twice`,
        });
      }
      seen.add(key);
    }
  });

/** A market's script after parsing. */
export type PaperScript = z.output<typeof paperScriptSchema>;
