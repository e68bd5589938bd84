/** Orders as people read them, the newest first. */
import { sql } from 'kysely';
import type { OrderView, OrdersQuery } from '../../contracts/orders.ts';
import type { OrderKind } from '../../domain/desk.ts';
import type { OrderStateName } from '../../domain/order-machine.ts';
import { isFinalOrder, ORDER_STATES } from '../../domain/order-machine.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { decimalOf, instantText, orNull } from './view-text.ts';

const MAY_FILL = ORDER_STATES.filter((state) => !isFinalOrder(state));

/** A page of one book's orders. */
export async function listOrders(
  db: LedgerDb,
  query: Omit<OrdersQuery, 'book'> & { book: Book },
): Promise<OrderView[]> {
  const { before = null, trade = null, venue = null, state = null } = query;
  const { rows } = await sql<Row>`
    ${SELECT}
    WHERE o.book = ${query.book}
      AND (${trade}::text IS NULL OR o.trade_id = ${trade})
      AND (${venue}::text IS NULL OR o.venue = ${venue})
      AND (${state}::text IS NULL OR o.state = ${state})
      AND (${query.open}::boolean IS NOT TRUE OR o.state = ANY(${MAY_FILL}))
      AND (${before}::text IS NULL OR (o.created_at_ms, o.id) <
        (SELECT created_at_ms, id FROM venue_order WHERE id = ${before}))
    ORDER BY o.created_at_ms DESC, o.id DESC LIMIT ${query.limit}`.execute(db);
  return rows.map(toView);
}

/** A trade's orders, the oldest first. */
export async function ordersOf(db: LedgerDb | LedgerTx, tradeId: string): Promise<OrderView[]> {
  const { rows } = await sql<Row>`
    ${SELECT} WHERE o.trade_id = ${tradeId} ORDER BY o.leg, o.attempt`.execute(db);
  return rows.map(toView);
}

interface Row {
  readonly id: string;
  readonly trade_id: string;
  readonly leg: number;
  readonly attempt: number;
  readonly kind: OrderKind;
  readonly action: 'buy' | 'sell';
  readonly book: Book;
  readonly venue: VenueId;
  readonly market: string;
  readonly outcome_label: string;
  readonly state: OrderStateName;
  readonly limit_price: bigint;
  readonly quantity: bigint;
  readonly final_quantity: bigint | null;
  readonly booked_quantity: bigint;
  readonly average_price: bigint | null;
  readonly venue_order_id: string | null;
  readonly detail: string;
  readonly created_at_ms: bigint;
  readonly permits: {
    readonly granted_at_ms: number;
    readonly deadline_ms: number;
    readonly closed_at_ms: number | null;
    readonly outcome: string | null;
  }[];
}

/** What a request does not say for itself is what its leg says. */
const SELECT = sql`
  SELECT o.id, o.trade_id, o.leg, o.attempt, o.kind, o.book, o.venue, o.state, o.final_quantity,
    o.booked_quantity, o.average_price, o.venue_order_id, o.detail, o.created_at_ms,
    l.market, l.outcome_label,
    coalesce(o.request->>'action', CASE o.kind WHEN 'exit' THEN 'sell' ELSE 'buy' END) AS action,
    coalesce((o.request->>'limitPrice')::bigint, l.limit_price) AS limit_price,
    coalesce((o.request->>'quantity')::bigint, l.quantity) AS quantity,
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'granted_at_ms', p.granted_at_ms, 'deadline_ms', ${ms('p.deadline')},
        'closed_at_ms', ${ms('p.closed_at')}, 'outcome', p.outcome) ORDER BY p.id), '[]')
      FROM permit p WHERE p.order_id = o.id) AS permits
  FROM venue_order o JOIN leg l ON l.trade_id = o.trade_id AND l.leg = o.leg`;

function ms(column: 'p.deadline' | 'p.closed_at') {
  return sql`(extract(epoch FROM ${sql.ref(column)}) * 1000)::bigint`;
}

function toView(row: Row): OrderView {
  return {
    id: row.id,
    tradeId: row.trade_id,
    leg: row.leg,
    attempt: row.attempt,
    kind: row.kind,
    action: row.action,
    book: row.book,
    venue: row.venue,
    market: row.market,
    outcome: row.outcome_label,
    state: row.state,
    limitPrice: decimalOf(row.limit_price),
    quantity: decimalOf(row.quantity),
    finalQuantity: orNull(row.final_quantity, decimalOf),
    bookedQuantity: decimalOf(row.booked_quantity),
    averagePrice: orNull(row.average_price, decimalOf),
    venueOrderId: row.venue_order_id,
    detail: row.detail,
    createdAt: instantText(row.created_at_ms),
    permits: row.permits.map((permit) => ({
      grantedAt: instantText(permit.granted_at_ms),
      deadline: instantText(permit.deadline_ms),
      closedAt: orNull(permit.closed_at_ms, instantText),
      outcome: permit.outcome,
    })),
  };
}
