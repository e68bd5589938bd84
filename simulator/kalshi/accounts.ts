/** Users, their keys and their money. */
import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { parseDecimal } from '../../domain/decimal.ts';
import { TIER_NAMES } from './limits.ts';
import type { ExchangeState } from './state.ts';
import { moveCash, SHARDS, walletOf } from './state.ts';

/** An API key and the user it belongs to. */
export interface KalshiKey {
  readonly keyId: string;
  /** RSA or Ed25519, PEM (SPKI, or PKCS#1 for RSA). */
  readonly publicKeyPem: string;
  /** Absent: `user-1`. */
  readonly userId?: string | undefined;
  /** Absent: `read` and `write`. */
  readonly scopes?: readonly string[] | undefined;
}

/** The user a key belongs to where it names none. */
export const USUAL_USER = 'user-1';
/** What a new user finds on shard 0, µ$. */
const USUAL_CASH_MICROS = 1_000_000_000;

/**
 * Adds a user with $1,000 on shard 0, or changes one that is there.
 * @throws Error for a tier that Kalshi does not have
 */
export function setUser(
  state: ExchangeState,
  userId: string,
  changes: { readonly tier?: string | undefined; readonly regionExpiresAtMs?: number | undefined },
): void {
  const { tier, regionExpiresAtMs } = changes;
  if (tier !== undefined && !TIER_NAMES.includes(tier)) {
    throw new Error(`no tier ${tier}; there are: ${TIER_NAMES.join(', ')}`);
  }
  const found = state.users.get(userId);
  if (found === undefined) moveCash(walletOf(state, userId, 0), 0, USUAL_CASH_MICROS, 0);
  state.users.set(userId, {
    userId,
    tier: tier ?? found?.tier ?? 'basic',
    ...((regionExpiresAtMs ?? found?.regionExpiresAtMs) === undefined
      ? {}
      : { regionExpiresAtMs: (regionExpiresAtMs ?? found?.regionExpiresAtMs)! }),
  });
}

/**
 * Adds a key, and its user where there is none.
 * @throws Error where the PEM holds no key, or one that is neither RSA nor Ed25519
 */
export function addKey(state: ExchangeState, key: KalshiKey): void {
  const publicKey = readKey(key);
  const type = publicKey.asymmetricKeyType ?? 'unknown';
  if (type !== 'rsa' && type !== 'ed25519') {
    throw new Error(`key ${key.keyId} is ${type}; Kalshi takes rsa and ed25519`);
  }
  const userId = key.userId ?? USUAL_USER;
  if (!state.users.has(userId)) setUser(state, userId, {});
  const scopes = key.scopes ?? ['read', 'write'];
  state.keys.set(key.keyId, { keyId: key.keyId, userId, publicKey, scopes });
}

function readKey({ keyId, publicKeyPem }: KalshiKey): KeyObject {
  try {
    return createPublicKey(publicKeyPem);
  } catch {
    throw new Error(`key ${keyId}: publicKeyPem is no public key in PEM`);
  }
}

/** Puts money on a shard, or takes it with a negative amount. */
export interface Deposit {
  readonly userId?: string | undefined;
  readonly subaccount?: number | undefined;
  readonly shard?: number | undefined;
  /** Dollars as a decimal string. */
  readonly amount: string;
}

/** @throws Error for an unknown user or shard, or an amount that is no decimal */
export function deposit(state: ExchangeState, { userId = USUAL_USER, ...to }: Deposit): void {
  const { subaccount = 0, shard = 0 } = to;
  const amount = parseDecimal(to.amount);
  if (amount === undefined) throw new Error(`amount must be a decimal string, was ${to.amount}`);
  if (!state.users.has(userId)) throw new Error(`no user ${userId}; add it with setUser`);
  if (!SHARDS.some((one) => one === shard)) throw new Error(`no shard ${shard}; there are 0 to 3`);
  moveCash(walletOf(state, userId, subaccount), shard, amount, state.nowMs);
}
