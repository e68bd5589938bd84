/** Signed and unsigned calls of Kalshi's REST API; bodies are parsed before anybody sees them. */
import { setTimeout as delay } from 'node:timers/promises';
import { TokenBucket } from 'limiter';
import type { z } from 'zod';
import { parseJson, readKalshiError } from '../../contracts/kalshi/errors.ts';
import { printable } from '../../domain/printable.ts';
import { VenueRefused, VenueUnreachable } from '../venue.ts';
import { endpointOf } from './hosts.ts';
import type { KalshiSigner } from './sign.ts';
import type { Exchanged, TransportCall, TransportDeadlines } from './transport.ts';
import { createTransport, DEADLINES } from './transport.ts';

export interface KalshiClientOptions {
  /** With or without `/trade-api/v2`; its host decides between production, demo and loopback. */
  readonly baseUrl: string;
  readonly signer?: KalshiSigner | undefined;
  /** Unix ms of the wall clock that signatures carry; absent: the machine's. */
  readonly wallMs?: (() => number) | undefined;
  readonly deadlines?: TransportDeadlines | undefined;
  /** Tokens a second that reads may use; absent: half of the Basic tier's 200. */
  readonly readTokensPerSecond?: number | undefined;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** What to read. */
export interface ReadCall<Body extends z.ZodType> {
  /** Below the API's root, already escaped. */
  readonly path: string;
  readonly query?: Query;
  readonly schema: Body;
  /** Of the account's token bucket; 10 unless the venue says otherwise. */
  readonly cost?: number;
  readonly signal?: AbortSignal | undefined;
}

type Answered = Extract<Exchanged, { kind: 'answered' }>;

/** A call that changes something: sent once, its answer left to the caller. */
export type WriteCall = Pick<TransportCall, 'method' | 'path' | 'body' | 'mayWrite' | 'signal'> & {
  readonly query?: Query;
};

/** @source Kalshi documentation, rate limits (2026-08); Basic: 200 read tokens a second */
const READ_TOKENS_PER_SECOND = 100;
const READ_COST = 10;
/** Lists are read in pages of the largest size; more pages than this is a list that goes in circles. */
const PAGES_MAX = 200;
const PAGE_SIZE = 1000;
const RAW_LENGTH_MAX = 300;
/** A read that failed at once is asked so often in all; one that took long has had its time. */
const READS_MAX = 3;
const READ_PAUSE_MS = 100;
const HICCUP_MS_MAX = 1_000;

/** The client of one host and, where it has a signer, one API key. */
export class KalshiClient {
  readonly #transport;
  readonly #apiPath: string;
  readonly #signer: KalshiSigner | undefined;
  readonly #wallMs: () => number;
  readonly #reads: TokenBucket;

