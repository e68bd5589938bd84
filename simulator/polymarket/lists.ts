/** Pages of a list: `{data, next_cursor, limit, count}`. @source reference §2.1 */

/** The end of every list: -1. */
const END = 'LTE=';

/**
 * Cuts one page, the newest first. A cursor is an offset, as the venue's is: what comes in between
 * two pages shifts the second. One that cannot be read is the first page.
 */
export function pageOf<Row>(
  rows: readonly Row[],
  cursor: string | undefined,
  limit: number,
): { data: Row[]; next_cursor: string; limit: number; count: number } {
  const text = Buffer.from(cursor ?? '', 'base64').toString();
  const offset = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  const data = rows.slice(offset, offset + limit);
  const next = offset + data.length;
  const more = next < rows.length;
  return {
    data,
    next_cursor: more ? Buffer.from(String(next)).toString('base64') : END,
    limit,
    count: data.length,
  };
}
