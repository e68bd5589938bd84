/**
 * Kalshi's websocket as an accelerator: it says that something happened, so that the watch looks at
 * once. Nothing is booked from it; what it misses the next look finds.
 */
import WebSocket from 'ws';
import { readKalshiFrame } from '../../contracts/kalshi/stream.ts';
import { printable } from '../../domain/printable.ts';
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
const SILENCE_MS_MAX = 45_000;
const RETRY_MS = 500;
const RETRY_MS_MAX = 60_000;
const CONNECT_MS = 10_000;

/**
 * Opens the stream and keeps it open. A handler that throws is reported and changes nothing.
 * @throws Error where the base URL is none of Kalshi's, or the key is no RSA or Ed25519 key
 */
export function openKalshiStream(
  options: KalshiStreamOptions,
  onEvent: (event: KalshiStreamEvent) => void,
): KalshiStream {
  const connection = new StreamConnection(options, onEvent);
  connection.open();
  return { close: () => connection.close() };
}

class StreamConnection {
  readonly #options: KalshiStreamOptions;
  readonly #onEvent: (event: KalshiStreamEvent) => void;
  readonly #sign;
  readonly #target;
  #socket: WebSocket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #retryMs: number;
  #closed = false;

  constructor(options: KalshiStreamOptions, onEvent: (event: KalshiStreamEvent) => void) {
    this.#options = options;
    this.#onEvent = onEvent;
    this.#sign = createSigner(options.credentials);
    this.#target = streamOf(options.baseUrl);
    this.#retryMs = options.retryMs ?? RETRY_MS;
  }

  open(): void {
    const { url, path } = this.#target;
    const headers = this.#sign('GET', path, (this.#options.wallMs ?? Date.now)());
    const socket = new WebSocket(url, { headers, handshakeTimeout: CONNECT_MS });
    this.#socket = socket;
    socket.on('open', () => {
      this.#heard();
      this.#subscribe(socket);
    });
    // The ws package answers pings itself; any traffic shows that the connection lives.
    socket.on('ping', () => this.#heard());
    socket.on('message', (data: WebSocket.RawData) => {
      this.#heard();
      this.#read(textOf(data));
    });
    socket.on('error', (error) => this.#trouble(error.message));
    socket.on('close', (code) => this.#ended(code));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    const socket = this.#socket;
    if (socket === undefined || socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    // A handshake under way cannot be closed politely, and a dead peer answers no close.
    if (socket.readyState === WebSocket.OPEN) {
      socket.close(1000);
      const force = setTimeout(() => socket.terminate(), 1_000);
      await closed;
      clearTimeout(force);
    } else {
      socket.terminate();
      await closed;
    }
  }

  #subscribe(socket: WebSocket): void {
    for (const [index, channel] of CHANNELS.entries()) {
      // Prices in YES whatever the default becomes.
      const params = { channels: [channel], use_yes_price: true };
      socket.send(JSON.stringify({ id: index + 1, cmd: 'subscribe', params }));
    }
    this.#tell({ kind: 'connected' });
  }

  #read(text: string): void {
    const frame = readKalshiFrame(text);
    if (frame === undefined)
      return this.#trouble(`a frame that is none: ${printable(text.slice(0, 200))}`);
    switch (frame.kind) {
      case 'error':
        return this.#trouble(`error ${frame.code ?? ''}: ${printable(frame.detail)}`);
      case 'subscribed':
        // Only a connection that was taken is a reason to try again quickly.
        this.#retryMs = this.#options.retryMs ?? RETRY_MS;
        return;
      case 'other':
        return;
      case 'fill':
      case 'order':
      case 'market':
        this.#tell(frame);
    }
  }

  #tell(event: KalshiStreamEvent): void {
    try {
      this.#onEvent(event);
    } catch (error) {
      this.#trouble(`a listener failed: ${String(error)}`);
    }
  }

  #heard(): void {
    clearTimeout(this.#silence);
    const silenceMs = this.#options.silenceMsMax ?? SILENCE_MS_MAX;
    this.#silence = setTimeout(() => {
      this.#trouble(`nothing was heard for ${silenceMs} ms`);
      this.#socket?.terminate();
    }, silenceMs);
    this.#silence.unref();
  }

  #ended(code: number): void {
    clearTimeout(this.#silence);
    if (this.#closed) return;
    this.#trouble(`closed with ${code}; connecting again in ${this.#retryMs} ms`);
    this.#retry = setTimeout(() => this.open(), this.#retryMs);
    this.#retry.unref();
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX);
  }

  #trouble(detail: string): void {
    this.#options.onTrouble?.(detail);
  }
}

function textOf(data: WebSocket.RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.from(data as Buffer).toString('utf8');
}
