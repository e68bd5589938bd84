import { sql } from 'kysely';
import type { ClockReading } from '../../domain/clock.ts';
import type { DeskId, OrderKind } from '../../domain/desk.ts';
import type { OrderStateName } from '../../domain/order-machine.ts';
import { isFinalOrder } from '../../domain/order-machine.ts';
import type { TradeStatus } from '../../domain/trade.ts';
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import type { Book, OutcomeIndex, TimeInForce, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber, toNumberOrNull } from '../database.ts';
import { NotInLedger } from '../errors.ts';
import { clientOrderId } from '../identity.ts';

/** A leg ready to be sent, as the ledger has it. */
export interface LegOrder {
  readonly orderId: string;
  readonly tradeId: string;
  readonly tradeStatus: TradeStatus;
  readonly book: Book;
  readonly desk: DeskId;
  readonly venue: VenueId;
  readonly market: string;
  readonly outcome: OutcomeIndex;
  readonly limitPrice: PriceMicros;
  readonly quantity: MicroContracts;
  readonly minQuantity: MicroContracts;
  readonly timeInForce: TimeInForce;
  readonly expiresAtMs: number;
  /** When the market's result is expected; null where nobody knows. */
  readonly settlesAtMs: number | null;
  /** The market's final result is in the ledger already. */
  readonly resultKnown: boolean;
  /** Present once the identity is stored. */
  readonly stored?: StoredOrder;
}

export interface StoredOrder {
  readonly state: OrderStateName;
  readonly wire: string;
  /** When bytes were last allowed to leave, Unix ms of the Clock; null before the first permit. */
  readonly permittedAtMs: number | null;
  /** What the venue says was filled, once that is final. */
  readonly finalQuantity: number | null;
  readonly detail: string;
}

/** Reads a leg and its order; the order's identity depends on nothing but its place. @throws NotInLedger */
export async function readLegOrder(db: LedgerDb, tradeId: string, leg: number): Promise<LegOrder> {
  const row = await db
    .selectFrom('leg')
    .innerJoin('trade', 'trade.id', 'leg.trade_id')
    .innerJoin('proposal', 'proposal.id', 'leg.trade_id')
    .selectAll('leg')
    .select(['trade.status', 'trade.book', 'trade.desk', 'trade.settles_at_ms'])
    .select('proposal.expires_at_ms')
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom('settlement')
            .select('settlement_id')
            .whereRef('settlement.book', '=', 'trade.book')
            .whereRef('settlement.venue', '=', 'leg.venue')
            .whereRef('settlement.market', '=', 'leg.market'),
        )
        .as('result_known'),
    )
    .where('leg.trade_id', '=', tradeId)
    .where('leg.leg', '=', leg)
    .executeTakeFirst();
  if (row === undefined) throw new NotInLedger('leg of trade', tradeId);
  const orderId = clientOrderId({ book: row.book, tradeId, leg, attempt: 0 });
  const stored = await readOrder(db, orderId);
  return {
    orderId,
    tradeId,
    tradeStatus: row.status,
    book: row.book,
    desk: row.desk,
    venue: row.venue,
    market: row.market,
    outcome: row.outcome,
    limitPrice: toNumber(row.limit_price) as PriceMicros,
    quantity: toNumber(row.quantity) as MicroContracts,
    minQuantity: toNumber(row.min_quantity) as MicroContracts,
    timeInForce: row.time_in_force,
    expiresAtMs: toNumber(row.expires_at_ms),
    settlesAtMs: toNumberOrNull(row.settles_at_ms),
    resultKnown: row.result_known === true,
    ...(stored === undefined ? {} : { stored }),
  };
}

/** An order as stored; undefined before its identity was written. */
export async function readOrder(db: LedgerDb, orderId: string): Promise<StoredOrder | undefined> {
  const row = await db
    .selectFrom('venue_order')
    .select(['state', 'wire', 'final_quantity', 'detail'])
    .select((eb) =>
      eb
        .selectFrom('permit')
        .select((inner) => inner.fn.max('granted_at_ms').as('at'))
        .whereRef('permit.order_id', '=', 'venue_order.id')
        .as('permitted_at_ms'),
    )
    .where('id', '=', orderId)
    .executeTakeFirst();
  return (
    row && {
      state: row.state,
      wire: row.wire,
      permittedAtMs: toNumberOrNull(row.permitted_at_ms),
      finalQuantity: toNumberOrNull(row.final_quantity),
      detail: row.detail,
    }
  );
}

/**
 * Stores an order's identity and bytes before the first send; a repeat keeps what is stored. A
 * trade that has given its holds back gets no order any more, and so never a permit (I15).
 */
export async function storeOrder(
  db: LedgerDb,
  order: LegOrder,
  prepared: { request: unknown; wire: string },
  reading: ClockReading,
): Promise<void> {
  await sql`
    INSERT INTO venue_order
      (id, trade_id, leg, attempt, kind, book, venue, state, request, wire, created_at_ms)
    SELECT ${order.orderId}, id, 0, 0, 'entry', ${order.book}, ${order.venue}, 'created',
      ${JSON.stringify(prepared.request)}, ${prepared.wire}, ${reading.atMs}
    FROM (SELECT id, status FROM trade WHERE id = ${order.tradeId} FOR SHARE) AS locked
    WHERE status = 'reserved'
    ON CONFLICT DO NOTHING`.execute(db);
}

export type PermitOutcome =
  | { readonly kind: 'granted'; readonly permitId: string }
  /** The desk's state forbids this kind of order. */
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
  order: { orderId: string; desk: DeskId; kind: OrderKind },
  reading: ClockReading,
): Promise<PermitOutcome> {
  const { rows } = await sql<{ id: bigint }>`
    WITH allowing AS (
      SELECT id, epoch FROM (
        SELECT id, state, epoch FROM desk WHERE id = ${order.desk} FOR SHARE
      ) AS locked
      WHERE state = 'active' OR (state = 'paused' AND ${order.kind} = 'exit')
    ), taken AS (
      UPDATE venue_order SET state = 'sending'
      WHERE id = ${order.orderId} AND state = 'created' AND EXISTS (SELECT FROM allowing)
      RETURNING id
    )
    INSERT INTO permit (order_id, desk, kind, epoch, granted_at_ms, deadline)
    SELECT taken.id, allowing.id, ${order.kind}, allowing.epoch, ${reading.atMs},
      clock_timestamp() + ${PERMIT_MS} * interval '1 millisecond'
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
  const desk = await db
    .selectFrom('desk')
    .select(['state', 'reason'])
    .where('id', '=', order.desk)
    .executeTakeFirstOrThrow();
  return { kind: 'forbidden', state: desk.state, reason: desk.reason };
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
