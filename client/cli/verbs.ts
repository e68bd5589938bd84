/** What the files that add verbs share. */
import { InvalidArgumentError, Option } from 'commander';
import { BOOKS, VENUE_IDS } from '../../domain/venue-id.ts';

/** Lets a verb's exit code reach the process. */
export type Ends = <Arguments extends unknown[]>(
  run: (...args: Arguments) => Promise<number>,
) => (...args: Arguments) => Promise<void>;

/** The example at the end of a verb's help. */
export const example = (line: string): string => `\nExample:\n  $ ${line}`;

/** A text option that says something. */
export function nonEmpty(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  return text.trim();
}

/** How many rows a list shows. */
export function rowCount(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text) || Number(text) > 200) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 200.');
  }
  return Number(text);
}

/** Options that several lists have. */
export const listOptions = {
  last: (): Option =>
    new Option('--last <n>', 'how many, 1 to 200 (default 50)').argParser(rowCount),
  book: (): Option =>
    new Option('--book <book>', "whose (default: the desk's current book)").choices(BOOKS),
  venue: (): Option => new Option('--venue <venue>', 'only there').choices(VENUE_IDS),
  json: (): Option => new Option('--json', "the API's own answer"),
};

/** A path with the options that were given as its query; flags as `true`. */
export function pathWith(
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== false) given.set(name, String(value));
  }
  return given.size === 0 ? path : `${path}?${given.toString()}`;
}
