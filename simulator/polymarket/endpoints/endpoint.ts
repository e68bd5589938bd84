/** One route of the venue as data: where it is, who may call it, what it costs, what it does. */
import type { IncomingHttpHeaders } from 'node:http';
import { refusals } from '../errors.ts';
import type { Bill } from '../limits.ts';
import type { Account, Market, TokenIndex } from '../records.ts';
import type { ExchangeState } from '../state.ts';

/** A call that has passed the door. */
export interface Call {
  readonly state: ExchangeState;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** Reads of what an account holds answer as of then. Unix ms. */
  readonly asOfMs: number;
  /** The machine's time, which clients sign by. Unix ms. */
  readonly wallMs: number;
  /** What `prepare` found out. */
  readonly prepared: unknown;
  /** Takes tokens that are only known afterwards. */
  readonly chargeAfter: (bill: Bill) => void;
}

/** A call by somebody with an API key. */
export interface PrivateCall extends Call {
  readonly account: Account;
}

interface Route {
  /** For faults and journal. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `:names` for parameters. */
  readonly path: string;
}

/** A route that needs no key. `prepare` does what takes time, before anything changes. */
export interface PublicEndpoint extends Route {
  readonly access: 'public';
  prepare?(call: Omit<Call, 'prepared'>): Promise<unknown>;
  /** @returns the body of a 200 */
  handle(call: Call): unknown;
}

/** A route that needs a key. */
export interface PrivateEndpoint extends Route {
  readonly access: 'private';
  /** What the limiter takes for it; nothing for a read. */
  bill?(body: unknown): Bill;
  prepare?(call: Omit<PrivateCall, 'prepared'>): Promise<unknown>;
  handle(call: PrivateCall): unknown;
}

export type Endpoint = PublicEndpoint | PrivateEndpoint;

/** A market the CLOB knows by its condition id. @throws PolymarketRefusal 404 */
export function clobMarket(state: ExchangeState, conditionId: string | undefined): Market {
  const market = state.markets.get(conditionId ?? '');
  if (market === undefined || market.clobFromMs > state.nowMs) throw refusals.marketNotFound();
  return market;
}

/** A token that trades. @throws PolymarketRefusal 400 for no id, 404 where there is no book */
export function bookToken(
  state: ExchangeState,
  tokenId: string | undefined,
): { market: Market; token: TokenIndex } {
  if (tokenId === undefined || !/^\d{1,78}$/.test(tokenId)) throw refusals.badToken();
  const found = state.tokens.get(tokenId);
  const { clobFromMs = Infinity, closedAtMs } = found?.market ?? {};
  if (found === undefined || clobFromMs > state.nowMs || closedAtMs !== undefined) {
    throw refusals.noBook();
  }
  return found;
}

/** The words of a comma-separated or repeated name in the query. */
export function wordsIn(query: Call['query'], name: string): string[] | undefined {
  const text = query[name];
  return text === undefined || text === '' ? undefined : text.split(',');
}

/** A whole number from the query; absent where it is none. */
export function numberIn(query: Call['query'], name: string): number | undefined {
  const text = query[name];
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}
