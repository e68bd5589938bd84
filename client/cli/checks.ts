/** Checks as lines: what doctor and the set-up of a venue print. */
import type { Check } from '../../contracts/http.ts';
import { painter, table } from './format.ts';

/** One line a check. */
export function checkLines(checks: readonly Check[], isTerminal: boolean): string[] {
  const paint = painter(isTerminal);
  return table(
    checks.map(({ name, ok, detail }) => [
      ok ? paint('green', 'ok') : paint('red', 'FAIL'),
      name,
      detail,
    ]),
  );
}
