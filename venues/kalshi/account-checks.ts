/** What `doctor --live` and `venue setup kalshi` tell about an account. Reads only. */
import {
  accountLimitsSchema,
  apiKeysSchema,
  exchangeScheduleSchema,
} from '../../contracts/kalshi/exchange.ts';
import { nettingSchema } from '../../contracts/kalshi/portfolio.ts';
import { formatUsd } from '../../domain/decimal.ts';
import type { AccountCheck, Finding } from '../account-check.ts';
import { runAccountChecks } from '../account-check.ts';
import type { KalshiAccount, KalshiVenueOptions } from './account.ts';
import { openAccount, subaccountOf } from './account.ts';
import { environmentOfHost } from './hosts.ts';
import { readCash } from './kalshi-venue.ts';

/** ±5 s was accepted, −30 s refused (recordings auth__skew_*); the Date header is a whole second. */
const SKEW_MS_MAX = 4_000;
const REGION_WARN_MS = 7 * 86_400_000;

/**
 * Reads everything a live account depends on; a check that cannot be made is a failed one.
 * @throws Error where the base URL is none of Kalshi's, or the key is no RSA or Ed25519 key
 */
export async function kalshiAccountChecks(
  options: KalshiVenueOptions,
  signal?: AbortSignal,
): Promise<AccountCheck[]> {
  const account = openAccount(options);
  const checks: [string, (account: KalshiAccount, signal?: AbortSignal) => Promise<Finding>][] = [
    ['host', host],
    ['clock', clock],
    ['key', key],
    ['scopes', scopes],
    ['region attestation', region],
    ['cash', cash],
    ['rate limits', limits],
    ['netting', netting],
    ['exchange', exchange],
    ['maintenance', maintenance],
  ];
  return runAccountChecks(
    checks.map(([name, check]) => [name, () => check(account, signal)] as const),
  );
}

function host({ options }: KalshiAccount): Promise<Finding> {
  const environment = environmentOfHost(options.baseUrl);
  return Promise.resolve({
    ok: true,
    detail: `${new URL(options.baseUrl).host} is ${environment}`,
  });
}

async function clock({ client }: KalshiAccount, signal?: AbortSignal): Promise<Finding> {
  const { dateMs, wallMs } = await client.clocks(signal);
  if (dateMs === undefined) return { ok: false, detail: 'the venue told no time' };
  // The header's second has begun, on average half a second ago.
  const skewMs = wallMs - (dateMs + 500);
  const words = `${Math.abs(skewMs)} ms ${skewMs < 0 ? 'behind' : 'ahead of'} the venue's`;
  return Math.abs(skewMs) <= SKEW_MS_MAX
    ? { ok: true, detail: `this clock is ${words}` }
    : { ok: false, detail: `this clock is ${words}; signatures expire: set it by NTP` };
}

async function key(account: KalshiAccount, signal?: AbortSignal): Promise<Finding> {
  await readCash(account, signal);
  return { ok: true, detail: 'a signed request was taken' };
}

async function readKeys({ client }: KalshiAccount, signal?: AbortSignal) {
  return client.read({ path: '/api_keys', schema: apiKeysSchema, signal });
}

async function scopes(account: KalshiAccount, signal?: AbortSignal): Promise<Finding> {
  const { api_keys: keys } = await readKeys(account, signal);
  const own = keys.find(({ api_key_id: id }) => id === account.options.credentials.keyId);
  if (own === undefined) return { ok: false, detail: 'the venue does not list this key' };
  const has = own.scopes ?? [];
  const words = has.length === 0 ? 'none' : has.join(', ');
  const trades = has.includes('write') || has.includes('write::trade');
  if (!has.includes('read') || !trades) {
    return { ok: false, detail: `it has ${words}; make a key with read and write::trade` };
  }
  if (own.subaccount != null && own.subaccount !== subaccountOf(account)) {
    return { ok: false, detail: `the key is bound to subaccount ${own.subaccount}` };
  }
  const transfers = has.includes('write') || has.includes('write::transfer');
  return {
    ok: true,
    detail: `${words}${transfers ? '; it may move money too, which read and write::trade would not' : ''}`,
  };
}

async function region(account: KalshiAccount, signal?: AbortSignal): Promise<Finding> {
  const { api_key_region_expiration_ts: expiresAt } = await readKeys(account, signal);
  if (expiresAt == null) return { ok: true, detail: 'the venue asks for none' };
  const { atMs, offsetMs } = await account.options.clock.read();
  const leftMs = expiresAt * 1000 - (atMs - offsetMs);
  const when = new Date(expiresAt * 1000).toISOString();
  if (leftMs <= 0) {
    const detail = `expired ${when}: no orders on sports, elections, entertainment; attest it anew`;
    return { ok: false, detail };
  }
  return {
    ok: true,
    detail: `until ${when}${leftMs < REGION_WARN_MS ? '; attest it anew soon' : ''}`,
  };
}

async function cash(account: KalshiAccount, signal?: AbortSignal): Promise<Finding> {
  const { balance_dollars: all, balance_breakdown: parts } = await readCash(account, signal);
  const words = (parts ?? []).map(
    ({ exchange_index: index, balance }) => `shard ${index} ${formatUsd(balance)}`,
  );
  return { ok: true, detail: [formatUsd(all), ...words].join(', ') };
}

async function limits({ client, options }: KalshiAccount, signal?: AbortSignal): Promise<Finding> {
  const path = '/account/limits';
  const {
    usage_tier: tier,
    read,
    write,
  } = await client.read({
    path,
    schema: accountLimitsSchema,
    signal,
  });
  const words = `${tier}: ${read.refill_rate} read and ${write.refill_rate} write tokens a second`;
  const used = options.readTokensPerSecond ?? 100;
  // Sends and cancels are started for 100 write tokens a second at most, half of them each.
  const enough = read.refill_rate >= used && write.refill_rate >= 100;
  return { ok: enough, detail: enough ? words : `${words}; Ballast reckons with ${used} and 100` };
}

async function netting(account: KalshiAccount, signal?: AbortSignal): Promise<Finding> {
  const path = '/portfolio/subaccounts/netting';
  const { netting_configs: all } = await account.client.read({
    path,
    schema: nettingSchema,
    signal,
  });
  const own = all.filter(({ subaccount_number: number }) => number === subaccountOf(account));
  const off = own.filter(({ enabled }) => !enabled);
  if (off.length > 0) {
    const detail =
      'off: what is sold stays as two opposite positions and its money bound; turn it on';
    return { ok: false, detail };
  }
  return { ok: true, detail: own.length === 0 ? "the venue's default" : 'on' };
}

async function exchange({ markets }: KalshiAccount, signal?: AbortSignal): Promise<Finding> {
  const { trading, detail } = await markets.status(undefined, signal);
  return { ok: trading, detail };
}

async function maintenance(
  { client, options }: KalshiAccount,
  signal?: AbortSignal,
): Promise<Finding> {
  const call = { path: '/exchange/schedule', schema: exchangeScheduleSchema, signal };
  const { schedule } = await client.read(call);
  const { atMs } = await options.clock.read();
  const ahead = (schedule.maintenance_windows ?? []).filter(({ end_datetime: end }) => end > atMs);
  const words = ahead.map(
    ({ start_datetime: from, end_datetime: to }) =>
      `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`,
  );
  const detail =
    words.length === 0 ? 'none announced; Thursdays 03:00 to 05:00 ET' : words.join(', ');
  return { ok: true, detail };
}
