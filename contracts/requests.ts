/** What people ask for over HTTP besides trades, and what they are answered. */
import { z } from 'zod';
import { BOOKS, VENUE_IDS } from '../domain/venue-id.ts';
import { usdField } from './fields.ts';
import { nameField } from './proposal.ts';
import { askedShape, bookQuery, decimalText, instant } from './view-fields.ts';

export const pairViewSchema = z.object({
  id: z.string(),
  /** Its yes and the Polymarket outcome together pay 1 a contract; so do their opposites. */
  kalshi: z.object({ market: z.string(), title: z.string() }),
  polymarket: z.object({ market: z.string(), title: z.string(), outcome: z.string() }),
  /** SHA-256 over both rule texts as they were when the pair was added. */
  rulesHash: z.string(),
  /** Venues that gave no rule text: an empty one is hashed for them. */
  rulesMissing: z.array(z.enum(VENUE_IDS)),
  addedBy: z.string(),
  addedAt: instant,
  reason: z.string(),
  approvedBy: z.string().nullable(),
  approvedAt: instant.nullable(),
});
export type PairView = z.output<typeof pairViewSchema>;

export const pairsViewSchema = z.object({ pairs: z.array(pairViewSchema) });

export const pairRequestSchema = z.strictObject({
  id: nameField('id'),
  kalshi: nameField('kalshi').describe('a Kalshi ticker'),
  polymarket: nameField('polymarket').describe('a Polymarket slug'),
  outcome: nameField('outcome').describe(
    'the Polymarket outcome that pays where Kalshi yes does not',
  ),
  ...askedShape,
});
export type PairRequest = z.output<typeof pairRequestSchema>;

export const strategyViewSchema = z.object({
  book: z.enum(BOOKS),
  name: z.string(),
  enabled: z.boolean(),
  reason: z.string(),
  /** Counted against `executionsMax` within `windowSeconds`. */
  executions: z.int(),
  executionsMax: z.int(),
  windowSeconds: z.int(),
  tradesToday: z.int(),
  open: decimalText,
  /** The strategy's own caps; null each where it has none. */
  caps: z.object({
    perTrade: decimalText.nullable(),
    dailyTrades: z.int().nullable(),
    open: decimalText.nullable(),
  }),
});
export type StrategyView = z.output<typeof strategyViewSchema>;

export const strategiesViewSchema = z.object({ strategies: z.array(strategyViewSchema) });
export const strategiesQuery = { book: bookQuery };

const DAILY_TRADES_MAX = 1_000_000;
/** A strategy's caps as a whole: what is absent is capped no more. */
export const strategyLimitRequestSchema = z.strictObject({
  perTrade: usdField.optional().describe('dollars, worst case of one trade with fees'),
  dailyTrades: z.int().min(0).max(DAILY_TRADES_MAX).optional().describe('trades a day'),
  open: usdField.optional().describe('dollars, all that is open or held'),
  ...askedShape,
});
export type StrategyLimitRequest = z.output<typeof strategyLimitRequestSchema>;

export const doneSchema = z.object({ done: z.string() });

export const RESOLVE_ACTIONS = ['complete', 'unwind', 'hold'] as const;

export const resolveRequestSchema = z
  .strictObject({
    action: z.enum(RESOLVE_ACTIONS),
    maxLoss: usdField.optional().describe('dollars; needed to complete and to unwind'),
    ...askedShape,
  })
  .superRefine(({ action, maxLoss }, context) => {
    if ((action === 'hold') === (maxLoss === undefined)) return;
    const message =
      action === 'hold'
        ? 'means nothing where the position is held'
        : `is required to ${action}: the most it may lose, in dollars`;
    context.addIssue({ code: 'custom', path: ['maxLoss'], message });
  });
export type ResolveRequest = z.output<typeof resolveRequestSchema>;

export const resolveViewSchema = z.object({ resolutionId: z.string() });

export const approvalViewSchema = z.object({
  id: z.string(),
  status: z.enum(['approved', 'declined']),
});
