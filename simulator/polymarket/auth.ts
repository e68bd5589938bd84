/** Checks who calls: the API key's HMAC (L2), or the Ethereum key that asks for one (L1). */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { refusals } from './errors.ts';
import type { Account } from './records.ts';
import { recoverKeyAsker } from './signing.ts';
import type { ExchangeState } from './state.ts';

/** The venue's window is not documented; this one is ours. @source reference §9 */
const SKEW_MAX_MS = 30_000;

/** What is signed: method, path without the query, and the bytes of the body. */
export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * The account of a request whose HMAC is right.
 * @param clockMs the machine's time, which clients sign by, Unix ms
 * @throws PolymarketRefusal 401
 */
export function authenticate(
  state: ExchangeState,
  request: SignedRequest,
  clockMs: number,
): Account {
  const of = (name: string) => header(request.headers, name);
  const account = state.accounts.get(of('poly_api_key'));
  const timestamp = of('poly_timestamp');
  if (
    account === undefined ||
    of('poly_address').toLowerCase() !== account.address ||
    of('poly_passphrase') !== account.passphrase ||
    !fresh(timestamp, clockMs)
  ) {
    throw refusals.unauthorized();
  }
  const path = request.url.split('?')[0]!;
  const expected = createHmac('sha256', Buffer.from(account.secret, 'base64'))
    .update(`${timestamp}${request.method}${path}${request.text}`)
    .digest('base64')
    .replaceAll('+', '-')
    .replaceAll('/', '_');
  if (!same(of('poly_signature'), expected)) throw refusals.unauthorized();
  return account;
}

/** The account of whoever signed a request for an API key; undefined where there is none. */
export async function authenticateL1(
  state: ExchangeState,
  headers: IncomingHttpHeaders,
  clockMs: number,
): Promise<Account | undefined> {
  const [address, timestamp, nonce, signature] = [
    'poly_address',
    'poly_timestamp',
    'poly_nonce',
    'poly_signature',
  ].map((name) => header(headers, name)) as [string, string, string, string];
  const readable = /^0x[0-9a-fA-F]{40}$/.test(address) && /^\d{1,15}$/.test(nonce);
  if (!readable || !fresh(timestamp, clockMs)) throw refusals.badL1();
  const asker = await recoverKeyAsker({ address, timestamp, nonce, signature });
  if (asker !== address.toLowerCase()) throw refusals.badL1();
  return [...state.accounts.values()].find((one) => one.address === asker);
}

function header(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

function fresh(seconds: string, clockMs: number): boolean {
  return /^\d{1,12}$/.test(seconds) && Math.abs(Number(seconds) * 1000 - clockMs) <= SKEW_MAX_MS;
}

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
