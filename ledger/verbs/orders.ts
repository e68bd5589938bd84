import { sql } from 'kysely';
import type { ClockReading } from '../../domain/clock.ts';
import { isLossCounter, isTradesCounter } from '../../domain/counters.ts';
import type { DeskId, OrderKind } from '../../domain/desk.ts';
import { bookOf } from '../../domain/desk.ts';
import { takerFeeMax } from '../../domain/fees/schedule.ts';
import type { OrderStateName } from '../../domain/order-machine.ts';
import { isFinalOrder } from '../../domain/order-machine.ts';
import type { TradeStatus } from '../../domain/trade.ts';
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import { costCeil } from '../../domain/money.ts';
import { whyNotStored } from '../../domain/placing.ts';
import type { Book, OutcomeIndex, TimeInForce, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber, toNumberOrNull } from '../database.ts';
import { NotInLedger } from '../errors.ts';
import { clientOrderId } from '../identity.ts';
import { extendHoldWithin, holdsOf, lockCountersOf, NoRoom } from './holds.ts';
import { readDesk } from './desk.ts';
import { positionsOf } from './positions.ts';
import { readStanding } from './standing.ts';

/** A leg's order as it is or would be sent. */
export interface LegOrder {
  readonly orderId: string;
  readonly tradeId: string;
  readonly leg: number;
  readonly attempt: number;
  readonly kind: OrderKind;
  readonly tradeStatus: TradeStatus;
  readonly book: Book;
  readonly desk: DeskId;
  readonly venue: VenueId;
  readonly market: string;
  readonly outcome: OutcomeIndex;
  readonly limitPrice: PriceMicros;
  readonly quantity: MicroContracts;
  readonly timeInForce: TimeInForce;
  /** The person's order it carries out. */
  readonly resolutionId?: string | undefined;
  /** Present once the identity is stored. */
  readonly stored?: StoredOrder;
}

export interface StoredOrder {
  readonly state: OrderStateName;
  /** The request as it was prepared, and its bytes. */
  readonly request: unknown;
  readonly wire: string;
  /** When bytes were last allowed to leave, Unix ms of the Clock; null before the first permit. */
  readonly permittedAtMs: number | null;
  /** When they were first allowed to; a look-up need not search before. */
  readonly firstPermittedAtMs: number | null;
  /** The venue's own id, once it told it. */
  readonly venueOrderId: string | null;
  /** What the venue says was filled, once that is final. */
  readonly finalQuantity: number | null;
  readonly detail: string;
}

/**
 * Reads a leg as its `attempt`-th order; the identity depends on nothing but its place. Kind, price
 * and quantity are the entry's where no such order is stored. @throws NotInLedger
 */
export async function readLegOrder(
  db: LedgerDb,
  tradeId: string,
  leg: number,
  attempt = 0,
): Promise<LegOrder> {
  const row = await db
    .selectFrom('leg')
    .innerJoin('trade', 'trade.id', 'leg.trade_id')
    .selectAll('leg')
    .select(['trade.status', 'trade.book', 'trade.desk'])
    .where('leg.trade_id', '=', tradeId)
    .where('leg.leg', '=', leg)
    .executeTakeFirst();
  if (row === undefined) throw new NotInLedger('leg of trade', tradeId);
  const orderId = clientOrderId({ book: row.book, tradeId, leg, attempt });
  const stored = await readOrder(db, orderId);
  return {
    orderId,
    tradeId,
    leg,
    attempt,
    kind: stored?.kind ?? 'entry',
    tradeStatus: row.status,
    book: row.book,
    desk: row.desk,
    venue: row.venue,
    market: row.market,
    outcome: row.outcome,
    limitPrice: toNumber(row.limit_price) as PriceMicros,
    quantity: toNumber(row.quantity) as MicroContracts,
    timeInForce: row.time_in_force,
    ...(stored === undefined ? {} : { stored }),
  };
}

