/**
 * Kalshi's websocket as an accelerator: it says that something happened, so that the watch looks at
 * once. Nothing is booked from it; what it misses the next look finds.
 */
import { readKalshiFrame } from '../../contracts/kalshi/stream.ts';
import { printable } from '../../domain/printable.ts';
import type { LiveSocket } from '../http/live-socket.ts';
import { openLiveSocket } from '../http/live-socket.ts';
import { streamOf } from './hosts.ts';
import type { KalshiCredentials } from './sign.ts';
import { createSigner } from './sign.ts';

/** Something happened; where and to which order, as far as the frame told. */
export interface KalshiStreamEvent {
  /** `connected`: it may have missed everything before; look. */
  readonly kind: 'connected' | 'fill' | 'order' | 'market';
  readonly marketId?: string;
  readonly clientOrderId?: string;
}

export interface KalshiStreamOptions {
  /** The REST base URL; the websocket's host belongs to it. */
  readonly baseUrl: string;
  readonly credentials: KalshiCredentials;
  /** Unix ms of the wall clock; absent: the machine's. */
  readonly wallMs?: (() => number) | undefined;
  /** Silence after which the connection counts as dead; the venue pings every ten seconds. */
  readonly silenceMsMax?: number | undefined;
  /** The first pause before connecting again; it doubles up to a minute. */
  readonly retryMs?: number | undefined;
  /** Why the connection ended or a channel is missing; for the log. */
  readonly onTrouble?: ((detail: string) => void) | undefined;
}

export interface KalshiStream {
  /** Ends it for good; resolves when the socket is closed. */
  close(): Promise<void>;
}

const CHANNELS = ['fill', 'user_orders', 'market_lifecycle_v2'] as const;

/**
 * Opens the stream and keeps it open. A handler that throws is reported and changes nothing.
 * @throws Error where the base URL is none of Kalshi's, or the key is no RSA or Ed25519 key
 */
export function openKalshiStream(
  options: KalshiStreamOptions,
  onEvent: (event: KalshiStreamEvent) => void,
): KalshiStream {
  const { baseUrl, credentials, wallMs = Date.now, silenceMsMax, retryMs, onTrouble } = options;
  const sign = createSigner(credentials);
  const { url, path } = streamOf(baseUrl);
  return openLiveSocket({
    url,
    headersOf: () => sign('GET', path, wallMs()),
    silenceMsMax,
    retryMs,
    onOpen: (socket) => {
      subscribe(socket);
      onEvent({ kind: 'connected' });
    },
    onText: (text, socket) => readFrame(text, { socket, onEvent, onTrouble }),
    onTrouble,
  });
}

function subscribe(socket: LiveSocket): void {
  for (const [index, channel] of CHANNELS.entries()) {
    // Prices in YES whatever the default becomes.
    const params = { channels: [channel], use_yes_price: true };
    socket.send(JSON.stringify({ id: index + 1, cmd: 'subscribe', params }));
  }
}

function readFrame(
  text: string,
  {
    socket,
    onEvent,
    onTrouble,
  }: {
    readonly socket: LiveSocket;
    readonly onEvent: (event: KalshiStreamEvent) => void;
    readonly onTrouble: KalshiStreamOptions['onTrouble'];
  },
): void {
  const frame = readKalshiFrame(text);
  if (frame === undefined) {
    return onTrouble?.(`a frame that is none: ${printable(text.slice(0, 200))}`);
  }
  switch (frame.kind) {
    case 'error':
      return onTrouble?.(`error ${frame.code ?? ''}: ${printable(frame.detail)}`);
    case 'subscribed':
      // Only a connection that was taken is a reason to try again quickly.
      return socket.taken();
    case 'other':
      return;
    case 'fill':
    case 'order':
    case 'market':
      onEvent(frame);
  }
}
