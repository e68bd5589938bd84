/** Reads and single sends of a venue's JSON API; bodies are parsed before anybody sees them. */
import { setTimeout as delay } from 'node:timers/promises';
import { TokenBucket } from 'limiter';
import type { z } from 'zod';
import { parseJson } from '../../contracts/json.ts';
import { printable } from '../../domain/printable.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import { withoutSecrets } from '../secret.ts';
import { VenueRefused, VenueUnreachable } from '../venue.ts';
import type { Exchanged, HttpEndpoint, TransportCall, TransportDeadlines } from './transport.ts';
import { createTransport, DEADLINES } from './transport.ts';

/** What a venue's error body says. */
export interface VenueErrorBody {
  readonly code: string;
  readonly detail: string;
}

export interface JsonClientOptions {
  readonly venue: VenueId;
  readonly endpoint: HttpEndpoint;
  /** The path every endpoint stands under; absent: none. */
  readonly basePath?: string;
  readonly deadlines?: TransportDeadlines | undefined;
  /** The bucket that reads of this client share, refilled every second. */
  readonly readTokensPerSecond: number;
  /** What one read takes from it. */
  readonly readCost: number;
  /** Undefined where a text is no error of this venue's, an edge's HTML for example. */
  readonly errorOf: (text: string) => VenueErrorBody | undefined;
  /** Headers of a call, made in the turn in which its bytes leave; `path` holds base and query. */
  readonly headersOf: (call: {
    readonly method: string;
    readonly path: string;
    readonly body: string | undefined;
  }) => Record<string, string>;
}

/** A list stands as its name repeated; what is undefined or empty is left out. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** What to read. */
export interface ReadCall<Body extends z.ZodType> {
  /** Below the API's root, already escaped. */
  readonly path: string;
  readonly query?: Query;
  readonly schema: Body;
  /** Of the token bucket; absent: the client's usual cost. */
  readonly cost?: number;
  readonly signal?: AbortSignal | undefined;
}

export type Answered = Extract<Exchanged, { kind: 'answered' }>;

/** A call that changes something: sent once, its answer left to the caller. */
export type WriteCall = Pick<TransportCall, 'method' | 'path' | 'body' | 'mayWrite' | 'signal'> & {
  readonly query?: Query;
};

const RAW_LENGTH_MAX = 300;
/** Headers whose values are for the venue alone. */
const SECRET = /signature|passphrase/i;
/** A read that failed at once is asked so often in all; one that took long has had its time. */
const READS_MAX = 3;
const READ_PAUSE_MS = 100;
const HICCUP_MS_MAX = 1_000;

/** How long to wait after a 429 that carries no `Retry-After`. */
export const RETRY_AFTER_MS = 1_000;

/** The client of one host. */
export class JsonClient {
  readonly #options: JsonClientOptions;
  readonly #transport;
  readonly #reads: TokenBucket;

  constructor(options: JsonClientOptions) {
    this.#options = options;
    this.#transport = createTransport(options.endpoint, options.deadlines ?? DEADLINES);
    const tokens = options.readTokensPerSecond;
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
    const answer = await this.get(call);
    if (answer.status !== 200) throw this.failure(answer, call.path);
    return this.bodyOf(call.schema, answer, call.path);
  }

  /** The same; undefined where the venue says that there is no such thing (404). */
  async find<Body extends z.ZodType>(call: ReadCall<Body>): Promise<z.output<Body> | undefined> {
    const answer = await this.get(call);
    if (answer.status === 404 && this.#options.errorOf(answer.text) !== undefined) return undefined;
    if (answer.status !== 200) throw this.failure(answer, call.path);
    return this.bodyOf(call.schema, answer, call.path);
  }

  /** Sends once; reads have a bucket, what is sent has none: it is limited where it is started. */
  send({ query, ...call }: WriteCall): Promise<Exchanged> {
    return this.#exchange({ ...call, path: pathOf(call.path, query) });
  }

  /** A whole answer of whatever status. @throws VenueUnreachable where none came */
  async get(call: Omit<ReadCall<z.ZodType>, 'schema'>): Promise<Answered> {
    await this.#reads.removeTokens(call.cost ?? this.#options.readCost);
    if (isAborted(call.signal)) throw this.unheard(`${call.path}: it was aborted`);
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
      if (exchanged.kind !== 'answered') throw this.unheard(`${call.path}: ${exchanged.detail}`);
      return exchanged;
    }
  }

  /**
   * The body of a 2xx, parsed.
   * @throws VenueUnreachable naming the field and quoting the body
   */
  bodyOf<Body extends z.ZodType>(
    schema: Body,
    { status, text }: Pick<Answered, 'status' | 'text'>,
    what: string,
  ): z.output<Body> {
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const field =
      issue === undefined || issue.path.length === 0 ? 'the body' : issue.path.join('.');
    throw this.unheard(
      `${what}: ${status}, but ${field}: ${issue?.message ?? 'unreadable'}; ${raw(text)}`,
    );
  }

  /** What an answer that is no success means to somebody who asked and changed nothing. */
  failure({ status, text, retryAfterMs }: Answered, what: string): VenueRefused | VenueUnreachable {
    const { venue, errorOf } = this.#options;
    if (status === 429) {
      return this.unheard(`${what}: 429, too many requests`, retryAfterMs ?? RETRY_AFTER_MS);
    }
    const told = errorOf(text);
    if (told !== undefined && isRefusal(status)) {
      return new VenueRefused({ venue, code: told.code, detail: `${what}: ${told.detail}` });
    }
    return this.unheard(`${what}: ${status} ${raw(text)}`);
  }

  /** Not heard, or not understood, which is the same. */
  unheard(detail: string, retryAfterMs?: number): VenueUnreachable {
    return unheardBy(this.#options.venue, detail, retryAfterMs);
  }

  /** An edge may repeat the request: its answer is kept without what signs and opens it. */
  async #exchange(call: Omit<TransportCall, 'headers'>): Promise<Exchanged> {
    const { basePath = '', headersOf } = this.#options;
    const path = `${basePath}${call.path}`;
    const secrets: string[] = [];
    const headers = () => {
      const made = headersOf({ method: call.method, path, body: call.body });
      for (const [name, value] of Object.entries(made)) if (SECRET.test(name)) secrets.push(value);
      return made;
    };
    const exchanged = await this.#transport({ ...call, path, headers });
    if (exchanged.kind !== 'answered') return exchanged;
    return { ...exchanged, text: withoutSecrets(exchanged.text, secrets) };
  }
}

/** A broken connection, a 5xx, half a body: what the same question may well get past next time. */
function isHiccup(exchanged: Exchanged): boolean {
  if (exchanged.kind === 'lost') return true;
  if (exchanged.kind !== 'answered') return false;
  const { status, text } = exchanged;
  return status >= 500 || (status === 200 && parseJson(text) === undefined);
}

/** Statuses that say no for good, given a body of the venue's own; 408, 409, 425 say less. */
export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && ![408, 409, 425, 429].includes(status);
}

/** What was not heard of a venue, or not understood. */
export function unheardBy(venue: VenueId, detail: string, retryAfterMs?: number): VenueUnreachable {
  return new VenueUnreachable({
    venue,
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
    const all = Array.isArray(value) ? (value as readonly string[]) : [value];
    for (const one of all) {
      if (one !== undefined && one !== '') given.append(name, String(one));
    }
  }
  const text = given.toString();
  return text === '' ? path : `${path}?${text}`;
}
