/** Frames of the user channel, as far as they say that something happened. */
import { z } from 'zod';
import { parseJson } from '../json.ts';

const eventSchema = z.looseObject({ event_type: z.string() });
const frameSchema = z.union([eventSchema.transform((event) => [event]), z.array(eventSchema)]);

/** What one event tells the watch; `other` concerns nobody, known or not. */
export type PolymarketUserEvent = 'order' | 'trade' | 'other';

/**
 * Reads one text frame: one event or a list; unknown types and keys are allowed.
 * @returns undefined where the text is no frame at all
 * @source reference/polymarket.md §4
 */
export function readUserFrame(text: string): PolymarketUserEvent[] | undefined {
  const parsed = frameSchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  return parsed.data.map(({ event_type: type }) =>
    type === 'order' || type === 'trade' ? type : 'other',
  );
}
