/** A pair's row: what two legs come to, whichever way the pair was worded. */
import type { Selectable } from 'kysely';
import type { VenueMarket } from '../../domain/market.ts';
import { resolveOutcome } from '../../domain/market.ts';
import type { PairKey, PairLeg, RegisteredPair } from '../../domain/pairs.ts';
import { pairKeyOf } from '../../domain/pairs.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import { toNumber, toNumberOrNull } from '../database.ts';
import { rulesHash } from '../identity.ts';
import type { Database } from '../schema.ts';

/** One side of a pair as a person names it, with what its venue tells of the market. */
export interface PairLegAsked {
  readonly venue: VenueId;
  readonly market: string;
  /** `yes`, `no`, the venue's own label, or a token id. */
  readonly outcome: string;
  /** Null where the venue has no such market. */
  readonly facts: VenueMarket | null;
}

/** Two outcomes that pay 1 together, and who says so. */
export interface PairAsked {
  readonly id: string;
  readonly legs: readonly PairLegAsked[];
  readonly actor: string;
  readonly reason: string;
}

/** A pair with everything people are shown of it. JSON-safe. */
export interface StoredPair extends RegisteredPair {
  readonly kalshiTitle: string;
  readonly polymarketTitle: string;
  /** The venue's own word for the outcome at Polymarket. */
  readonly polymarketLabel: string;
  /** Venues that gave no rule text: the hash has an empty one for them. */
  readonly rulesAbsent: readonly VenueId[];
  readonly addedBy: string;
  readonly addedAtMs: number;
  readonly reason: string;
  readonly approvedAtMs: number | null;
}

export type AddPairOutcome =
  /** `renewed`: registered before with other rule texts; it has to be approved anew. */
  | { readonly kind: 'added' | 'renewed' | 'unchanged'; readonly pair: StoredPair }
  /** Nothing was written. `field` is `id` or a leg's, e.g. `legs.1.outcome`. */
  | { readonly kind: 'refused'; readonly field: string; readonly detail: string };

export type Refused = Extract<AddPairOutcome, { kind: 'refused' }>;

type PairRow = Selectable<Database['pair']>;

export type Content = Pick<
  PairRow,
  | 'kalshi_market'
  | 'polymarket_market'
  | 'polymarket_outcome'
  | 'kalshi_title'
  | 'polymarket_title'
  | 'polymarket_label'
  | 'rules_hash'
  | 'kalshi_rules'
  | 'polymarket_rules'
>;

/** What two legs come to as a row, whichever way the pair was worded. */
export function contentOf({ legs }: PairAsked): Content | Refused {
  const resolved: (PairLeg & { readonly facts: VenueMarket })[] = [];
  for (const [index, { venue, market, outcome: word, facts }] of legs.entries()) {
    if (facts === null) {
      return refused(`legs.${index}.market`, `${venue} has no market ${JSON.stringify(market)}`);
    }
    if (facts.unsupported !== undefined) {
      return refused(`legs.${index}.market`, `${market} cannot be traded: ${facts.unsupported}`);
    }
    const outcome = resolveOutcome(facts, word);
    if (outcome === undefined) {
      const words = facts.outcomes.map((one) => JSON.stringify(one)).join(' or ');
      const detail = `${market} has no outcome ${JSON.stringify(word)}; use yes, no, ${words}`;
      return refused(`legs.${index}.outcome`, detail);
    }
    resolved.push({ venue, market, outcome, facts });
  }
  const key = pairKeyOf(resolved);
  if (key === undefined) return refused('legs', 'a pair has one leg at Kalshi, one at Polymarket');
  const kalshi = resolved.find(({ venue }) => venue === 'kalshi')!.facts;
  const polymarket = resolved.find(({ venue }) => venue === 'polymarket')!.facts;
  return {
    kalshi_market: key.kalshiMarket,
    polymarket_market: key.polymarketMarket,
    polymarket_outcome: key.polymarketOutcome,
    kalshi_title: kalshi.title,
    polymarket_title: polymarket.title,
    polymarket_label: polymarket.outcomes[key.polymarketOutcome],
    rules_hash: hashOf(kalshi, polymarket),
    kalshi_rules: kalshi.rules !== undefined,
    polymarket_rules: polymarket.rules !== undefined,
  };
}

/** The hash of both markets' rule texts as the venues give them. */
export function hashOf(kalshi: VenueMarket, polymarket: VenueMarket): string {
  return rulesHash({
    ...(kalshi.rules === undefined ? {} : { kalshi: kalshi.rules }),
    ...(polymarket.rules === undefined ? {} : { polymarket: polymarket.rules }),
  });
}

/** What identifies the pair of a row. */
export function keyOf(content: Content): PairKey {
  return {
    kalshiMarket: content.kalshi_market,
    polymarketMarket: content.polymarket_market,
    polymarketOutcome: content.polymarket_outcome,
  };
}

/** A row as people and rules see it. */
export function pairOf(row: PairRow): StoredPair {
  return {
    id: row.id,
    ...keyOf(row),
    kalshiTitle: row.kalshi_title,
    polymarketTitle: row.polymarket_title,
    polymarketLabel: row.polymarket_label,
    rulesHash: row.rules_hash,
    rulesAbsent: [
      ...(row.kalshi_rules ? [] : ['kalshi' as const]),
      ...(row.polymarket_rules ? [] : ['polymarket' as const]),
    ],
    addedBy: row.added_by,
    addedAtMs: toNumber(row.added_at_ms),
    reason: row.reason,
    approvedBy: row.approved_by,
    approvedAtMs: toNumberOrNull(row.approved_at_ms),
  };
}

/** A request to add a pair that cannot be followed, and which field is at fault. */
export function refused(field: string, detail: string): Refused {
  return { kind: 'refused', field, detail };
}
