/** Kalshi's request signatures: RSA-PSS with SHA-256, or Ed25519, over time, method and path. */
import { constants, createPrivateKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Secret } from '../secret.ts';

/** One API key: its public id, and the private key as PEM. */
export interface KalshiCredentials {
  readonly keyId: string;
  readonly privateKeyPem: Secret;
}

/**
 * The three headers of a signed request.
 * @param path from the host's root, `/trade-api/v2` included; a query is cut off
 * @param atMs Unix ms of the wall clock; the venue refuses what is off by about 20 s
 */
export type KalshiSigner = (method: string, path: string, atMs: number) => Record<string, string>;

/** The salt is as long as the digest: any other length is refused as a bad signature. */
const PSS_SALT_BYTES = 32;

/**
 * Reads the key once.
 * @throws Error without any of the key's text where it is no RSA or Ed25519 private key
 * @source reference/kalshi.md §1; kalshi-typescript 3.30 auth.ts; Ed25519 by 3.34's ApiKeyType
 */
export function createSigner({ keyId, privateKeyPem }: KalshiCredentials): KalshiSigner {
  if (keyId.trim() === '')
    throw new Error("Kalshi's key id is empty; set the id shown beside the key");
  const key = privateKeyOf(privateKeyPem);
  return (method, path, atMs) => {
    const text = Buffer.from(`${atMs}${method}${path.split('?')[0]!}`);
    return {
      'KALSHI-ACCESS-KEY': keyId,
      'KALSHI-ACCESS-TIMESTAMP': String(atMs),
      'KALSHI-ACCESS-SIGNATURE': signatureOf(key, text).toString('base64'),
    };
  };
}

function privateKeyOf(pem: Secret): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem.reveal());
  } catch {
    // Neither the error nor its message: OpenSSL may quote what it read.
    throw new Error(
      "Kalshi's private key cannot be read; it must be an unencrypted PEM (PKCS#1 or PKCS#8) of an RSA or Ed25519 key",
    );
  }
  const type = key.asymmetricKeyType ?? 'unknown';
  if (type !== 'rsa' && type !== 'ed25519') {
    throw new Error(`Kalshi's private key must be RSA or Ed25519, was ${type}; make a new API key`);
  }
  return key;
}

function signatureOf(key: KeyObject, text: Buffer): Buffer {
  if (key.asymmetricKeyType === 'ed25519') return sign(null, text, key);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return sign('sha256', text, { key, padding, saltLength: PSS_SALT_BYTES });
}
