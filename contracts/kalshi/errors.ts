/** The four shapes of a Kalshi error body. */
import { z } from 'zod';
import { printable } from '../../domain/printable.ts';
import { parseJson } from '../json.ts';

const codedSchema = z.object({
  code: z.string().min(1),
  message: z.string().nullish(),
  details: z.unknown().optional(),
});

const errorBodySchema = z.union([
  z.object({ error: codedSchema }).transform(({ error }) => error),
  codedSchema,
  z
    .object({ msg: z.string().min(1) })
    .transform(({ msg }) => ({ code: 'parameter_validation', message: msg, details: undefined })),
  z.object({ error: z.string().min(1) }).transform(({ error }) => ({
    code: error.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_'),
    message: error,
    details: undefined,
  })),
]);

/** What the venue says is wrong. `code` is cut before a `:`, after which ids may follow. */
export interface KalshiError {
  readonly code: string;
  readonly detail: string;
}

const DETAIL_LENGTH_MAX = 400;

/**
 * Reads an error body of any of the four recorded shapes: nested, flat (`bad_request`), bare `msg`
 * and a bare `error` string (429).
 * @returns undefined where the text is none of them, an edge's HTML for example
 * @source recordings of 2026-06-11; reference/kalshi.md §4
 */
export function readKalshiError(text: string): KalshiError | undefined {
  const parsed = errorBodySchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { code, message, details } = parsed.data;
  const words = [message ?? '', details == null ? '' : textOf(details)].filter(
    (word) => word !== '',
  );
  return {
    code: printable(code.split(':')[0]!).slice(0, 80),
    detail: printable(words.join(': ')).slice(0, DETAIL_LENGTH_MAX),
  };
}

function textOf(details: unknown): string {
  return typeof details === 'string' ? details : JSON.stringify(details);
}