/** An order as stored; undefined before its identity was written. */
export async function readOrder(
  db: LedgerDb,
  orderId: string,
): Promise<(StoredOrder & { kind: OrderKind }) | undefined> {
  const row = await db
    .selectFrom('venue_order')
    .select(['kind', 'state', 'request', 'wire', 'final_quantity', 'detail', 'venue_order_id'])
    .select((eb) => {
      const permits = eb.selectFrom('permit').whereRef('permit.order_id', '=', 'venue_order.id');
      return [
        permits.select(({ fn }) => fn.max('granted_at_ms').as('at')).as('permitted_at_ms'),
        permits.select(({ fn }) => fn.min('granted_at_ms').as('at')).as('first_permitted_at_ms'),
      ];
    })
    .where('id', '=', orderId)
    .executeTakeFirst();
  return (
    row && {
      kind: row.kind,
      state: row.state,
      request: row.request,
      wire: row.wire,
      permittedAtMs: toNumberOrNull(row.permitted_at_ms),
      firstPermittedAtMs: toNumberOrNull(row.first_permitted_at_ms),
      venueOrderId: row.venue_order_id,
      finalQuantity: toNumberOrNull(row.final_quantity),
      detail: row.detail,
    }
  );
}

export type StoreOutcome =
  { readonly kind: 'stored' } | { readonly kind: 'refused'; readonly detail: string };

interface Prepared {
  readonly request: unknown;
  readonly wire: string;
  /** Where the venue's id is known before the first send. */
  readonly venueOrderId?: string;
}

/**
 * Stores an order's identity and bytes before the first send; what is stored is never replaced. An
 * entry needs a reserved trade without orders: one that has given its holds back gets no order any
 * more, and so never a permit (I15); a repeat answers `stored`. A hedge takes what its hold lacks,
 * within every cap; it and an exit are no larger than what the legs differ by, and a repeat of
 * either is refused like any second order: the caller looks where the trade stands.
 */
export async function storeOrder(
  db: LedgerDb,
  order: LegOrder,
  prepared: Prepared,
  reading: ClockReading,
): Promise<StoreOutcome> {
  return order.kind === 'entry'
    ? storeEntry(db, order, prepared, reading)
    : storeMending(db, order, prepared, reading);
}

async function storeEntry(
  db: LedgerDb,
  order: LegOrder,
  prepared: Prepared,
  reading: ClockReading,
): Promise<StoreOutcome> {
  await sql`
    INSERT INTO venue_order
      (id, trade_id, leg, attempt, kind, book, venue, state, request, wire, venue_order_id,
       created_at_ms)
    SELECT ${order.orderId}, id, ${order.leg}, 0, 'entry', ${order.book}, ${order.venue}, 'created',
      ${JSON.stringify(prepared.request)}, ${prepared.wire}, ${prepared.venueOrderId ?? null},
      ${reading.atMs}
    FROM (SELECT id, status FROM trade WHERE id = ${order.tradeId} FOR SHARE) AS locked
    WHERE status = 'reserved' AND NOT EXISTS (SELECT FROM venue_order WHERE trade_id = locked.id)
    ON CONFLICT DO NOTHING`.execute(db);
  const stored = await readOrder(db, order.orderId);
  return stored === undefined
    ? { kind: 'refused', detail: 'the trade is no longer reserved' }
    : { kind: 'stored' };
}

async function storeMending(
  db: LedgerDb,
  order: LegOrder,
  prepared: Prepared,
  reading: ClockReading,
): Promise<StoreOutcome> {
  try {
    return await db.transaction().execute(async (tx) => {
      await tx
        .selectFrom('trade')
        .select('id')
        .where('id', '=', order.tradeId)
        .forUpdate()
        .execute();
      await lockCountersOf(tx, order.tradeId);
      const trade = await readStanding(tx, order.tradeId);
      const isPaid = (await positionsOf(tx, order.tradeId))[order.leg]?.payout != null;
      const detail = isPaid ? 'the leg is paid already' : whyNotStored(trade, order);
      if (detail !== undefined) return { kind: 'refused', detail };
      if (order.kind === 'hedge') {
        const { fees } = trade.legs[order.leg]!.plan.market;
        const { quantity, limitPrice } = order;
        const needed = costCeil(quantity, limitPrice) + takerFeeMax(fees, quantity, limitPrice);
        await coverHedge(tx, order, needed);
      }
      await tx
        .insertInto('venue_order')
        .values({
          id: order.orderId,
          trade_id: order.tradeId,
          leg: order.leg,
          attempt: order.attempt,
          kind: order.kind,
          book: order.book,
          venue: order.venue,
          state: 'created',
          request: JSON.stringify(prepared.request),
          wire: prepared.wire,
          venue_order_id: prepared.venueOrderId ?? null,
          created_at_ms: reading.atMs,
        })
        .execute();
      return { kind: 'stored' };
    });
  } catch (error) {
    if (error instanceof NoRoom) return { kind: 'refused', detail: error.message };
    throw error;
  }
}

