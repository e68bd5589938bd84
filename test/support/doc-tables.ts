/** Tables of the project's documents, so that a test can hold their numbers. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The rows of the first table under a heading, without header and rule; backticks are dropped.
 * @param path relative to the project, e.g. `docs/worked-examples.md`
 * @param heading the heading's text without its hashes
 */
export function tableUnder(path: string, heading: string): string[][] {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const lines = readFileSync(file, 'utf8').split('\n');
  const under = lines.slice(lines.findIndex((line) => line.replace(/^#+ /, '') === heading) + 1);
  const start = under.findIndex((line) => line.startsWith('|'));
  const end = under.findIndex((line, index) => index > start && !line.startsWith('|'));
  return under.slice(start + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}
