/** PAIR_NOT_COMPLEMENTARY: two legs are one thing only where a person has registered them so. */
import { resolveOutcome } from '../market.ts';
import type { PairLeg } from '../pairs.ts';
import { pairKeyOf } from '../pairs.ts';
import type { Verdict } from './codes.ts';
import { verdict } from './codes.ts';
import type { AdmissionView } from './view.ts';

/**
 * One leg a venue, its markets a registered pair, its outcomes those registered or both their
 * opposites. On the live book the pair must be approved and its rule texts unchanged; elsewhere
 * the verdict says what is missing for that.
 */
export function complementaryLegs(view: AdmissionView): Verdict[] {
  const { proposal, pair, book } = view;
  if (proposal.legs.length === 1) return [];
  const answer = (passed: boolean, detail: string): Verdict[] => [
    verdict('PAIR_NOT_COMPLEMENTARY', passed, detail, {
      pair: pair?.registered.id ?? proposal.pair ?? 'none',
    }),
  ];
  const venues = new Set(proposal.legs.map(({ venue }) => venue));
  if (venues.size !== 2 || proposal.legs.length !== 2) {
    return answer(false, `a pair has one leg a venue, these are at ${[...venues].join(', ')}`);
  }
  if (pair === undefined)
    return answer(false, `two legs must be a registered pair: ${named(view)}`);
  const { registered } = pair;
  const markets = proposal.legs.map(({ venue, market }) => `${venue} ${market}`);
  const own = [`kalshi ${registered.kalshiMarket}`, `polymarket ${registered.polymarketMarket}`];
  if (!own.every((market) => markets.includes(market))) {
    return answer(false, `pair ${registered.id} is ${own.join(' with ')}, not these markets`);
  }
  const legs = resolvedLegs(view);
  // A market or outcome nobody knows is another rule's matter, and refused there.
  if (legs === undefined) return [];
  if (pairKeyOf(legs)!.polymarketOutcome !== registered.polymarketOutcome) {
    return answer(false, `pair ${registered.id}: these outcomes pay together or not at all`);
  }
  const missing = missingForLive(view);
  if (missing === undefined) return answer(true, `pair ${registered.id}, ${approved(view)}`);
  return book === 'live'
    ? answer(false, `pair ${registered.id}: ${missing}`)
    : answer(true, `pair ${registered.id}, ${missing}: paper only`);
}

function named({ proposal }: AdmissionView): string {
  return proposal.pair === undefined
    ? 'no pair has these markets; ballast pairs add'
    : `pair ${proposal.pair} is not registered`;
}

function missingForLive({ pair }: AdmissionView): string | undefined {
  const { registered, rulesHashNow } = pair!;
  if (registered.approvedBy === null) return 'not approved';
  return rulesHashNow === registered.rulesHash ? undefined : 'the rule texts have changed';
}

function approved({ pair }: AdmissionView): string {
  return `approved by ${pair!.registered.approvedBy}`;
}

function resolvedLegs(view: AdmissionView): PairLeg[] | undefined {
  const legs = view.proposal.legs.flatMap(({ venue, market, outcome: word }, index) => {
    const facts = view.legs[index]!.facts.market?.value ?? undefined;
    const outcome = facts === undefined ? undefined : resolveOutcome(facts, word);
    return outcome === undefined ? [] : [{ venue, market, outcome }];
  });
  return legs.length === view.proposal.legs.length ? legs : undefined;
}