  constructor(options: KalshiClientOptions) {
    const endpoint = endpointOf(options.baseUrl);
    this.#transport = createTransport(endpoint, options.deadlines ?? DEADLINES);
    this.#apiPath = endpoint.apiPath;
    this.#signer = options.signer;
    this.#wallMs = options.wallMs ?? Date.now;
    const tokens = options.readTokensPerSecond ?? READ_TOKENS_PER_SECOND;
    this.#reads = new TokenBucket({
      bucketSize: tokens,
      tokensPerInterval: tokens,
      interval: 1000,
    });
    this.#reads.content = tokens;
  }

  /**
   * Reads one body.
   * @throws VenueRefused on a 4xx of the venue's, VenueUnreachable on everything else that is no
   *   whole, readable answer: a field that is missing is never replaced by a default
   */
  async read<Body extends z.ZodType>(call: ReadCall<Body>): Promise<z.output<Body>> {
    const answer = await this.#get(call);
    if (answer.status !== 200) throw failure(answer, call.path);
    return bodyOf(call.schema, answer, call.path);
  }

  /** The same; undefined where the venue says that there is no such thing (404). */
  async find<Body extends z.ZodType>(call: ReadCall<Body>): Promise<z.output<Body> | undefined> {
    const answer = await this.#get(call);
    if (answer.status === 404 && readKalshiError(answer.text) !== undefined) return undefined;
    if (answer.status !== 200) throw failure(answer, call.path);
    return bodyOf(call.schema, answer, call.path);
  }

  /**
   * Every page of a list, in the venue's order (newest first).
   * @throws VenueUnreachable where the list does not end
   */
  async *pages<Body extends z.ZodType<{ cursor?: string | null | undefined }>>(
    call: ReadCall<Body>,
  ): AsyncGenerator<z.output<Body>> {
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const query = { ...call.query, limit: PAGE_SIZE, cursor };
      const body = await this.read({ ...call, query });
      yield body;
      const next = body.cursor ?? '';
      if (next === '') return;
      if (next === cursor) break;
      cursor = next;
    }
    throw unheard(`${call.path} gave ${PAGES_MAX} pages or the same one again, and no end`);
  }

  /** Sends once; reads have a bucket, what is sent has none: it is limited where it is started. */
  send({ query, ...call }: WriteCall): Promise<Exchanged> {
    return this.#exchange({ ...call, path: pathOf(call.path, query) });
  }

  /** The venue's clock against ours: its `Date` (a whole second) and when the answer came, wall ms. */
  async clocks(signal?: AbortSignal): Promise<{ dateMs: number | undefined; wallMs: number }> {
    const { dateMs } = await this.#get({ path: '/exchange/status', signal });
    return { dateMs, wallMs: this.#wallMs() };
  }

  async #get(call: Omit<ReadCall<z.ZodType>, 'schema'>): Promise<Answered> {
    await this.#reads.removeTokens(call.cost ?? READ_COST);
    if (isAborted(call.signal)) throw unheard(`${call.path}: it was aborted`);
    const request = {
      method: 'GET',
      path: pathOf(call.path, call.query),
      signal: call.signal,
    } as const;
    // A read may be asked again, an order never.
    for (let asked = 1; ; asked += 1) {
      const startMs = performance.now();
      const exchanged = await this.#exchange(request);
      const wasQuick = performance.now() - startMs < HICCUP_MS_MAX;
      if (asked < READS_MAX && wasQuick && isHiccup(exchanged) && !isAborted(call.signal)) {
        await delay(asked * READ_PAUSE_MS);
        continue;
      }
      if (exchanged.kind !== 'answered') throw unheard(`${call.path}: ${exchanged.detail}`);
      return exchanged;
    }
  }

  #exchange(call: Omit<TransportCall, 'headers'>): Promise<Exchanged> {
    const path = `${this.#apiPath}${call.path}`;
    const headers = () => this.#signer?.(call.method, path, this.#wallMs()) ?? {};
    return this.#transport({ ...call, path, headers });
  }
}

/** A broken connection, a 5xx, half a body: what the same question may well get past next time. */
function isHiccup(exchanged: Exchanged): boolean {
  if (exchanged.kind === 'lost') return true;
  if (exchanged.kind !== 'answered') return false;
  const { status, text } = exchanged;
  return status >= 500 || (status === 200 && parseJson(text) === undefined);
}

/**
 * The body of a 2xx, parsed.
 * @throws VenueUnreachable naming the field and quoting the body
 */
export function bodyOf<Body extends z.ZodType>(
  schema: Body,
  { status, text }: Pick<Answered, 'status' | 'text'>,
  what: string,
): z.output<Body> {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue === undefined || issue.path.length === 0 ? 'the body' : issue.path.join('.');
  throw unheard(
    `${what}: ${status}, but ${field}: ${issue?.message ?? 'unreadable'}; ${raw(text)}`,
  );
}

/** What an answer that is no success means to somebody who asked and changed nothing. */
export function failure(
  { status, text, retryAfterMs }: Answered,
  what: string,
): VenueRefused | VenueUnreachable {
  const told = readKalshiError(text);
  if (status === 429) {
    return unheard(`${what}: 429, too many requests`, retryAfterMs ?? RETRY_AFTER_MS);
  }
  if (told !== undefined && isRefusal(status)) {
    return new VenueRefused({
      venue: 'kalshi',
      code: told.code,
      detail: `${what}: ${told.detail}`,
    });
  }
  return unheard(`${what}: ${status} ${raw(text)}`);
}

/** How long to wait after a 429, which carries no `Retry-After`. */
export const RETRY_AFTER_MS = 1_000;

/** Statuses that say no for good, given a body of the venue's own; 408, 409, 425 say less. */
export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && ![408, 409, 425, 429].includes(status);
}

/** Not heard, or not understood, which is the same. */
export function unheard(detail: string, retryAfterMs?: number): VenueUnreachable {
  return new VenueUnreachable({
    venue: 'kalshi',
    detail,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** A body as evidence in a message: cut, on one line, printable. */
export function raw(text: string): string {
  const line = printable(text.replaceAll(/\s+/g, ' ').slice(0, RAW_LENGTH_MAX));
  return `body was ${line === '' ? 'empty' : line}${text.length > RAW_LENGTH_MAX ? '…' : ''}`;
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function pathOf(path: string, query: Query = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') given.set(name, String(value));
  }
  const text = given.toString();
  return text === '' ? path : `${path}?${text}`;
}
