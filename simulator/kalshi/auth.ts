/** Checks a request's three headers: key, time and signature, as the venue does. */
import type { IncomingHttpHeaders } from 'node:http';
import { constants, verify } from 'node:crypto';
import { recorded, unrecorded } from './errors.ts';
import type { ApiKey } from './records.ts';
import type { ExchangeState } from './state.ts';

/** ±5 s pass and −30 s does not; the width between is ours. @source REC auth__skew_* */
const SKEW_MAX_MS = 20_000;
const SALT_BYTES = 32;

/** What is signed: a request's method and its path without the query. */
export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** Which part of an account an endpoint touches. */
export type Access = 'read' | 'write';

/**
 * Finds the key of a request and checks its signature.
 * @param clockMs the machine's time as the client's clock is to be, Unix ms
 * @throws KalshiRefusal 401 with the recorded bodies; 403 where the key's scopes do not reach
 */
export function authenticate(
  state: ExchangeState,
  request: SignedRequest,
  access: Access,
  clockMs: number,
): ApiKey {
  const keyId = header(request, 'kalshi-access-key');
  const timestamp = header(request, 'kalshi-access-timestamp');
  const signature = header(request, 'kalshi-access-signature');
  if (keyId === undefined) throw unrecorded.missingHeader('key');
  if (signature === undefined) throw recorded.missingSignature();
  if (timestamp === undefined) throw unrecorded.missingHeader('timestamp');
  if (!/^\d{1,15}$/.test(timestamp)) throw unrecorded.badTimestamp();
  if (Math.abs(Number(timestamp) - clockMs) > SKEW_MAX_MS) throw recorded.expiredTimestamp();
  const key = state.keys.get(keyId);
  if (key === undefined) throw recorded.unknownKey();
  const path = request.url.split('?')[0]!;
  const text = Buffer.from(`${timestamp}${request.method}${path}`);
  if (!verifies(key, text, Buffer.from(signature, 'base64'))) throw recorded.badSignature();
  if (!allows(key.scopes, access)) throw unrecorded.forbidden(`the key lacks the scope ${access}`);
  return key;
}

function header({ headers }: SignedRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** RSA-PSS with SHA-256 and a salt of 32 bytes, or Ed25519. @source SDK auth.ts; 3.34 ApiKeyType */
function verifies({ publicKey }: ApiKey, text: Buffer, signature: Buffer): boolean {
  if (publicKey.asymmetricKeyType === 'ed25519') return verify(null, text, publicKey, signature);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return verify('sha256', text, { key: publicKey, padding, saltLength: SALT_BYTES }, signature);
}

function allows(scopes: readonly string[], access: Access): boolean {
  return scopes.some((scope) => scope === access || scope === `${access}::trade`);
}
