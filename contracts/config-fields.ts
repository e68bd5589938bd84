/** The kinds of value an environment variable has. A bad one is told with the rule it breaks. */
import { z } from 'zod';
import { parseDecimal } from '../domain/decimal.ts';
import { MICROS_PER_UNIT } from '../domain/money.ts';

/** A number as people write it in `.env`: plain decimals, at most 6 digits after the point. */
export const numberField = (what: string, check: (value: number) => boolean, rule: string) =>
  z.string().transform((text, context) => {
    const value = parseDecimal(text.trim());
    if (value === undefined || !check(value)) {
      context.addIssue({
        code: 'custom',
        message: `${what} must be ${rule}, was ${JSON.stringify(text)}`,
      });
      return z.NEVER;
    }
    return value;
  });

/** A positive amount in dollars; read as µ$. */
export const usd = (what: string) => numberField(what, (value) => value > 0, 'dollars above 0');
/** A percentage from 0 to 100; read as millionths of one. */
export const percent = (what: string) =>
  numberField(
    what,
    (value) => value >= 0 && value <= 100 * MICROS_PER_UNIT,
    'a percentage from 0 to 100',
  ).transform((millionthsOfPercent) => Math.round(millionthsOfPercent / 100));
/** A whole number within bounds. */
export const count = (what: string, min: number, max: number) =>
  numberField(
    what,
    (value) =>
      value % MICROS_PER_UNIT === 0 &&
      value >= min * MICROS_PER_UNIT &&
      value <= max * MICROS_PER_UNIT,
    `a whole number from ${min} to ${max}`,
  ).transform((value) => value / MICROS_PER_UNIT);
/** true or false. */
export const flag = z.enum(['true', 'false'], {
  error: (issue) => `must be true or false, was ${JSON.stringify(issue.input)}`,
});
/** Any text but none. */
export const text = z.string().min(1, 'must not be empty; remove the line or give a value');
/** A token of the API. */
export const token = z
  .string()
  .regex(/^[\x21-\x7e]{16,}$/, 'a token has at least 16 printable characters and no spaces');

/** A venue's API: encrypted, or on this machine; what else a URL may carry has no place in it. */
export const baseUrl = (what: string, scheme: 'http' | 'ws' = 'http') =>
  z.string().transform((given, context) => {
    const url = URL.canParse(given) ? new URL(given) : undefined;
    const problem = url === undefined ? 'is no URL' : baseUrlProblem(url, scheme);
    if (url !== undefined && problem === undefined) return url.href.replace(/\/+$/, '');
    // A URL may hold a password: it is not repeated.
    const rule = `${scheme}s://host/path, or ${scheme}:// on a loopback address`;
    context.addIssue({ code: 'custom', message: `${what} must be ${rule}; this one ${problem}` });
    return z.NEVER;
  });

function baseUrlProblem(url: URL, scheme: 'http' | 'ws'): string | undefined {
  if (url.protocol !== `${scheme}s:` && url.protocol !== `${scheme}:`) {
    return `starts with ${url.protocol}`;
  }
  if (url.protocol === `${scheme}:` && !isLoopback(hostOf(url))) {
    return `is not encrypted, and ${url.hostname} is not this machine`;
  }
  if (url.username !== '' || url.password !== '') return 'holds a user name or a password';
  if (url.search !== '' || url.hash !== '') return 'holds a query or a fragment';
  return undefined;
}

/** The host of a URL without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Whether `host` is this machine's loopback interface. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
