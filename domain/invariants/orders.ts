/** I1: the venue's own records of orders and fills against the identities the ledger gave out. */
import type { OrderStateName } from '../order-machine.ts';

/** An order as the ledger has it; its id is the identity the venue deduplicates on. */
export interface LedgerOrderRow {
  readonly id: string;
  readonly book: string;
  readonly venue: string;
  readonly state: OrderStateName;
}
/** An order as the venue has it. */
export interface VenueOrderRow {
  readonly book: string;
  readonly venue: string;
  readonly clientOrderId: string;
  readonly venueOrderId: string;
  /** A rejected order has had no effect. */
  readonly status: 'resting' | 'final' | 'rejected';
}
/** A fill as the venue has it. */
export interface VenueFillRow {
  readonly book: string;
  readonly venue: string;
  readonly fillId: string;
  readonly clientOrderId: string;
  readonly venueOrderId: string;
  readonly action?: 'buy' | 'sell';
  /** The fill it takes back; null for most. */
  readonly reverts?: string | null;
  /** µ-contracts. */
  readonly quantity: bigint;
  readonly priceMicros: bigint;
  readonly feeMicros: bigint;
  /** When the venue wrote it down, Unix ms. */
  readonly recordedAtMs: bigint;
}

/**
 * I1: at most one effect at the venue per order identity, and none under an identity that the
 * ledger did not give out or says was never sent.
 */
export function checkI1(
  ledgerOrders: readonly LedgerOrderRow[],
  venueOrders: readonly VenueOrderRow[],
  venueFills: readonly VenueFillRow[],
): string[] {
  const ledger = new Map(ledgerOrders.map((order) => [identityOf(order, order.id), order]));
  const effects = [...venueOrders.filter(({ status }) => status !== 'rejected'), ...venueFills];
  const byIdentity = new Map<string, Set<string>>();
  const byVenueOrder = new Map<string, Set<string>>();
  for (const effect of effects) {
    const identity = identityOf(effect, effect.clientOrderId);
    add(byIdentity, identity, effect.venueOrderId);
    add(byVenueOrder, identityOf(effect, effect.venueOrderId), identity);
  }
  return [
    ...[...byIdentity]
      .filter(([, ids]) => ids.size > 1)
      .map(([identity, ids]) => `I1 ${identity}: is ${list(ids)} at the venue`),
    ...[...byVenueOrder]
      .filter(([, identities]) => identities.size > 1)
      .map(([id, identities]) => `I1 ${id}: stands for ${list(identities)}`),
    ...[...byIdentity.keys()].flatMap((identity) => {
      const order = ledger.get(identity);
      if (order === undefined) return [`I1 ${identity}: is at the venue and not in the ledger`];
      return order.state === 'created' || order.state === 'notSent'
        ? [`I1 ${identity}: is at the venue, and the ledger says it was never sent`]
        : [];
    }),
  ];
}

function identityOf(at: { readonly book: string; readonly venue: string }, id: string): string {
  return `${at.book}/${at.venue}/${id}`;
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set.add(value));
}

function list(items: ReadonlySet<string>): string {
  return [...items].toSorted().join(' and ');
}
