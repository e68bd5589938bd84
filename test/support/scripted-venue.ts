/** A venue written by hand: its open orders, and how it answers to cancels. */
import type { MicroContracts } from '../../domain/money.ts';
import type { LookupOutcome, OpenOrder, OrderRef, Venue } from '../../venues/venue.ts';

/** What a cancel does to one order, and answers. */
export type CancelScript =
  /** Ended, with what it filled before. */
  | { readonly ends: number }
  /** Ended, and the answer is lost. */
  | 'loses the answer'
  | 'keeps it open'
  | 'does not know it'
  | 'throws'
  /** Never answers, whatever its signal says. */
  | 'hangs';

export interface ScriptedVenue extends Venue {
  /** Identities in the order in which they were cancelled. */
  readonly cancels: string[];
  lists: number;
  /** An order arrives, as one that left before a halt may. */
  arrive(id: string): void;
}

const never = new Promise<never>(() => {});
const refuse = (verb: string) => () => Promise.reject(new Error(`${verb} was called`));

/** @param script how each open order is cancelled; `unlisted` ones are known by identity only */
export function scriptedVenue(
  script: Readonly<Record<string, CancelScript>>,
  options: {
    readonly unlisted?: readonly string[];
    /** The list fails this often before it answers. */
    readonly listFails?: number;
  } = {},
): ScriptedVenue {
  const { unlisted = [], listFails = 0 } = options;
  const open = new Set(Object.keys(script).filter((id) => !unlisted.includes(id)));
  const venue: ScriptedVenue = {
    id: 'kalshi',
    book: 'paper',
    cancels: [],
    lists: 0,
    arrive: (id) => void open.add(id),
    capabilities: () => ({ timeInForce: ['ioc'], unknownHorizonMs: 60_000, pollIntervalMs: 250 }),
    market: refuse('market'),
    quote: refuse('quote'),
    status: refuse('status'),
    balance: refuse('balance'),
    prepare: refuse('prepare'),
    place: refuse('place'),
    lookup: refuse('lookup'),
    cancelAll: refuse('cancelAll'),
    fillsSince: refuse('fillsSince'),
    settlementsSince: refuse('settlementsSince'),
    cancel: (order) => {
      venue.cancels.push(order.clientOrderId);
      return answer(script[order.clientOrderId] ?? { ends: 0 }, order, open);
    },
    openOrders: () => {
      venue.lists += 1;
      if (venue.lists <= listFails) return Promise.reject(new Error('connect ECONNREFUSED'));
      return Promise.resolve([...open].map(openOrder));
    },
  };
  return venue;
}

async function answer(
  script: CancelScript,
  { clientOrderId: id }: OrderRef,
  open: Set<string>,
): Promise<LookupOutcome> {
  switch (script) {
    case 'throws':
      throw new Error('socket hang up');
    case 'hangs':
      return never;
    case 'keeps it open':
      return { kind: 'found', order: openOrder(id) };
    case 'does not know it':
      return { kind: 'absent' };
    case 'loses the answer':
      open.delete(id);
      return { kind: 'unknown', detail: 'the answer was lost' };
    default: {
      open.delete(id);
      const filled = script.ends as MicroContracts;
      return { kind: 'found', order: { ...openOrder(id), status: 'final', filled } };
    }
  }
}

function openOrder(id: string): OpenOrder {
  const filled = 0 as MicroContracts;
  return { clientOrderId: id, venueOrderId: `v-${id}`, marketId: 'M', status: 'resting', filled };
}
