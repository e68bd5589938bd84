/** Where Polymarket is: every host name of it that Ballast knows stands here and nowhere else. */
import type { HttpEndpoint } from '../http/transport.ts';
import { isLoopback, shownUrl } from '../http/url.ts';

/** Base URLs of the exchange, two data services, the website and the websocket. */
export interface PolymarketUrls {
  readonly clob: string;
  readonly gamma: string;
  readonly data: string;
  readonly site: string;
  readonly socket: string;
}

/** Real money, or a process of this machine; `unknown` must be refused by the caller. */
export type PolymarketEnvironment = 'production' | 'loopback' | 'unknown';

/** @source reference/polymarket.md §1.3, §4 (2026-11) */
export const PRODUCTION_URLS: PolymarketUrls = {
  clob: 'https://clob.polymarket.com',
  gamma: 'https://gamma-api.polymarket.com',
  data: 'https://data-api.polymarket.com',
  site: 'https://polymarket.com',
  socket: 'wss://ws-subscriptions-clob.polymarket.com',
};

const PRODUCTION_ORIGINS = new Set(Object.values(PRODUCTION_URLS));

/** The CFTC-regulated exchange of the same name: other books, keys and money. */
const US_DOMAIN = 'polymarket.us';

/** Where requests go, and the path all endpoints stand under; empty at the root. */
export interface PolymarketEndpoint extends HttpEndpoint {
  readonly basePath: string;
}

/** What five base URLs together stand for: all of them production, or all loopback. */
export function environmentOfUrls(urls: PolymarketUrls): PolymarketEnvironment {
  const names = Object.keys(PRODUCTION_URLS) as (keyof PolymarketUrls)[];
  if (names.every((name) => originOf(urls[name]) === PRODUCTION_URLS[name])) return 'production';
  return names.every((name) => isLoopbackUrl(urls[name])) ? 'loopback' : 'unknown';
}

/**
 * Reads one base URL; a path may follow a loopback address only.
 * @throws Error where the URL is none, carries anything else, or its host is not known; Polymarket
 *   US is refused by name
 */
export function endpointOf(url: string): PolymarketEndpoint {
  const origin = originOf(url);
  if (!isLoopbackUrl(url) && (origin === undefined || !PRODUCTION_ORIGINS.has(origin))) {
    throw new Error(refusalOf(url));
  }
  const { protocol, hostname, port, pathname } = new URL(url);
  const secure = protocol === 'https:' || protocol === 'wss:';
  const host = hostname.replaceAll(/[[\]]/g, '');
  const basePath = pathname.replace(/\/+$/, '');
  return { secure, host, port: Number(port || (secure ? 443 : 80)), basePath };
}

/** The address of one of the websocket's channels. @throws Error as `endpointOf` does */
export function channelUrl(urls: PolymarketUrls, channel: 'market' | 'user'): string {
  endpointOf(urls.socket);
  const { host, pathname, protocol } = new URL(urls.socket);
  const scheme = protocol === 'https:' || protocol === 'wss:' ? 'wss:' : 'ws:';
  return `${scheme}//${host}${pathname.replace(/\/+$/, '')}/ws/${channel}`;
}

/** Undefined where the URL has more than an origin, or is none. */
function originOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, host, pathname } = new URL(url);
  return isBare(new URL(url)) && pathname === '/' ? `${protocol}//${host}` : undefined;
}

function isLoopbackUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const parsed = new URL(url);
  return isLoopback(parsed) && isBare(parsed) && /^(https?|wss?):$/.test(parsed.protocol);
}

function isBare({ search, hash, username, password }: URL): boolean {
  return search === '' && hash === '' && username === '' && password === '';
}

function refusalOf(url: string): string {
  const was = JSON.stringify(shownUrl(url));
  const hostname = URL.canParse(url) ? new URL(url).hostname : '';
  if (hostname === US_DOMAIN || hostname.endsWith(`.${US_DOMAIN}`)) {
    return `Polymarket US is another exchange with markets, keys and money of its own and is not supported, was ${was}`;
  }
  const known = [...PRODUCTION_ORIGINS].join(', ');
  return `Polymarket's base URL names no host of Polymarket's, was ${was}; use one of ${known}, or a loopback address`;
}
