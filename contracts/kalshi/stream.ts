/** Websocket frames, as far as they say that something happened. */
import { z } from 'zod';
import { parseJson } from '../json.ts';

const tickerOf = z.object({ market_ticker: z.string().optional(), ticker: z.string().optional() });

const frameSchema = z.object({
  type: z.string(),
  msg: z
    .looseObject({
      ...tickerOf.shape,
      client_order_id: z.string().optional(),
      channel: z.string().optional(),
      code: z.number().optional(),
      msg: z.string().optional(),
    })
    .optional(),
});

/** What a frame tells the watch. `other` is a type that concerns nobody, known or not. */
export type KalshiFrame =
  | {
      readonly kind: 'fill' | 'order' | 'market';
      readonly marketId?: string;
      readonly clientOrderId?: string;
    }
  | { readonly kind: 'subscribed'; readonly channel: string }
  | { readonly kind: 'error'; readonly code: number | undefined; readonly detail: string }
  | { readonly kind: 'other'; readonly type: string };

const KINDS: Readonly<Record<string, 'fill' | 'order' | 'market'>> = {
  fill: 'fill',
  user_order: 'order',
  user_orders: 'order',
  market_lifecycle_v2: 'market',
};

/**
 * Reads one text frame; unknown types and keys are allowed.
 * @returns undefined where the text is no frame at all
 * @source recordings ws__*.jsonl (2026-06-11); reference/kalshi.md §1
 */
export function readKalshiFrame(text: string): KalshiFrame | undefined {
  const parsed = frameSchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { type, msg } = parsed.data;
  if (type === 'subscribed') return { kind: 'subscribed', channel: msg?.channel ?? '' };
  if (type === 'error') return { kind: 'error', code: msg?.code, detail: msg?.msg ?? '' };
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (kind === undefined) return { kind: 'other', type };
  const marketId = msg?.market_ticker ?? msg?.ticker;
  const clientOrderId = msg?.client_order_id;
  return {
    kind,
    ...(marketId === undefined ? {} : { marketId }),
    ...(clientOrderId === undefined || clientOrderId === '' ? {} : { clientOrderId }),
  };
}
