/** Fields that Polymarket's bodies share: ids, numbers of both kinds, lists inside strings. */
import { z } from 'zod';
import { parseDecimal } from '../../domain/decimal.ts';
import { parseJson } from '../json.ts';

/** A text that is not empty: slugs, labels, cursors. */
export const idField = z.string().min(1);

/** The id of a market on the chain, in lower case. */
export const conditionIdField = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, { error: 'a condition id is 0x and 64 hexadecimal digits' })
  .transform((text) => text.toLowerCase());

/** The id of one outcome's token: a whole number of up to 256 bits, written in decimal. */
export const assetIdField = z
  .string()
  .regex(/^[1-9]\d{0,77}$/, { error: 'an asset id is a whole number written in decimal' });

/** The same where a market may not have its tokens yet: empty then. */
export const maybeAssetIdField = z.union([z.literal(''), assetIdField]);

/** A JSON number read into exact millionths, never negative; `what` names it in the message. */
export const numberField = (what: string) =>
  z.number(`${what} must be a number`).transform((value, context) => {
    const millionths = parseDecimal(String(value));
    if (millionths === undefined || millionths < 0) {
      context.addIssue({
        code: 'custom',
        message: `${what} must be zero or more with at most 6 decimals, was ${value}`,
      });
      return z.NEVER;
    }
    return millionths;
  });

/** A list that Gamma writes as JSON inside a string; a plain list is taken too. */
export const encodedListField = <Item extends z.ZodType>(item: Item) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? parseJson(value) : value),
    z.array(item, 'a list, or JSON of one in a string').max(100),
  );

/**
 * A time in one of the venue's forms, Unix ms: ISO 8601 or Gamma's `2026-03-19 23:20:15+00`.
 * Undefined where it is neither: these times are told to people and never decide alone.
 */
export const looseInstantField = z
  .string()
  .nullish()
  .transform((text) => instantOf(text ?? ''));

function instantOf(text: string): number | undefined {
  const parts =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}(?::?\d{2})?)$/.exec(text);
  if (parts === null) return undefined;
  const [, date, time, zone = ''] = parts;
  const [hours, minutes] = [zone.slice(0, 3), zone.slice(3).replace(':', '') || '00'];
  const atMs = Date.parse(`${date}T${time}${zone === 'Z' ? 'Z' : `${hours}:${minutes}`}`);
  return Number.isNaN(atMs) ? undefined : atMs;
}

const errorSchema = z.object({ error: z.string().min(1), type: z.string().optional() });

/** What an error body says: `{error}`, and `type` of Gamma; undefined where it is none. */
export function readErrorBody(text: string): { code: string; detail: string } | undefined {
  const parsed = errorSchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  return { code: parsed.data.type ?? 'refused', detail: parsed.data.error };
}
