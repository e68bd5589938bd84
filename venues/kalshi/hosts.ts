/** Where Kalshi is: every host name of it that Ballast knows stands here and nowhere else. */
import type { HttpEndpoint } from '../http/transport.ts';
import { isLoopback, shownUrl } from '../http/url.ts';

/** What trading on a host means: real money, mock money, or a process of this machine. */
export type KalshiEnvironment = 'production' | 'demo' | 'loopback' | 'unknown';

interface KnownHost {
  readonly environment: 'production' | 'demo';
  /** The host of the websocket; keys and accounts are the same. */
  readonly streamHost: string;
}

/** @source Kalshi documentation, API environments (2026-08-22); the demo's top level is `.co` */
const HOSTS: ReadonlyMap<string, KnownHost> = new Map([
  ['external-api.kalshi.com', production('external-api-ws.kalshi.com')],
  ['api.elections.kalshi.com', production('api.elections.kalshi.com')],
  ['external-api.demo.kalshi.co', demo('external-api-ws.demo.kalshi.co')],
  ['demo-api.kalshi.co', demo('demo-api.kalshi.co')],
]);

/** The part of every path that is signed with it and stands in no endpoint's name. */
const API_PATH = '/trade-api/v2';
const STREAM_PATH = '/trade-api/ws/v2';

/** Where requests go, and the path all endpoints stand under. */
interface KalshiEndpoint extends HttpEndpoint {
  readonly apiPath: string;
}

/**
 * What a base URL's host stands for. `unknown` must be refused by the caller; https is asked of
 * every host but loopback.
 */
export function environmentOfHost(url: string): KalshiEnvironment {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) return 'unknown';
  const { protocol, hostname, port } = parsed;
  if (isLoopback(parsed)) return protocol.startsWith('http') ? 'loopback' : 'unknown';
  if (protocol !== 'https:' || port !== '') return 'unknown';
  return HOSTS.get(hostname)?.environment ?? 'unknown';
}

/**
 * Reads a base URL, with or without `/trade-api/v2` at its end.
 * @throws Error where the URL is none, carries anything else, or its host is unknown
 */
export function endpointOf(baseUrl: string): KalshiEndpoint {
  if (environmentOfHost(baseUrl) === 'unknown') {
    const known = [...HOSTS.keys()].join(', ');
    throw new Error(
      `Kalshi's base URL names no host of Kalshi's, was ${JSON.stringify(shownUrl(baseUrl))}; use https with ${known}, or a loopback address`,
    );
  }
  const { protocol, hostname, port, pathname, search, hash, username } = new URL(baseUrl);
  const path = pathname.replace(/\/+$/, '');
  if ((path !== '' && path !== API_PATH) || search !== '' || hash !== '' || username !== '') {
    throw new Error(
      `Kalshi's base URL must end in ${API_PATH} or in its host, was ${JSON.stringify(shownUrl(baseUrl))}`,
    );
  }
  const secure = protocol === 'https:';
  const host = hostname.replaceAll(/[[\]]/g, '');
  return { secure, host, port: Number(port || (secure ? 443 : 80)), apiPath: API_PATH };
}

/** The websocket that belongs to a base URL, and the path its handshake is signed with. */
export function streamOf(baseUrl: string): { readonly url: string; readonly path: string } {
  endpointOf(baseUrl);
  const { protocol, host, hostname } = new URL(baseUrl);
  const streamHost = HOSTS.get(hostname)?.streamHost ?? host;
  const scheme = protocol === 'https:' ? 'wss:' : 'ws:';
  return { url: `${scheme}//${streamHost}${STREAM_PATH}`, path: STREAM_PATH };
}

function production(streamHost: string): KnownHost {
  return { environment: 'production', streamHost };
}

function demo(streamHost: string): KnownHost {
  return { environment: 'demo', streamHost };
}
