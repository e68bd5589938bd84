/** Keeps web pages away from the API: a page elsewhere cannot choose these headers. */
import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../../contracts/config-fields.ts';
import type { HttpProblemCode } from './problems.ts';

const HOST = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/;

/**
 * Which header of a request shows that it was not meant for this server, if any: a `Host` that is
 * neither loopback nor one of `hosts` (DNS rebinding), an `Origin` of another host, or a browser's
 * own word that another site sent it.
 * @param hosts names without port, lower case or not
 */
export function hostProblem(
  headers: IncomingHttpHeaders,
  hosts: readonly string[],
): HttpProblemCode | undefined {
  const host = (headers.host ?? '').toLowerCase();
  const match = HOST.exec(host);
  const name = match?.[1] ?? match?.[2];
  if (name === undefined || !isAllowed(name, hosts)) return 'HOST_NOT_ALLOWED';
  if (headers['sec-fetch-site'] === 'cross-site') return 'ORIGIN_NOT_ALLOWED';
  if (headers.origin !== undefined && !isSameHost(headers.origin, host)) {
    return 'ORIGIN_NOT_ALLOWED';
  }
  return undefined;
}

function isAllowed(name: string, hosts: readonly string[]): boolean {
  return isLoopback(name) || hosts.some((host) => host.toLowerCase() === name);
}

/** Host and port must agree; the scheme may differ, since TLS may end at a proxy. */
function isSameHost(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  const own = `${protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === originHost;
}
