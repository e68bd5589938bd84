/** Trades as people read them: proposals with their decision, legs, orders and result. */
import { sql } from 'kysely';
import type { TradeView } from '../../contracts/http.ts';
import type { Proposal } from '../../domain/proposal.ts';
import { failuresOf } from '../../domain/risk/admission.ts';
import type { Verdict } from '../../domain/risk/codes.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { decimalOf, instantText, orNull, usdText } from './view-text.ts';

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
export async function findTrade(
  db: LedgerDb | LedgerTx,
  id: string,
): Promise<TradeView | undefined> {
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
  sold: number;
  cost: number;
  fees: number;
  order_id: string | null;
  order_state: string | null;
}

interface Row {
  id: string;
  book: Book;
  body: unknown;
  status: TradeView['status'];
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
  unhedged_since_ms: bigint | null;
  approval_until_ms: bigint | null;
  imported: boolean;
  legs: LegRow[] | null;
}

const STATUS = sql`coalesce(t.status, CASE WHEN d.accepted IS FALSE THEN 'denied'
  WHEN d.accepted IS NULL AND p.status = 'awaiting_approval' THEN 'awaiting_approval'
  ELSE 'received' END)`;

const SELECT = sql`
  SELECT p.id, p.book, p.body, ${STATUS} AS status, p.received_at_ms, d.decided_at_ms, d.day,
    coalesce(d.verdicts, a.verdicts) AS verdicts, t.worst_case, t.settles_at_ms, t.ended_at_ms,
    t.payout, t.pnl, t.failures, t.unhedged_since_ms, t.imported IS NOT NULL AS imported,
    CASE WHEN ${STATUS} = 'awaiting_approval' THEN a.until_ms END AS approval_until_ms,
    (SELECT jsonb_agg(jsonb_build_object(
        'venue', l.venue, 'market', l.market, 'outcome_label', l.outcome_label, 'title', l.title,
        'limit_price', l.limit_price, 'quantity', l.quantity, 'filled', l.filled, 'sold', l.sold,
        'cost', l.cost, 'fees', l.fees, 'order_id', coalesce(o.venue_order_id, o.id),
        'order_state', o.state)
        ORDER BY l.leg)
      FROM leg l LEFT JOIN LATERAL (
        SELECT id, venue_order_id, state FROM venue_order
        WHERE trade_id = l.trade_id AND leg = l.leg ORDER BY attempt DESC LIMIT 1) o ON true
      WHERE l.trade_id = p.id) AS legs
  FROM proposal p LEFT JOIN decision d ON d.trade_id = p.id LEFT JOIN trade t ON t.id = p.id
    LEFT JOIN approval a ON a.trade_id = p.id`;

function toView(row: Row): TradeView {
  const proposal = row.body as Proposal;
  const settled = row.status === 'settled' || row.status === 'closed' ? row.ended_at_ms : null;
  const undecided = row.status === 'denied' || row.status === 'awaiting_approval';
  return {
    id: row.id,
    book: row.book,
    status: row.status,
    strategy: proposal.strategy,
    event: proposal.event,
    receivedAt: instantText(row.received_at_ms),
    decidedAt: orNull(row.decided_at_ms, instantText),
    day: row.day,
    legs: row.legs === null ? proposedLegs(proposal) : row.legs.map(legView),
    unhedgedSince: orNull(row.unhedged_since_ms, instantText),
    approvalUntil: orNull(row.approval_until_ms, instantText),
    imported: row.imported,
    worstCase: orNull(row.worst_case, usdText),
    expectedSettlement: orNull(row.settles_at_ms, instantText),
    payout: orNull(row.payout, usdText),
    realizedPnl: orNull(row.pnl, usdText),
    settledAt: orNull(settled, instantText),
    failures: undecided ? refused(row) : ((row.failures ?? []) as Verdict[]).map(copy),
  };
}

/** What speaks against it: of a denied proposal, and of one that waits for a person. */
function refused(row: Row): TradeView['failures'] {
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
    limitPrice: decimalOf(leg.limit_price),
    quantity: decimalOf(leg.quantity),
    filledQuantity: decimalOf(leg.filled + leg.sold),
    sold: decimalOf(leg.sold),
    cost: usdText(leg.cost),
    fees: usdText(leg.fees),
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
    limitPrice: decimalOf(leg.limitPrice),
    quantity: decimalOf(proposal.quantity ?? 0),
    filledQuantity: '0',
    sold: '0',
    cost: '0.00',
    fees: '0.00',
    orderId: null,
    orderState: null,
  }));
}
