/** Trades as the predecessor's bets: a row a trade that holds or held a position, its legs together. */
import { sql } from 'kysely';
import type { PredecessorBetRecord } from '../../contracts/predecessor-file.ts';
import type { BetView } from '../../contracts/predecessor.ts';
import { floatOfMicros } from '../../domain/float-text.ts';
import { MICROS_PER_UNIT, mulDivFloor } from '../../domain/money.ts';
import { instantOf } from '../../domain/predecessor-trades.ts';
import type { TradeStatus } from '../../domain/trade.ts';
import { isTerminal } from '../../domain/trade.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';

const PLATFORMS = { kalshi: 'Kalshi', polymarket: 'Polymarket' } as const;
/** Micro-dollars a cent, and ten-thousandths of a percent a percent. */
const PER_CENT = 10_000;

/** One leg: what was bought of it, and what was paid for that, all fees included in `fees`. */
export interface BetLegRow {
  readonly venue: VenueId;
  readonly market: string;
  readonly outcome_label: string;
  readonly title: string;
  readonly limit_price: number;
  readonly bought: number;
  readonly cost: number;
  readonly fees: number;
  readonly payout: number;
  readonly order_id: string | null;
  readonly order_state: string | null;
}

export interface BetRow {
  readonly id: string;
  readonly status: TradeStatus;
  readonly reserved_at_ms: bigint;
  readonly pnl: bigint | null;
  /** Matched contracts: held while the trade is open, bought once it is over. */
  readonly quantity: bigint;
  /** Cash the trade has brought less what it took, so far. */
  readonly net: bigint;
  readonly imported: PredecessorBetRecord | null;
  readonly legs: BetLegRow[];
}

/**
 * Trades with a position as `bet`, and the cash each has brought as `net`. A sale leaves `filled`;
 * a position that is gone was as large as what was sold of it.
 */
export const betRows = (book: Book) => sql`bet AS (
  SELECT t.id, t.status, t.reserved_at_ms, t.pnl, t.imported, t.ended_at_ms,
    min(l.filled + CASE WHEN t.ended_at_ms IS NULL THEN 0 ELSE l.sold END)::bigint AS quantity,
    sum(coalesce(l.payout, 0))::bigint AS paid_out,
    coalesce((SELECT sum(CASE WHEN split_part(debit_id, '/', 3) = 'cash' THEN amount ELSE 0 END
        - CASE WHEN split_part(credit_id, '/', 3) = 'cash' THEN amount ELSE 0 END)
      FROM transfer WHERE trade_id = t.id), 0)::bigint AS net
  FROM trade t JOIN leg l ON l.trade_id = t.id
  WHERE t.book = ${book} GROUP BY t.id HAVING sum(l.filled + l.sold) > 0
)`;

/** The bets of a book, the newest first, those of one import in the order of their file. */
export async function readBetRows(tx: LedgerTx, book: Book, limit?: number): Promise<BetRow[]> {
  const { rows } = await sql<BetRow>`
    WITH ${betRows(book)}
    SELECT bet.*, (
      SELECT jsonb_agg(jsonb_build_object('venue', l.venue, 'market', l.market,
        'outcome_label', l.outcome_label, 'title', l.title, 'limit_price', l.limit_price,
        'bought', l.filled + l.sold, 'cost', coalesce(p.cost, 0), 'fees', coalesce(p.fees, 0),
        'payout', coalesce(l.payout, 0), 'order_id', coalesce(o.venue_order_id, o.id),
        'order_state', o.state) ORDER BY l.leg)
      FROM leg l
      LEFT JOIN LATERAL (
        SELECT id, venue_order_id, state FROM venue_order
        WHERE trade_id = l.trade_id AND leg = l.leg AND kind = 'entry'
        ORDER BY attempt DESC LIMIT 1) o ON true
      LEFT JOIN LATERAL (
        SELECT sum(CASE code WHEN 'buy' THEN amount WHEN 'revert-buy' THEN -amount END) AS cost,
          sum(CASE code WHEN 'fee' THEN amount WHEN 'revert-fee' THEN -amount END) AS fees
        FROM transfer JOIN account ON account.id = debit_id
        WHERE transfer.trade_id = l.trade_id AND account.venue = l.venue) p ON true
      WHERE l.trade_id = bet.id) AS legs
    FROM bet ORDER BY reserved_at_ms DESC, imported->>'timestamp' DESC NULLS LAST, id DESC
    LIMIT ${limit ?? null}::bigint`.execute(tx);
  return rows;
}

