/**
 * A websocket that is kept open: heartbeats, an end to silence, and connecting again with growing
 * pauses. Nothing is replayed by it: who reads it looks for what was missed after every connection.
 */
import WebSocket from 'ws';

export interface LiveSocketOptions {
  readonly url: string;
  /** Headers of the handshake, made anew for each. */
  readonly headersOf?: (() => Record<string, string>) | undefined;
  /** A text the venue wants to hear; its answer counts as traffic and is not handed on. */
  readonly heartbeat?:
    { readonly text: string; readonly answer: string; readonly everyMs: number } | undefined;
  /** Silence after which the connection counts as dead; absent: 45 s. */
  readonly silenceMsMax?: number | undefined;
  /** The first pause before connecting again, absent: half a second; it doubles up to a minute. */
  readonly retryMs?: number | undefined;
  /** The connection stands; anything before it may have been missed. */
  readonly onOpen: (socket: LiveSocket) => void;
  readonly onText: (text: string, socket: LiveSocket) => void;
  /** Why a connection ended, or what a handler threw; for the log. */
  readonly onTrouble?: ((detail: string) => void) | undefined;
}

export interface LiveSocket {
  /** Sends a text; while there is no connection nothing happens. */
  send(text: string): void;
  /** The venue took the connection: should it end, the next one comes soon. */
  taken(): void;
  /** Ends it for good; resolves when it is closed. */
  close(): Promise<void>;
}

const SILENCE_MS_MAX = 45_000;
const RETRY_MS = 500;
const RETRY_MS_MAX = 60_000;
const CONNECT_MS = 10_000;
const CLOSE_MS = 1_000;

/** Opens the socket and keeps it open. A handler that throws is reported and changes nothing. */
export function openLiveSocket(options: LiveSocketOptions): LiveSocket {
  const connection = new Connection(options);
  connection.open();
  return connection;
}

class Connection implements LiveSocket {
  readonly #options: LiveSocketOptions;
  #socket: WebSocket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #beat: NodeJS.Timeout | undefined;
  #retryMs: number;
  #closed = false;

  constructor(options: LiveSocketOptions) {
    this.#options = options;
    this.#retryMs = options.retryMs ?? RETRY_MS;
  }

  open(): void {
    const { url, headersOf, heartbeat } = this.#options;
    const headers = headersOf?.() ?? {};
    const socket = new WebSocket(url, { headers, handshakeTimeout: CONNECT_MS });
    this.#socket = socket;
    socket.on('open', () => {
      this.#heard();
      if (heartbeat !== undefined) {
        this.#beat = setInterval(() => this.send(heartbeat.text), heartbeat.everyMs);
        this.#beat.unref();
      }
      this.#hand(() => this.#options.onOpen(this));
    });
    // The ws package answers pings itself; any traffic shows that the connection lives.
    socket.on('ping', () => this.#heard());
    socket.on('message', (data: WebSocket.RawData) => {
      this.#heard();
      const text = textOf(data);
      if (text === heartbeat?.answer) this.taken();
      else this.#hand(() => this.#options.onText(text, this));
    });
    socket.on('error', (error) => this.#trouble(error.message));
    socket.on('close', (code) => this.#ended(code));
  }

  send(text: string): void {
    const socket = this.#socket;
    if (socket?.readyState === WebSocket.OPEN) socket.send(text);
  }

  taken(): void {
    this.#retryMs = this.#options.retryMs ?? RETRY_MS;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopTimers();
    clearTimeout(this.#retry);
    const socket = this.#socket;
    if (socket === undefined || socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    // A handshake under way cannot be closed politely, and a dead peer answers no close.
    if (socket.readyState === WebSocket.OPEN) {
      socket.close(1000);
      const force = setTimeout(() => socket.terminate(), CLOSE_MS);
      await closed;
      clearTimeout(force);
    } else {
      socket.terminate();
      await closed;
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
    this.#stopTimers();
    if (this.#closed) return;
    this.#trouble(`closed with ${code}; connecting again in ${this.#retryMs} ms`);
    this.#retry = setTimeout(() => this.open(), this.#retryMs);
    this.#retry.unref();
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX);
  }

  #stopTimers(): void {
    clearTimeout(this.#silence);
    clearInterval(this.#beat);
  }

  #hand(handler: () => void): void {
    try {
      handler();
    } catch (error) {
      this.#trouble(`a listener failed: ${String(error)}`);
    }
  }

  #trouble(detail: string): void {
    this.#options.onTrouble?.(detail);
  }
}

function textOf(data: WebSocket.RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.from(data as Buffer).toString('utf8');
}
