/** Accounts: who may sign, with which wallet, and their money. */
import { parseDecimal } from '../../domain/decimal.ts';
import { TIER_NAMES } from './limits.ts';
import type { Account, SignatureType } from './records.ts';
import type { ExchangeState } from './state.ts';
import { moveCash } from './state.ts';

/** An account as the simulator is given it. */
export interface PolymarketAccount {
  /** The address of the Ethereum key that signs. */
  readonly privateKeyAddress: string;
  /** The wallet that pays; absent: the same, which only type 0 may have. */
  readonly funder?: string | undefined;
  readonly signatureType: SignatureType;
  readonly apiKey: string;
  /** Base64. */
  readonly secret: string;
  readonly passphrase: string;
}

/** What a new account finds in its wallet, µ$. */
const USUAL_CASH_MICROS = 1_000_000_000;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/**
 * Adds an account with $1,000 of pUSD and all allowances.
 * @throws Error where an address is none, or the funder does not fit the signature type
 */
export function addAccount(state: ExchangeState, account: PolymarketAccount): void {
  const { privateKeyAddress, apiKey, signatureType, secret, passphrase } = account;
  const { funder = privateKeyAddress } = account;
  for (const [name, address] of Object.entries({ privateKeyAddress, funder })) {
    if (!ADDRESS.test(address)) throw new Error(`${name} must be 0x and 40 hex digits`);
  }
  const same = funder.toLowerCase() === privateKeyAddress.toLowerCase();
  if ((signatureType === 0) !== same) {
    throw new Error(
      'a funder of its own belongs to signature types 1, 2 and 3, and to them it must',
    );
  }
  const isNew = !state.accounts.has(apiKey);
  state.accounts.set(apiKey, {
    owner: apiKey,
    address: privateKeyAddress.toLowerCase(),
    funder: funder.toLowerCase(),
    signatureType,
    secret,
    passphrase,
    tier: 'standard',
    banned: false,
    closedOnly: false,
    allowed: true,
    stuckMicros: 0,
  });
  if (isNew) moveCash(state, apiKey, USUAL_CASH_MICROS);
}

/** The account with an API key, or the only one there is. @throws Error where it is not clear */
export function accountOf(state: ExchangeState, apiKey?: string): Account {
  if (apiKey === undefined && state.accounts.size !== 1) {
    throw new Error(`there are ${state.accounts.size} accounts; name one by its apiKey`);
  }
  const [first] = state.accounts.values();
  const found = apiKey === undefined ? first : state.accounts.get(apiKey);
  if (found === undefined) throw new Error(`no account with the API key ${apiKey ?? ''}`);
  return found;
}

/** Changes an account. @throws Error for a tier that the venue does not have */
export function setAccount(
  state: ExchangeState,
  apiKey: string | undefined,
  changes: Partial<
    Pick<Account, 'tier' | 'banned' | 'closedOnly' | 'allowed' | 'stuckMicros' | 'signatureType'>
  >,
): void {
  const { tier } = changes;
  if (tier !== undefined && !TIER_NAMES.includes(tier)) {
    throw new Error(`no tier ${tier}; there are: ${TIER_NAMES.join(', ')}`);
  }
  const account = accountOf(state, apiKey);
  state.accounts.set(account.owner, { ...account, ...changes });
}

/** Puts pUSD into a wallet, or takes it. @throws Error where the amount is no decimal */
export function deposit(state: ExchangeState, apiKey: string | undefined, text: string): void {
  const amount = parseDecimal(text);
  if (amount === undefined) throw new Error(`amount must be a decimal string, was ${text}`);
  moveCash(state, accountOf(state, apiKey).owner, amount);
}
