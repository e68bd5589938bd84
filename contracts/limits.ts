/** What `ballast limits` shows. Money is decimal strings in dollars, trades are whole numbers. */
import { z } from 'zod';
import { DESK_STATES, PHASES } from '../domain/desk.ts';
import { PAIR_BOUNDS, SINGLE_LEG_BOUNDS } from '../domain/risk/effective.ts';
import { BOOKS, VENUE_IDS } from '../domain/venue-id.ts';

const decimalText = z.string();

export const limitsViewSchema = z.object({
  now: z.iso.datetime(),
  day: z.iso.date(),
  desk: z.object({ id: z.string(), phase: z.enum(PHASES), state: z.enum(DESK_STATES) }),
  book: z.enum(BOOKS),
  /** What is counted against a limit: used, held by orders and open risk, and what is left. */
  counted: z.array(
    z.object({
      name: z.enum(['trades', 'day loss', 'exposure', 'event', 'position', 'cash']),
      /** The venue of `cash`; the fullest event or market, null while nothing is open. */
      of: z.string().nullable(),
      unit: z.enum(['trades', 'usd']),
      value: decimalText,
      used: decimalText,
      held: decimalText,
      left: decimalText,
      /** The environment variable that sets it. */
      setting: z.string(),
    }),
  ),
  /** Limits that nothing is counted against. */
  plain: z.array(
    z.object({ name: z.string(), value: decimalText, unit: z.string(), setting: z.string() }),
  ),
  /** The largest worst case of one single-leg trade: at best, and as things stand. */
  singleLeg: z.array(
    z.object({
      venue: z.enum(VENUE_IDS),
      max: decimalText,
      binds: z.array(z.enum(SINGLE_LEG_BOUNDS)),
      maxNow: decimalText,
      bindsNow: z.array(z.enum(SINGLE_LEG_BOUNDS)),
    }),
  ),
  /** The largest worst case of one pair with even legs; null where one venue alone is traded. */
  pair: z
    .object({
      max: decimalText,
      binds: z.array(z.enum(PAIR_BOUNDS)),
      maxNow: decimalText,
      bindsNow: z.array(z.enum(PAIR_BOUNDS)),
    })
    .nullable(),
});
export type LimitsView = z.output<typeof limitsViewSchema>;
