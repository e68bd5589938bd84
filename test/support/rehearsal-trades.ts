/** What the tests of a desk in rehearsal ask of its trades and of what the venue got of them. */
import { findTrade } from '../../ledger/read/trades.ts';
import { eventually } from './desk.ts';
import type { RehearsalDesk } from './rehearsal-desk.ts';

/** How a venue names an order of ours. */
export interface VenueNames {
  /** In its journal and its records: by our identity, or by the id the ledger knows in advance. */
  readonly by: 'clientOrderId' | 'venueOrderId';
  /** The field of the venue's own records that holds it. */
  readonly field: string;
}

/** The questions, asked of the desk there is when they are asked. */
export function rehearsalTrades(under: () => RehearsalDesk, { by, field }: VenueNames) {
  const statusOf = async (id: string) => (await findTrade(under().engine.ledger.db, id))?.status;

  /** A trade's only order. */
  async function orderOf(id: string) {
    const { orderId, stored } = await under().engine.ledger.readLegOrder(id, 0);
    const name = by === 'clientOrderId' ? orderId : (stored?.venueOrderId ?? 'no id');
    return { orderId, name, state: stored?.state, wire: stored?.wire };
  }

  const reaches = (id: string, status: string, withinMs = 60_000) =>
    eventually(
      `${id} ${status}`,
      async () => ((await statusOf(id)) === status ? true : undefined),
      withinMs,
    );

  const becomes = (id: string, state: string) =>
    eventually(`the order of ${id} ${state}`, async () =>
      (await orderOf(id)).state === state ? true : undefined,
    );

  /** What reached the venue of the trade's one order: bodies as they came, and the effects. */
  const sentOf = async (id: string) => {
    const { simulator } = under();
    const { name } = await orderOf(id);
    const bodies = simulator.requests('createOrder', name).map(({ body }) => body);
    const { orders } = simulator.records() as { orders: readonly Record<string, unknown>[] };
    return {
      posts: bodies.length,
      differing: new Set(bodies.map((body) => JSON.stringify(body))).size,
      effects: simulator.effects('createOrder', name),
      atVenue: orders.filter((order) => order[field] === name).length,
    };
  };

  /** Every fill of a trade, those that were taken back too. */
  const fillsOf = async (id: string) => {
    const { rows } = await under().query<{ quantity: string; price: string }>(
      `SELECT fill.body->>'quantity' AS quantity, fill.body->>'priceMicros' AS price
       FROM fill JOIN venue_order ON venue_order.id = fill.order_id
       WHERE venue_order.trade_id = '${id}'`,
    );
    return rows;
  };

  /** What a trade still holds. */
  const heldBy = async (id: string) => {
    const { rows } = await under().query(
      `SELECT target FROM hold WHERE trade_id = '${id}' AND captured + released < amount`,
    );
    return rows;
  };

  return { statusOf, orderOf, reaches, becomes, sentOf, fillsOf, heldBy };
}

/** A proposal that is over in so long. */
export function expiringIn(ms: number): { expiresAt: string } {
  return { expiresAt: new Date(Date.now() + ms).toISOString() };
}
