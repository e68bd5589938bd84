/** One verdict a rule, however many legs it looks at. */
import type { Proposal } from '../proposal.ts';
import type { Verdict } from './codes.ts';

/** What a rule found on one leg. */
export interface LegVerdict {
  readonly leg: number;
  readonly verdict: Verdict;
}

/**
 * Joins what one rule found on the legs. A single leg's verdict stays as it is; of a pair, the
 * sentence and each number name the leg they mean, and the sentence tells of the legs that failed
 * (of all where none did).
 * @returns an empty list where nothing was found on any leg
 */
export function overLegs(proposal: Proposal, found: readonly LegVerdict[]): Verdict[] {
  const [first] = found;
  if (first === undefined) return [];
  if (proposal.legs.length === 1) return [first.verdict];
  const failed = found.filter(({ verdict }) => !verdict.passed);
  const told = failed.length === 0 ? found : failed;
  const numbers = found.flatMap(({ leg, verdict }) =>
    Object.entries(verdict.numbers).map(([name, value]) => [`legs.${leg}.${name}`, value] as const),
  );
  return [
    {
      code: first.verdict.code,
      passed: failed.length === 0,
      detail: told
        .map(({ leg, verdict }) => `legs.${leg} (${proposal.legs[leg]!.venue}): ${verdict.detail}`)
        .join('; '),
      numbers: Object.fromEntries(numbers),
    },
  ];
}
