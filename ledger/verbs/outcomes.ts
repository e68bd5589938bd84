/** What an order came to, booked: its state, its permit, its trade and what the trade held. */
import { sql } from 'kysely';
import type { ClockReading } from '../../domain/clock.ts';
import { isTradesCounter } from '../../domain/counters.ts';
import { nextOrderState } from '../../domain/order-machine.ts';
import type { OrderEvent, OrderStateName } from '../../domain/order-machine.ts';
import type { Verdict } from '../../domain/risk/codes.ts';
import type { TradeStatus } from '../../domain/trade.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumberOrNull } from '../database.ts';
import { NotInLedger } from '../errors.ts';
import { raiseAlert, resolveAlert } from './alerts.ts';
import { dayOfFact } from './fact-day.ts';
import { captureHold, holdsOf } from './holds.ts';
import { endWithoutPosition, movePlacing } from './placing.ts';
import { lockLossAnd } from './positions.ts';

/** What happened to an order, as the sender or a look-up learned it. */
export interface OrderOutcome {
  readonly event: OrderEvent;
  readonly detail: string;
  readonly venueOrderId?: string;
  /** The venue's final word on the filled quantity; with `order.finished` only. */
  readonly finalQuantity?: number;
  /** The average price of what was filled; sizes the other leg. µ$ a contract */
  readonly averagePrice?: number;
  /** Why a gate withheld it. */
  readonly failures?: readonly Verdict[];
}

/** Where an order and its trade stand after an outcome was booked. */
export interface OrderStanding {
  readonly orderState: OrderStateName;
  readonly tradeStatus: TradeStatus;
  readonly finalQuantity: number | null;
}

/**
 * Books an outcome in one transaction: the order's next state, the permit closed where the
 * outcome is conclusive, and the trade moved on. A repeat, or an event that cannot happen any
 * more, changes nothing and answers where things stand.
 */
export async function bookOutcome(
  db: LedgerDb,
  orderId: string,
  outcome: OrderOutcome,
  reading: ClockReading,
): Promise<OrderStanding> {
  return db.transaction().execute(async (tx) => {
    const { book } = await bookOfOrder(tx, orderId);
    const day = await dayOfFact(tx, book, reading);
    const order = await lockTradeOfOrder(tx, orderId);
    const event = credible(outcome, order.bookedQuantity);
    const next = nextOrderState(order.state, event);
    if (next !== undefined) {
      const on = { tradeId: order.tradeId, book, day };
      await lockLossAnd(tx, on);
      const { finalQuantity: _doubted, ...doubtful } = outcome;
      const told = event.type === 'order.finished' ? outcome : doubtful;
      await writeOrder(tx, orderId, next, told);
      if (next === 'unknown')
        await alertWhenLong(tx, { orderId, book, ...order }, outcome, reading);
      else {
        await closePermits(tx, orderId, next);
        await resolveAlert(tx, unknownKey(orderId), reading);
      }
      if (!leftNoByte(event)) await markSent(tx, order.tradeId);
      await movePlacing(tx, on, reading, outcome.failures);
    }
    return standing(tx, orderId);
  });
}

/** An absent order counts as sent: its bytes left, whatever became of them. */
function leftNoByte(event: OrderEvent): boolean {
  return event.type === 'order.withheld' || event.type === 'order.unwritten';
}

/**
 * An order that has fills was neither absent nor refused, nor is it final with less than they come
 * to, whatever the answer says: a read that lags. Look again.
 */
function credible({ event, finalQuantity }: OrderOutcome, bookedQuantity: bigint): OrderEvent {
  if (event.type === 'order.rested') return event;
  const said = event.type === 'order.finished' ? BigInt(finalQuantity ?? 0) : 0n;
  return bookedQuantity > said ? { type: 'order.lost' } : event;
}

/**
 * Gives back what a trade holds that never got as far as a permit: the compensation of the
 * reservation. A trade that may have been sent is left alone.
 */
export async function abandonTrade(
  db: LedgerDb,
  tradeId: string,
  reading: ClockReading,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.selectFrom('trade').select('id').where('id', '=', tradeId).forUpdate().execute();
    await tx
      .updateTable('venue_order')
      .set({ state: 'notSent', detail: 'abandoned before it was sent' })
      .where('trade_id', '=', tradeId)
      .where('state', '=', 'created')
      .execute();
    const sent = await tx
      .selectFrom('venue_order')
      .select('id')
      .where('trade_id', '=', tradeId)
      .where('state', '!=', 'notSent')
      .executeTakeFirst();
    if (sent === undefined) await endWithoutPosition(tx, tradeId, 'not_sent', reading, []);
  });
}

