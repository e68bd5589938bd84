/** How the CLI writes numbers, times and tables for people. */
import Table from 'cli-table3';
import { formatUsd, parseDecimal } from '../../domain/decimal.ts';
import { printable } from '../../domain/printable.ts';

export { printable };

/** A value as indented JSON with raw values; what a terminal would act on stays escaped. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(/[\u007f-\u009f\u2028-\u202e]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Dollars of a decimal string: `12.4` is `$12.40`. */
export function usd(text: string): string {
  const micros = parseDecimal(text);
  if (micros === undefined) return `$${printable(text)}`;
  return `${micros < 0 ? '-' : ''}$${formatUsd(Math.abs(micros))}`;
}

/** Dollars won or lost: `3.18` is `+$3.18`. */
export function signedUsd(text: string): string {
  const micros = parseDecimal(text);
  return micros !== undefined && micros > 0 ? `+${usd(text)}` : usd(text);
}

/** Seconds as `h:mm:ss`. */
export function hoursMinutesSeconds(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** An instant as `2026-11-22 14:07:31Z`. */
export function utcTime(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')}Z`;
}

/** An instant on this machine's clock: `09:07 GMT-5`; empty where that clock shows UTC. */
export function localTime(atMs: number): string {
  if (new Date(atMs).getTimezoneOffset() === 0) return '';
  const options = { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' } as const;
  return new Intl.DateTimeFormat('en-GB', options).format(atMs);
}

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** Aligned columns without frames; columns in `right` (by index) are numbers. */
export function table(
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const drawn = new Table({
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: Array.from({ length: columns }, (_, index) =>
      right.includes(index) ? 'right' : 'left',
    ),
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

const SGR = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;
type Style = keyof typeof SGR;
export type Paint = (style: Style, text: string) => string;

/** Colours for a terminal; none elsewhere or where `NO_COLOR` is set, see no-color.org. */
export function painter(
  isTerminal: boolean,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Paint {
  const plain = !isTerminal || (environment['NO_COLOR'] ?? '') !== '';
  return (style, text) => (plain ? text : `\u001b[${SGR[style]}m${text}\u001b[0m`);
}
