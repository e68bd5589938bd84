/** One of Polymarket's websocket channels, kept open with the texts the venue expects. */
import type { LiveSocket, LiveSocketOptions } from '../http/live-socket.ts';
import { openLiveSocket } from '../http/live-socket.ts';
import type { PolymarketUrls } from './hosts.ts';
import { channelUrl } from './hosts.ts';

/** A connection that misses three answers is dead. @source reference/polymarket.md §4: every 10 s */
const PING_MS = 10_000;
const SILENCE_MS_MAX = 3 * PING_MS + 5_000;

export interface PolymarketSocketOptions extends Pick<
  LiveSocketOptions,
  'retryMs' | 'silenceMsMax' | 'onTrouble' | 'onOpen'
> {
  readonly urls: PolymarketUrls;
  readonly channel: 'market' | 'user';
  /** One frame's text; it may hold a list of events. */
  readonly onText: (text: string) => void;
  /** Between two PINGs; absent: the venue's ten seconds. Shorter in tests only. */
  readonly pingMs?: number | undefined;
}

/**
 * Opens a channel. `onOpen` sends what the channel is opened with (assets, or keys) and looks by
 * REST for what was missed: nothing is replayed.
 * @throws Error where the URL is none of Polymarket's
 */
export function openPolymarketSocket(options: PolymarketSocketOptions): LiveSocket {
  const { urls, channel, onText, pingMs = PING_MS, silenceMsMax, ...rest } = options;
  return openLiveSocket({
    ...rest,
    silenceMsMax: silenceMsMax ?? SILENCE_MS_MAX,
    url: channelUrl(urls, channel),
    heartbeat: { text: 'PING', answer: 'PONG', everyMs: pingMs },
    onText: (text, socket) => {
      // No word acknowledges a subscription: anything at all shows that it was taken.
      socket.taken();
      onText(text);
    },
  });
}
