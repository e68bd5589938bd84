/** What `ballast import` reports. Money and quantities are decimal strings. */
import { z } from 'zod';
import { VENUE_IDS } from '../domain/venue-id.ts';
import type { FieldProblem } from './proposal.ts';

const decimalText = z.string();

/** What became of a bet: booked now, there before, refused, or over before it came here. */
export const IMPORT_RESULTS = ['imported', 'already there', 'refused', 'history'] as const;

export const importViewSchema = z.object({
  /** Whether the report only says what would be done; nothing was changed then. */
  dryRun: z.boolean(),
  day: z.iso.date(),
  bets: z.array(
    z.object({
      /** The bet's place in the file and its id there. */
      index: z.int(),
      bet: z.string(),
      result: z.enum(IMPORT_RESULTS),
      /** The trade's id here; null where it is none. */
      trade: z.string().nullable(),
      game: z.string(),
      quantity: decimalText,
      /** With fees; what the file says. */
      cost: decimalText,
      fees: decimalText,
      reasons: z.array(z.string()),
    }),
  ),
  /** Whether the file's balance follows from its bets. */
  balance: z.object({
    initial: decimalText,
    /** Profit of the bets that were over. */
    history: decimalText,
    /** Cost of the bets that are trades here. */
    open: decimalText,
    explained: decimalText,
    stated: decimalText,
    /** Explained less stated: money the file has spent on what is no trade. */
    difference: decimalText,
  }),
  /** What was paid out of each venue's free cash by this import. */
  cash: z.array(z.object({ venue: z.enum(VENUE_IDS), paid: decimalText, freeAfter: decimalText })),
});
export type ImportView = z.output<typeof importViewSchema>;

/** Why nothing of a file was imported: the desk's book, a trade that is there, or the cash. */
export type ImportRefusal = 'book' | 'conflict' | 'cash';

export type ImportOutcome =
  | { readonly kind: 'done'; readonly view: ImportView }
  /** Nothing was changed. */
  | {
      readonly kind: 'refused';
      readonly why: ImportRefusal;
      readonly problems: readonly FieldProblem[];
    };
