/** Bodies that cross the frame: read, checked, and made fit to be written down. */
import type { z } from 'zod';

/**
 * A body that keeps to its schema.
 * @throws Error that names each field that is wrong
 */
export function parsed<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.length === 0 ? 'body' : path.join('.')}: ${message}`,
  );
  throw new Error(problems.join('; '));
}

/** The value of a JSON text; undefined where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Fields that prove who somebody is, spelt without separators. Polymarket's `owner` is a key. */
const SECRET =
  /^(apikey|owner|sig|token|accesstoken)$|(signature|secret|passphrase|privatekey|password|authorization)$/;
const REDACTED = '[redacted]';

/** A body without the values of fields that prove who somebody is. */
export function redacted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, held]): [string, unknown] => [
    name,
    isSecret(name) ? REDACTED : redacted(held),
  ]);
  return Object.fromEntries(entries);
}

/** A body as the journal keeps it; undefined where it is empty. */
export function journalBody(text: string): unknown {
  if (text === '') return undefined;
  const value = jsonOf(text);
  // Text that is no JSON may hold anything, so only its size is told.
  return value === undefined ? { unreadableCharacters: text.length } : redacted(value);
}

/** Path and query of a request's address; the values of a repeated name are joined by commas. */
export function addressOf(url: string): { path: string; query: Record<string, string> } {
  const mark = url.indexOf('?');
  const given = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  const query = [...new Set(given.keys())].map((name): [string, string] => [
    name,
    isSecret(name) ? REDACTED : given.getAll(name).join(','),
  ]);
  return { path: mark < 0 ? url : url.slice(0, mark), query: Object.fromEntries(query) };
}

function isSecret(name: string): boolean {
  return SECRET.test(name.toLowerCase().replaceAll(/[^a-z]/g, ''));
}
