/** What a halt answers, over HTTP and with `--json`. */
import { z } from 'zod';
import { DESK_STATES } from '../domain/desk.ts';
import { BOOKS, VENUE_IDS } from '../domain/venue-id.ts';

const orderLeftSchema = z.object({ id: z.string(), why: z.string() });

const clearedBookSchema = z.object({
  venue: z.enum(VENUE_IDS),
  book: z.enum(BOOKS),
  cancelled: z.array(z.string()),
  unresolved: z.array(orderLeftSchema),
  open: z.array(orderLeftSchema),
  listed: z.boolean(),
  detail: z.string(),
});

/**
 * A halt: where the desk stands, the orders that may have left before it held, and what is left at
 * each venue. `verified` says that every venue was heard and has nothing open of ours.
 */
export const haltViewSchema = z.object({
  state: z.enum(DESK_STATES),
  /** Null where the ledger did not answer: the file HALT alone stops orders then. */
  epoch: z.int().nullable(),
  unresolved: z.array(z.string()),
  /** Whether the file HALT was written. */
  latched: z.boolean(),
  verified: z.boolean(),
  venues: z.array(clearedBookSchema),
  /** Steps that failed, each in a sentence; the others were tried all the same. */
  problems: z.array(z.string()),
});
export type HaltView = z.output<typeof haltViewSchema>;