/** From the first POST on a trade keeps its place in the day's count, whatever becomes of it. */
async function markSent(tx: LedgerTx, tradeId: string): Promise<void> {
  await tx
    .updateTable('trade')
    .set({ status: 'placing' })
    .where('id', '=', tradeId)
    .where('status', '=', 'reserved')
    .execute();
  const holds = await holdsOf(tx, tradeId);
  const place = holds.find((hold) => isTradesCounter(hold.id) && hold.remaining > 0);
  if (place !== undefined) await captureHold(tx, tradeId, place, place.remaining);
}

async function writeOrder(
  tx: LedgerTx,
  orderId: string,
  state: OrderStateName,
  outcome: OrderOutcome,
): Promise<void> {
  await tx
    .updateTable('venue_order')
    .set({
      state,
      detail: outcome.detail,
      ...(outcome.venueOrderId === undefined ? {} : { venue_order_id: outcome.venueOrderId }),
      ...(outcome.finalQuantity === undefined ? {} : { final_quantity: outcome.finalQuantity }),
      // All its fills failed, and the venue knows it no more: it came to nothing.
      ...(state === 'notSent' ? { final_quantity: null } : {}),
      ...(outcome.averagePrice === undefined ? {} : { average_price: outcome.averagePrice }),
    })
    .where('id', '=', orderId)
    .execute();
}

/** An order whose outcome nobody could tell for this long needs a person. */
const UNKNOWN_ALERT_MS = 15_000;

function unknownKey(orderId: string): string {
  return `unknown/${orderId}`;
}

/** Once: look-ups go on every second, and each would count as one more time. */
async function alertWhenLong(
  tx: LedgerTx,
  order: { readonly orderId: string; readonly book: Book; readonly tradeId: string },
  { detail }: OrderOutcome,
  reading: ClockReading,
): Promise<void> {
  const { rows } = await sql`
    SELECT FROM permit WHERE order_id = ${order.orderId}
    GROUP BY order_id HAVING max(granted_at_ms) <= ${reading.atMs - UNKNOWN_ALERT_MS}
      AND NOT EXISTS (SELECT FROM alert
        WHERE key = ${unknownKey(order.orderId)} AND resolved_at_ms IS NULL)`.execute(tx);
  if (rows.length === 0) return;
  const told = `order ${order.orderId} of trade ${order.tradeId}: unknown since it was sent: ${detail}`;
  const { book, tradeId } = order;
  const key = unknownKey(order.orderId);
  await raiseAlert(tx, { code: 'ORDER_UNKNOWN', key, book, tradeId, detail: told }, reading);
}

async function closePermits(tx: LedgerTx, orderId: string, outcome: string): Promise<void> {
  await sql`
    UPDATE permit SET closed_at = clock_timestamp(), outcome = ${outcome}
    WHERE order_id = ${orderId} AND closed_at IS NULL`.execute(tx);
}

async function bookOfOrder(tx: LedgerTx, orderId: string): Promise<{ book: Book }> {
  const row = await tx
    .selectFrom('venue_order')
    .select('book')
    .where('id', '=', orderId)
    .executeTakeFirst();
  if (row === undefined) throw new NotInLedger('order', orderId);
  return row;
}

/** Locks the trade before anything else of it, as every verb does. */
async function lockTradeOfOrder(
  tx: LedgerTx,
  orderId: string,
): Promise<{ tradeId: string; state: OrderStateName; bookedQuantity: bigint }> {
  const { rows } = await sql<{ id: string }>`
    SELECT trade.id FROM trade
    WHERE id = (SELECT trade_id FROM venue_order WHERE id = ${orderId}) FOR UPDATE`.execute(tx);
  const trade = rows[0];
  if (trade === undefined) throw new NotInLedger('order', orderId);
  const order = await tx
    .selectFrom('venue_order')
    .select(['state', 'booked_quantity'])
    .where('id', '=', orderId)
    .executeTakeFirstOrThrow();
  return { tradeId: trade.id, state: order.state, bookedQuantity: order.booked_quantity };
}

async function standing(tx: LedgerTx, orderId: string): Promise<OrderStanding> {
  const row = await tx
    .selectFrom('venue_order')
    .innerJoin('trade', 'trade.id', 'venue_order.trade_id')
    .select(['venue_order.state', 'venue_order.final_quantity', 'trade.status'])
    .where('venue_order.id', '=', orderId)
    .executeTakeFirstOrThrow();
  return {
    orderState: row.state,
    tradeStatus: row.status,
    finalQuantity: toNumberOrNull(row.final_quantity),
  };
}
