/** The headers of an account's requests: an HMAC over the very bytes that leave. */
import { createHmac } from 'node:crypto';
import type { Secret } from '../secret.ts';

/** An API key of the CLOB: its id, and two secrets. */
export interface PolymarketApiKey {
  readonly apiKey: string;
  /** Base64, URL-safe or not. */
  readonly secret: Secret;
  readonly passphrase: Secret;
}

/** What is signed of a call. */
export interface SignedCall {
  readonly method: string;
  /** With or without the query, which is no part of what is signed. */
  readonly path: string;
  readonly body: string | undefined;
}

/**
 * The five headers of a private call.
 * @param address the key's own, for deposit wallets too
 * @param timestampS Unix seconds of the wall clock
 * @source reference/polymarket.md §1.4 (clob-client-v2 1.1.0, headers and signing/hmac)
 */
export function l2Headers(
  { apiKey, secret, passphrase }: PolymarketApiKey,
  address: string,
  call: SignedCall,
  timestampS: number,
): Record<string, string> {
  const { method, path, body = '' } = call;
  const text = `${timestampS}${method}${path.split('?')[0]!}${body}`;
  // Node reads both alphabets; what it writes as base64url lacks the padding the venue wants.
  const digest = createHmac('sha256', Buffer.from(secret.reveal(), 'base64')).update(text);
  return {
    POLY_ADDRESS: address,
    POLY_SIGNATURE: digest.digest('base64').replaceAll('+', '-').replaceAll('/', '_'),
    POLY_TIMESTAMP: String(timestampS),
    POLY_API_KEY: apiKey,
    POLY_PASSPHRASE: passphrase.reveal(),
  };
}
