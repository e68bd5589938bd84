/** Trades as people read them: proposals with their decision, legs, orders and result. */
import { sql } from 'kysely';
import type { TradeView } from '../../contracts/http.ts';
import { formatDecimal, formatUsd } from '../../domain/decimal.ts';
import type { Proposal } from '../../domain/proposal.ts';
import { failuresOf } from '../../domain/risk/admission.ts';
import type { Verdict } from '../../domain/risk/codes.ts';
import type { TradeStatus } from '../../domain/trade.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb } from '../database.ts';
import { toNumber } from '../database.ts';

export interface TradeQuery {
  readonly limit: number;
  readonly status?: string;
  /** Only trades received before this one, newest first. */
  readonly before?: string;
  /** Only trades that are not over. */
  readonly openOnly?: boolean;
}

/** The newest trades first, denied ones included. */
export async function listTrades(db: LedgerDb, query: TradeQuery): Promise<TradeView[]> {
  const { rows } = await sql<Row>`
    ${SELECT}
    WHERE (${query.status ?? null}::text IS NULL OR ${STATUS} = ${query.status ?? null})
      AND (${query.openOnly === true}::boolean IS NOT TRUE OR (t.id IS NOT NULL AND t.ended_at_ms IS NULL))
      AND (${query.before ?? null}::text IS NULL OR (p.received_at_ms, p.id) <
        (SELECT received_at_ms, id FROM proposal WHERE id = ${query.before ?? null}))
    ORDER BY p.received_at_ms DESC, p.id DESC
    LIMIT ${query.limit}`.execute(db);
  return rows.map(toView);
}

/** One trade by its id; undefined where nothing was ever proposed under it. */
export async function findTrade(db: LedgerDb, id: string): Promise<TradeView | undefined> {
  const { rows } = await sql<Row>`${SELECT} WHERE p.id = ${id}`.execute(db);
  return rows[0] === undefined ? undefined : toView(rows[0]);
}

interface LegRow {
  venue: VenueId;
  market: string;
  outcome_label: string;
  title: string;
  limit_price: number;
  quantity: number;
  filled: number;
  cost: number;
  fees: number;
  order_id: string | null;
  order_state: string | null;
}

interface Row {
  id: string;
  book: Book;
  body: unknown;
  status: TradeStatus | 'received' | 'denied';
  received_at_ms: bigint;
  decided_at_ms: bigint | null;
  day: string | null;
  verdicts: unknown;
  worst_case: bigint | null;
  settles_at_ms: bigint | null;
  ended_at_ms: bigint | null;
  payout: bigint | null;
  pnl: bigint | null;
  failures: unknown;
  legs: LegRow[] | null;
}

const STATUS = sql`coalesce(t.status, CASE WHEN d.accepted IS FALSE THEN 'denied' ELSE 'received' END)`;

const SELECT = sql`
  SELECT p.id, p.book, p.body, ${STATUS} AS status, p.received_at_ms, d.decided_at_ms, d.day,
    d.verdicts, t.worst_case, t.settles_at_ms, t.ended_at_ms, t.payout, t.pnl, t.failures,
    (SELECT jsonb_agg(jsonb_build_object(
        'venue', l.venue, 'market', l.market, 'outcome_label', l.outcome_label, 'title', l.title,
        'limit_price', l.limit_price, 'quantity', l.quantity, 'filled', l.filled, 'cost', l.cost,
        'fees', l.fees, 'order_id', coalesce(o.venue_order_id, o.id), 'order_state', o.state)
        ORDER BY l.leg)
      FROM leg l LEFT JOIN venue_order o ON o.trade_id = l.trade_id AND o.leg = l.leg
      WHERE l.trade_id = p.id) AS legs
  FROM proposal p LEFT JOIN decision d ON d.trade_id = p.id LEFT JOIN trade t ON t.id = p.id`;

function toView(row: Row): TradeView {
  const proposal = row.body as Proposal;
  const usd = (value: bigint | null): string | null =>
    value === null ? null : formatUsd(toNumber(value));
  const settled = row.status === 'settled' ? row.ended_at_ms : null;
  return {
    id: row.id,
    book: row.book,
    status: row.status,
    strategy: proposal.strategy,
    event: proposal.event,
    receivedAt: instant(row.received_at_ms)!,
    decidedAt: instant(row.decided_at_ms),
    day: row.day,
    legs: row.legs === null ? proposedLegs(proposal) : row.legs.map(legView),
    worstCase: usd(row.worst_case),
    expectedSettlement: instant(row.settles_at_ms),
    payout: usd(row.payout),
    realizedPnl: usd(row.pnl),
    settledAt: instant(settled),
    failures: row.status === 'denied' ? denied(row) : ((row.failures ?? []) as Verdict[]).map(copy),
  };
}

function denied(row: Row): TradeView['failures'] {
  return failuresOf((row.verdicts ?? []) as Verdict[]).map(copy);
}

function copy(verdict: Verdict): TradeView['failures'][number] {
  return { ...verdict, numbers: { ...verdict.numbers } };
}

function legView(leg: LegRow): TradeView['legs'][number] {
  return {
    venue: leg.venue,
    market: leg.market,
    outcome: leg.outcome_label,
    title: leg.title,
    limitPrice: formatDecimal(leg.limit_price),
    quantity: formatDecimal(leg.quantity),
    filledQuantity: formatDecimal(leg.filled),
    cost: formatUsd(leg.cost),
    fees: formatUsd(leg.fees),
    orderId: leg.order_id,
    orderState: leg.order_state,
  };
}

/** A proposal that never became a trade shows what it asked for. */
function proposedLegs(proposal: Proposal): TradeView['legs'] {
  return proposal.legs.map((leg) => ({
    venue: leg.venue,
    market: leg.market,
    outcome: leg.outcome,
    title: '',
    limitPrice: formatDecimal(leg.limitPrice),
    quantity: formatDecimal(proposal.quantity ?? 0),
    filledQuantity: '0',
    cost: '0.00',
    fees: '0.00',
    orderId: null,
    orderState: null,
  }));
}

function instant(atMs: bigint | null): string | null {
  return atMs === null ? null : new Date(toNumber(atMs)).toISOString();
}
