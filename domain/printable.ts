/** Control characters and those that turn text around: a market's title could move the cursor. */
// oxlint-disable-next-line no-control-regex -- removing them is the point
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text from a venue or a caller, safe to print on a terminal. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '?');
}