/** Brings the leg's holds up to what a hedge may cost. @throws NoRoom where a cap or the cash forbids it */
async function coverHedge(
  tx: LedgerTx,
  { tradeId, leg }: { tradeId: string; leg: number },
  neededMicros: number,
): Promise<void> {
  for (const hold of await holdsOf(tx, tradeId)) {
    if (hold.leg !== leg || isLossCounter(hold.id) || isTradesCounter(hold.id)) continue;
    const lacking = neededMicros - hold.remaining;
    if (lacking > 0) await extendHoldWithin(tx, tradeId, hold, lacking);
  }
}

export type PermitOutcome =
  | { readonly kind: 'granted'; readonly permitId: string }
  /** The desk's state forbids this kind of order; or it is active and trades another book now. */
  | { readonly kind: 'forbidden'; readonly state: string; readonly reason: string }
  /** The order is not in a state to be sent: it was sent before, or has ended. */
  | { readonly kind: 'taken'; readonly state: OrderStateName };

/** How long a permit lets bytes leave; the sender must also honour its own clocks. */
export const PERMIT_MS = 5_000;

/**
 * The one statement every send needs, autocommitted: the desk's row allows this kind, the order
 * goes from created to sending, and the permit is written — or none of it.
 */
export async function grantPermit(
  db: LedgerDb,
  order: { orderId: string; desk: DeskId; kind: OrderKind; resolutionId?: string | undefined },
  reading: ClockReading,
): Promise<PermitOutcome> {
  const resolutionId = order.resolutionId ?? null;
  const { rows } = await sql<{ id: bigint }>`
    WITH allowing AS (
      SELECT id, epoch FROM (
        SELECT id, state, epoch, CASE WHEN id = 'drill' THEN 'drill'
          WHEN phase = 'paper' THEN 'paper' ELSE live_book END AS book
        FROM desk WHERE id = ${order.desk} FOR SHARE
      ) AS locked
      WHERE (state = 'active' AND (${order.kind} <> 'entry' OR book =
        (SELECT book FROM venue_order WHERE id = ${order.orderId})))
      OR (state = 'paused' AND ${order.kind} <> 'entry') OR EXISTS (
        SELECT FROM resolution WHERE id = ${resolutionId} AND ended_at_ms IS NULL
          AND trade_id = (SELECT trade_id FROM venue_order WHERE id = ${order.orderId}))
    ), taken AS (
      UPDATE venue_order SET state = 'sending'
      WHERE id = ${order.orderId} AND state = 'created' AND EXISTS (SELECT FROM allowing)
      RETURNING id
    )
    INSERT INTO permit (order_id, desk, kind, epoch, granted_at_ms, deadline, resolution_id)
    SELECT taken.id, allowing.id, ${order.kind}, allowing.epoch, ${reading.atMs},
      clock_timestamp() + ${PERMIT_MS} * interval '1 millisecond', ${resolutionId}::text
    FROM taken, allowing
    RETURNING id`.execute(db);
  const granted = rows[0];
  if (granted !== undefined) return { kind: 'granted', permitId: String(granted.id) };
  return refusal(db, order);
}

async function refusal(
  db: LedgerDb,
  order: { orderId: string; desk: DeskId },
): Promise<PermitOutcome> {
  const stored = await readOrder(db, order.orderId);
  if (stored === undefined) throw new NotInLedger('order', order.orderId);
  if (stored.state !== 'created') return { kind: 'taken', state: stored.state };
  const { desk } = await readDesk(db, order.desk);
  const { state } = desk;
  if (state !== 'active') return { kind: 'forbidden', state, reason: desk.reason };
  const reason = `the desk trades the ${bookOf(desk)} book now`;
  return { kind: 'forbidden', state, reason };
}

/** Orders of a book whose outcome is not known yet: being sent, or lost. */
export async function unresolvedOrders(db: LedgerDb | LedgerTx, book: Book): Promise<string[]> {
  const rows = await db
    .selectFrom('venue_order')
    .select(['id', 'state'])
    .where('book', '=', book)
    .where('state', 'in', ['sending', 'unknown'])
    .orderBy('id')
    .execute();
  return rows.filter((row) => !isFinalOrder(row.state)).map((row) => row.id);
}
