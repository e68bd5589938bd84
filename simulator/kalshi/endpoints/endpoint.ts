/** One route of the venue as data: where it is, who may call it, what it costs, what it does. */
import type { ExchangeState } from '../state.ts';

/** A call that has passed the door. */
export interface Call {
  readonly state: ExchangeState;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  /** Empty for public endpoints. */
  readonly userId: string;
  /** Reads of what an account holds answer as of then. Unix ms. */
  readonly asOfMs: number;
}

/** Status and JSON body; no body for 204. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** A route below `/trade-api/v2`. */
export interface Endpoint {
  /** For faults and journal. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `:names` for parameters. */
  readonly path: string;
  readonly access: 'public' | 'read' | 'write';
  /** For writes: whether the venue finds the shard by the ticker in the request. */
  routed?(request: Pick<Call, 'query' | 'body'>): boolean;
  handle(call: Call): Answer;
}

/** An answer of 200. */
export function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** A whole number from the query; absent where it is none. */
export function numberIn(query: Call['query'], name: string): number | undefined {
  const text = query[name];
  return text !== undefined && /^-?\d{1,12}$/.test(text) ? Number(text) : undefined;
}

/** Comma-separated or repeated words of the query. */
export function wordsIn(query: Call['query'], name: string): string[] | undefined {
  const text = query[name];
  return text === undefined || text === '' ? undefined : text.split(',');
}

/** Whether a time lies within the query's `min_ts` and `max_ts`, Unix seconds, both included. */
export function inWindow(query: Call['query'], atMs: number): boolean {
  const atSeconds = Math.floor(atMs / 1000);
  const from = numberIn(query, 'min_ts');
  const to = numberIn(query, 'max_ts');
  return (from === undefined || atSeconds >= from) && (to === undefined || atSeconds <= to);
}