/** A bet as `/api/trading/state` shows it. */
export function toBet(bet: BetRow): BetView {
  const over = isTerminal(bet.status);
  const costMicros = bet.legs.reduce((sum, leg) => sum + leg.cost + leg.fees, 0);
  const feesMicros = bet.legs.reduce((sum, leg) => sum + leg.fees, 0);
  const backMicros = toNumber(bet.net) + costMicros;
  const soldMicros = backMicros - bet.legs.reduce((sum, leg) => sum + leg.payout, 0);
  // A contract pays one dollar, so micro-contracts are the micro-dollars they pay when they win.
  const payoutMicros = toNumber(bet.quantity);
  const profitMicros = over ? toNumber(bet.pnl ?? 0n) : payoutMicros + soldMicros - costMicros;
  const legs = bet.legs.map((leg, index) => toLeg(leg, bet.imported?.legs[index]));
  return {
    id: bet.id,
    ...originOf(bet),
    quantity: floatOfMicros(payoutMicros),
    cost: floatOfMicros(costMicros),
    payout: floatOfMicros(payoutMicros),
    profit: floatOfMicros(profitMicros),
    roi_percent: nearest(profitMicros, 100 * PER_CENT, costMicros) / PER_CENT,
    status: over ? 'settled' : 'pending',
    legs,
    order_ids: Object.fromEntries(legs.map((leg) => [leg.platform, leg.order_id])),
    settled_amount: floatOfMicros(backMicros),
    realized_profit: over ? floatOfMicros(profitMicros) : 0,
    fees_total_usd: floatOfMicros(feesMicros),
  };
}

/** What only the file a trade came with can tell. */
function originOf(bet: BetRow): Pick<BetView, 'game' | 'sport' | 'timestamp' | 'game_time'> {
  const { imported } = bet;
  const atMs = (imported && instantOf(imported.timestamp)) ?? toNumber(bet.reserved_at_ms);
  return {
    game: imported?.game ?? bet.legs[0]!.title,
    sport: imported?.sport ?? null,
    timestamp: new Date(atMs).toISOString(),
    game_time: imported?.game_time ?? null,
  };
}

/** Of a leg without a fill the limit is all that is known of its price. */
function toLeg(
  leg: BetLegRow,
  record: PredecessorBetRecord['legs'][number] | undefined,
): BetView['legs'][number] {
  const average = (micros: number): number =>
    leg.bought === 0 ? leg.limit_price : nearest(micros, MICROS_PER_UNIT, leg.bought);
  return {
    platform: PLATFORMS[leg.venue],
    price: average(leg.cost) / PER_CENT,
    eff: average(leg.cost + leg.fees) / PER_CENT,
    team: record?.team ?? leg.outcome_label,
    code: record?.code ?? null,
    market_id: leg.market,
    url: record?.url ?? null,
    cost_usd: floatOfMicros(leg.cost + leg.fees),
    fee_usd: floatOfMicros(leg.fees),
    payout_usd: floatOfMicros(leg.bought),
    order_id: leg.order_id,
    order_status: leg.order_state,
  };
}

/** a × b ÷ divisor to the nearest whole number; 0 where there is nothing to divide by. */
function nearest(a: number, b: number, divisor: number): number {
  return divisor === 0 ? 0 : Math.floor((mulDivFloor(a, 2 * b, divisor) + 1) / 2);
}
