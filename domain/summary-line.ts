/** Bytes of a summary as JSON, well within what the API documents. */
const SUMMARY_BYTES_MAX = 300;

/**
 * A text as the summary of a run, a timer or an activity: one line, cut with “…” where it is
 * longer. Venues choose their words, and people read these lines in a list. The API allows 400
 * bytes unless a server is set otherwise; the server pinned here does not check, others may.
 * @source temporal/api/sdk/v1/user_metadata.proto, read 2026-11
 */
export function summaryLine(text: string): string {
  const line = text.replace(/[\s\p{Cc}\p{Cs}]+/gu, ' ').trim();
  let bytes = 0;
  let kept = '';
  for (const character of line) {
    bytes += bytesAsJson(character);
    if (bytes > SUMMARY_BYTES_MAX) return `${kept}…`;
    kept += character;
  }
  return kept;
}

/** One character's UTF-8 bytes, and the backslash that JSON puts before quotes and backslashes. */
function bytesAsJson(character: string): number {
  const code = character.codePointAt(0)!;
  if (character === '"' || character === '\\') return 2;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}
