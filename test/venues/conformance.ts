/** The suite every venue must pass: the behaviour `venues/venue.ts` writes down, nothing more. */
import { afterEach, beforeEach, describe, test } from '@jest/globals';
import type { OrderRequest } from '../../venues/venue.ts';
import type { Lever, Nature, Needs, Rule, StandIn } from './conformance-rule.ts';
import { ALL_LEVERS, ALL_NATURES } from './conformance-rule.ts';
import { factCases, marketCases } from './conformance-facts.ts';
import { lookupCases, sendCases, timeInForceCases } from './conformance-orders.ts';
import type { VenueUnderTest } from './venue-under-test.ts';

/** How to make the venue. */
export interface ConformanceOptions {
  readonly name: string;
  readonly newVenue: () => Promise<VenueUnderTest>;
  /** What its test can do; absent: everything. Rules that need more are named and left out. */
  readonly levers?: readonly Lever[];
  /** What it does by its nature; absent: everything. */
  readonly natures?: readonly Nature[];
  /** Orders whose answers the venue has without a scripted book. */
  readonly orders?: Readonly<Partial<Record<StandIn, OrderRequest>>>;
}

/** Registers the suite with jest for one venue. */
export function runVenueConformance(options: ConformanceOptions): void {
  const { levers = ALL_LEVERS, natures = ALL_NATURES } = options;
  const leftOut: string[] = [];
  let current: VenueUnderTest | undefined;
  const held = (): VenueUnderTest => {
    if (current === undefined) throw new Error('no venue: beforeEach did not run');
    return current;
  };
  const standInOf = ({ or }: Needs): OrderRequest | undefined =>
    or === undefined ? undefined : options.orders?.[or];
  const canShow = (needs: Needs): boolean =>
    standInOf(needs) !== undefined || needs.levers.every((lever) => levers.includes(lever));
  const isItsWay = ({ nature }: Needs): boolean => nature === undefined || natures.includes(nature);
  const register = ([name, needs, run]: Parameters<Rule>): void => {
    // oxlint-disable-next-line jest/expect-expect, jest/valid-title -- a suite's frame
    test(name, () => run(held(), standInOf(needs)));
  };

  describe(`${options.name} as a venue`, () => {
    beforeEach(async () => {
      current = await options.newVenue();
    });
    afterEach(async () => {
      await current?.close();
      current = undefined;
    });
    const groups: readonly (readonly [string, (rule: Rule) => void])[] = [
      ['sends', sendCases],
      ['time in force', timeInForceCases],
      ['look-ups and cancels', lookupCases],
      ['facts', factCases],
      ['markets', marketCases],
    ];
    for (const [name, cases] of groups) {
      const rules: Parameters<Rule>[] = [];
      cases((...one) => rules.push(one));
      const shown = rules.filter(([, needs]) => canShow(needs) && isItsWay(needs));
      leftOut.push(...rules.filter((one) => !shown.includes(one)).map(([rule]) => rule));
      // A group without a rule would be an error of jest's.
      if (shown.length === 0) continue;
      // oxlint-disable-next-line jest/valid-title -- the group's name
      describe(name, () => {
        for (const one of shown) register(one);
      });
    }
    if (leftOut.length > 0) {
      console.info(`${options.name} cannot show ${leftOut.length} rules: ${leftOut.join('; ')}`);
    }
  });
}
