/** Frames of the public market channel, as far as they say that a market has changed its nature. */
import { z } from 'zod';
import { parseJson } from '../json.ts';
import { conditionIdField } from './fields.ts';

const eventSchema = z.object({ event_type: z.string(), market: conditionIdField.optional() });

/** `other` concerns nobody here: books and prices are read when they are needed. */
export interface MarketChannelEvent {
  readonly kind: 'tick' | 'resolved' | 'other';
  /** Which market; absent where the frame does not say. */
  readonly conditionId?: string;
}

const KINDS: Readonly<Record<string, 'tick' | 'resolved'>> = {
  tick_size_change: 'tick',
  market_resolved: 'resolved',
};

/**
 * Reads one text frame, a single event or a list; unknown types and keys are allowed.
 * @returns undefined where any part of the text is no event at all
 * @source reference/polymarket.md §4, websocket
 */
export function readMarketFrame(text: string): readonly MarketChannelEvent[] | undefined {
  const body = parseJson(text);
  const parsed = z.array(eventSchema).safeParse(Array.isArray(body) ? body : [body]);
  return parsed.data?.map(({ event_type: type, market: conditionId }) => ({
    kind: (Object.hasOwn(KINDS, type) ? KINDS[type] : undefined) ?? 'other',
    ...(conditionId === undefined ? {} : { conditionId }),
  }));
}
