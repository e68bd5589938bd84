import { sha256Hex } from '../identity.ts';

const SECRET = /TOKEN|SECRET|PASSPHRASE|PASSWORD|PRIVATE|_KEY$|^DATABASE_URL$/;
/** Enough to see whether a secret is the same, too little to be of use. */
const FINGERPRINT_DIGITS = 12;

/** Settings as they may be kept: in place of every secret its fingerprint. */
export function withoutSecrets(settings: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, SECRET.test(name) ? fingerprintOf(value) : value]),
  );
}

function fingerprintOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `sha256:${sha256Hex(text).slice(0, FINGERPRINT_DIGITS)}`;
}
