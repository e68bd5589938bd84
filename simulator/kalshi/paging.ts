/** Pages of a list, newest first, with cursors that survive what is added meanwhile. */
import { recorded, unrecorded } from './errors.ts';

/** The most rows a page may have. @source REC markets__limit_over_max; SDK 3.30 */
const LIMIT_MAX = 1000;
const LIMIT_USUAL = 100;

interface Row {
  readonly sequence: number;
}

/**
 * Cuts one page. A cursor that is none of ours is ignored, as recorded: the first page comes back.
 * @param endpoint the endpoint's name in Go, for the refusal of a limit
 * @returns the rows and the next cursor, `""` on the last page
 * @throws KalshiRefusal 400 for a limit above 1000 or below 1
 */
export function pageOf<Found extends Row>(
  rows: readonly Found[],
  query: Readonly<Record<string, string | undefined>>,
  endpoint: string,
): { page: Found[]; cursor: string } {
  const limit = limitOf(query['limit'], endpoint);
  const before = readCursor(query['cursor']);
  const rest = rows
    .toSorted((a, b) => b.sequence - a.sequence)
    .filter(({ sequence }) => before === undefined || sequence < before);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const more = rest.length > limit && last !== undefined;
  return { page, cursor: more ? writeCursor(last.sequence) : '' };
}

function limitOf(text: string | undefined, endpoint: string): number {
  if (text === undefined || text === '') return LIMIT_USUAL;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1) throw unrecorded.invalidParameter(endpoint, 'Limit');
  if (limit > LIMIT_MAX) throw recorded.limitTooLarge(endpoint);
  return limit;
}

const CURSOR = /^before:(\d+)$/;

function writeCursor(sequence: number): string {
  return Buffer.from(`before:${sequence}`).toString('base64url');
}

function readCursor(text: string | undefined): number | undefined {
  const digits = CURSOR.exec(Buffer.from(text ?? '', 'base64url').toString())?.[1];
  return digits === undefined ? undefined : Number(digits);
}
