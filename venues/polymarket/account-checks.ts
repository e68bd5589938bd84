/** What `doctor --live` and `venue setup polymarket` tell about an account. Changes nothing. */
import {
  closedOnlySchema,
  rateLimitTierSchema,
  timeSchema,
} from '../../contracts/polymarket/account.ts';
import { versionSchema } from '../../contracts/polymarket/markets.ts';
import { formatUsd } from '../../domain/decimal.ts';
import type { AccountCheck, Finding } from '../account-check.ts';
import { runAccountChecks } from '../account-check.ts';
import type { PolymarketAccount, PolymarketVenueOptions } from './account.ts';
import { openAccount } from './account.ts';
import { PolymarketClient } from './client.ts';
import { createGeoblockWatch } from './geoblock.ts';
import { environmentOfUrls } from './hosts.ts';
import { readOpenOrders } from './order-reads.ts';
import { readCollateral } from './polymarket-venue.ts';
import { EXCHANGE_V2, NEG_RISK_EXCHANGE_V2, walletProblem } from './sign.ts';

/** @source reference/polymarket.md §8.7; the window of signatures is not documented */
const SKEW_MS_MAX = 5_000;
const PROTOCOL_VERSION = 2;
const WALLETS = [
  'the key’s own address',
  'proxy of an email login',
  'Safe of a browser wallet',
  'deposit wallet',
] as const;

/**
 * Reads everything a live account depends on; a check that cannot be made is a failed one. A key,
 * type and funder that give no wallet are the only row then.
 * @throws Error where a base URL is none of Polymarket's
 */
export async function polymarketAccountChecks(
  options: PolymarketVenueOptions,
  signal?: AbortSignal,
): Promise<AccountCheck[]> {
  const problem = walletProblem(options.credentials);
  if (problem !== undefined) return [{ name: 'wallet', ok: false, detail: problem }];
  const account = openAccount(options);
  return runAccountChecks([
    ['hosts', () => hosts(account)],
    ['wallet', () => wallet(account)],
    ['protocol', () => protocol(account, signal)],
    ['clock', () => clock(account, signal)],
    ['place', () => place(account)],
    ['closed-only', () => closedOnly(account, signal)],
    ['cash', () => cash(account, signal)],
    ['allowances', () => allowances(account, signal)],
    ['open orders', () => openOrders(account, signal)],
    ['rate limits', () => rateLimits(account, signal)],
  ]);
}

function hosts({ options }: PolymarketAccount): Promise<Finding> {
  const { host } = new URL(options.urls.clob);
  const environment = environmentOfUrls(options.urls);
  return Promise.resolve({ ok: environment !== 'unknown', detail: `${host} is ${environment}` });
}

function wallet({ wallet: { maker, signatureType } }: PolymarketAccount): Promise<Finding> {
  const detail = `${maker}, signature type ${signatureType} (${WALLETS[signatureType]})`;
  return Promise.resolve({ ok: true, detail });
}

async function protocol({ clob }: PolymarketAccount, signal?: AbortSignal): Promise<Finding> {
  const { version } = await clob.read({ path: '/version', schema: versionSchema, signal });
  return version === PROTOCOL_VERSION
    ? { ok: true, detail: `version ${version}` }
    : { ok: false, detail: `version ${version}; Ballast signs for ${PROTOCOL_VERSION} only` };
}

async function clock({ clob, options }: PolymarketAccount, signal?: AbortSignal): Promise<Finding> {
  const venueMs = await clob.read({ path: '/time', schema: timeSchema, signal });
  // The venue's second has begun, on average half a second ago.
  const skewMs = (options.wallMs ?? Date.now)() - (venueMs + 500);
  const words = `${Math.abs(skewMs)} ms ${skewMs < 0 ? 'behind' : 'ahead of'} the venue's`;
  return Math.abs(skewMs) < SKEW_MS_MAX
    ? { ok: true, detail: `this clock is ${words}` }
    : { ok: false, detail: `this clock is ${words}; signatures expire: set it by NTP` };
}

async function place({ options }: PolymarketAccount): Promise<Finding> {
  const { atMs } = await options.clock.read();
  const { urls, deadlines } = options;
  const site = new PolymarketClient({ url: urls.site, deadlines, readsPerSecond: 1 });
  const { trading, detail } = await createGeoblockWatch(site).status(atMs);
  return { ok: trading, detail };
}

async function closedOnly({ clob }: PolymarketAccount, signal?: AbortSignal): Promise<Finding> {
  const path = '/auth/ban-status/closed-only';
  const { closed_only: closed } = await clob.read({ path, schema: closedOnlySchema, signal });
  return closed
    ? { ok: false, detail: 'the account may only close positions' }
    : { ok: true, detail: 'the API key was taken, and the account may open positions' };
}

async function cash(account: PolymarketAccount, signal?: AbortSignal): Promise<Finding> {
  const { balance } = await readCollateral(account, signal);
  return {
    ok: balance > 0,
    detail: `${formatUsd(balance)} pUSD${balance > 0 ? '' : ': nothing can be bought'}`,
  };
}

/** Orders on either kind of market draw on the wallet through one of two contracts. */
async function allowances(account: PolymarketAccount, signal?: AbortSignal): Promise<Finding> {
  const { balance, allowances: told } = await readCollateral(account, signal);
  const bySpender = new Map(
    Object.entries(told ?? {}).map(([spender, amount]) => [spender.toLowerCase(), amount]),
  );
  const spenders = { 'the exchange': EXCHANGE_V2, 'the neg-risk exchange': NEG_RISK_EXCHANGE_V2 };
  const short = Object.entries(spenders).filter(([, spender]) => {
    const amount = bySpender.get(spender.toLowerCase()) ?? '0';
    // An approval is 2^256 − 1 as a rule: more than a number holds.
    return !/^\d+$/.test(amount) || BigInt(amount) === 0n || BigInt(amount) < BigInt(balance);
  });
  if (short.length === 0) return { ok: true, detail: 'both exchanges may take the cash' };
  const names = short.map(([name, spender]) => `${name} (${spender})`).join(' and ');
  const detail = `${names} may not take the cash: approve pUSD for it in Polymarket's own interface`;
  return { ok: false, detail };
}

async function openOrders(account: PolymarketAccount, signal?: AbortSignal): Promise<Finding> {
  const open = await readOpenOrders(account, signal);
  if (account.options.ordersOf === undefined) {
    return { ok: true, detail: `${open.length}; arming compares them with the ledger` };
  }
  const foreign = open.filter(({ clientOrderId }) => clientOrderId === '');
  if (foreign.length === 0) return { ok: true, detail: `${open.length} of this ledger's` };
  const detail = `${foreign.length} that this ledger does not know: cancel them, or use another wallet`;
  return { ok: false, detail };
}

async function rateLimits({ clob }: PolymarketAccount, signal?: AbortSignal): Promise<Finding> {
  const path = '/v1/user/rate-limit-tier';
  const told = await clob.find({ path, schema: rateLimitTierSchema, signal });
  const detail =
    told?.tier == null ? 'the venue tells no tier; Standard is reckoned with' : `tier ${told.tier}`;
  return { ok: true, detail };
}
