/** The rows a day's report is made of, as they stood when the day ended. */
import { sql } from 'kysely';
import type { DailyReport } from '../../contracts/daily-report.ts';
import { counterId } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import { formatDecimal, formatUsd } from '../../domain/decimal.ts';
import type { LegPosition } from '../../domain/position.ts';
import { positionRisk } from '../../domain/position.ts';
import type { TradeStatus } from '../../domain/trade.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerTx } from '../database.ts';
import { toNumber, toNumberOrNull } from '../database.ts';

/** What was decided that day, and how often each code spoke against a denied proposal. */
export async function decisionsOn(
  tx: LedgerTx,
  book: Book,
  date: UtcDate,
): Promise<DailyReport['proposals']> {
  const { rows } = await sql<{ accepted: bigint; denied: bigint }>`
    SELECT count(*) FILTER (WHERE accepted) AS accepted, count(*) FILTER (WHERE NOT accepted) AS denied
    FROM decision JOIN proposal ON proposal.id = decision.trade_id
    WHERE decision.day = ${date} AND proposal.book = ${book}`.execute(tx);
  const codes = await sql<{ code: string; times: bigint }>`
    SELECT verdict->>'code' AS code, count(*) AS times
    FROM decision JOIN proposal ON proposal.id = decision.trade_id,
      jsonb_array_elements(decision.verdicts) AS verdict
    WHERE decision.day = ${date} AND proposal.book = ${book} AND NOT decision.accepted
      AND verdict->>'passed' = 'false'
    GROUP BY 1 ORDER BY 1`.execute(tx);
  return {
    accepted: toNumber(rows[0]!.accepted),
    denied: toNumber(rows[0]!.denied),
    denials: Object.fromEntries(codes.rows.map(({ code, times }) => [code, toNumber(times)])),
  };
}

/** What has become of the trades reserved that day. */
export async function tradesOn(
  tx: LedgerTx,
  book: Book,
  date: UtcDate,
): Promise<Pick<DailyReport['trades'], 'sent' | 'byStatus'>> {
  const { rows } = await sql<{ status: TradeStatus; times: bigint; sent: bigint }>`
    SELECT status, count(*) AS times, count(*) FILTER (WHERE EXISTS (
      SELECT FROM venue_order JOIN permit ON permit.order_id = venue_order.id
      WHERE venue_order.trade_id = trade.id)) AS sent
    FROM trade WHERE book = ${book} AND day = ${date}
    GROUP BY status ORDER BY status`.execute(tx);
  return {
    sent: rows.reduce((sum, { sent }) => sum + toNumber(sent), 0),
    byStatus: Object.fromEntries(rows.map(({ status, times }) => [status, toNumber(times)])),
  };
}

interface LegRow {
  readonly venue: VenueId;
  readonly market: string;
  readonly title: string;
  readonly outcome_label: string;
  readonly quantity: number;
  readonly cost: number;
  readonly fees: number;
}

function legOf(row: LegRow): DailyReport['open'][number]['legs'][number] {
  return {
    venue: row.venue,
    market: row.market,
    title: row.title,
    outcome: row.outcome_label,
    quantity: formatDecimal(row.quantity),
    cost: formatUsd(row.cost),
    fees: formatUsd(row.fees),
  };
}

interface EndedRow {
  readonly id: string;
  readonly status: 'settled' | 'closed';
  readonly payout: bigint;
  readonly pnl: bigint;
  readonly legs: readonly LegRow[];
}

/** The trades whose result was booked that day, with gains and losses apart. */
export async function settledOn(
  tx: LedgerTx,
  book: Book,
  date: UtcDate,
): Promise<{ trades: DailyReport['settled']; realized: DailyReport['realized'] }> {
  const { rows } = await sql<EndedRow>`
    SELECT trade.id, trade.status, trade.payout, trade.pnl, jsonb_agg(jsonb_build_object(
      'venue', venue, 'market', market, 'title', title, 'outcome_label', outcome_label,
      'quantity', filled, 'cost', cost, 'fees', fees) ORDER BY leg.leg) AS legs
    FROM trade JOIN leg ON leg.trade_id = trade.id
    WHERE trade.book = ${book} AND trade.ended_day = ${date} AND trade.pnl IS NOT NULL
    GROUP BY trade.id ORDER BY trade.ended_at_ms, trade.id`.execute(tx);
  const pnls = rows.map(({ pnl }) => toNumber(pnl));
  const gainsMicros = pnls.reduce((sum, pnl) => sum + Math.max(0, pnl), 0);
  const lossesMicros = pnls.reduce((sum, pnl) => sum + Math.max(0, -pnl), 0);
  return {
    trades: rows.map(({ id, status, payout, pnl, legs }) => ({
      id,
      status,
      legs: legs.map(legOf),
      payout: formatUsd(toNumber(payout)),
      realizedPnl: formatUsd(toNumber(pnl)),
    })),
    realized: {
      pnl: formatUsd(gainsMicros - lossesMicros),
      gains: formatUsd(gainsMicros),
      losses: formatUsd(lossesMicros),
    },
  };
}

interface OpenRow {
  readonly id: string;
  readonly status: TradeStatus;
  readonly worst_case: bigint;
  readonly settles_at_ms: bigint | null;
  readonly carried: bigint;
  readonly legs: readonly (LegRow & LegPosition)[];
}

/**
 * The trades that were not over when the day ended, with what was booked of them by then, and
 * what of them was carried into the day opened next.
 */
export async function openAtEndOf(
  tx: LedgerTx,
  day: { book: Book; date: UtcDate; next: UtcDate },
): Promise<{
  trades: DailyReport['open'];
  carried: Pick<DailyReport['carried'], 'trades' | 'risk'>;
}> {
  const { book, date, next } = day;
  const nextLoss = counterId(book, { kind: 'loss', day: next });
  const { rows } = await sql<OpenRow>`
    SELECT trade.id, trade.status, trade.worst_case, trade.settles_at_ms,
      coalesce(hold.amount, 0)::bigint AS carried, legs.list AS legs
    FROM trade
    LEFT JOIN hold ON hold.trade_id = trade.id AND hold.leg = 0 AND hold.target = ${nextLoss}
    CROSS JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object('venue', leg.venue, 'market', leg.market,
        'title', leg.title, 'outcome_label', leg.outcome_label, 'quantity', booked.filled,
        'filled', booked.filled, 'cost', booked.cost, 'fees', booked.fees, 'sold', booked.sold,
        'realised', booked.realised, 'realisedFees', booked.realised_fees) ORDER BY leg.leg) AS list
      FROM leg CROSS JOIN LATERAL ${bookedBy(date)} AS booked WHERE leg.trade_id = trade.id
    ) AS legs
    WHERE trade.book = ${book} AND trade.day <= ${date}
      AND (trade.ended_at_ms IS NULL OR ${date} < coalesce(trade.ended_day, to_char(
        to_timestamp(trade.ended_at_ms / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD')))
    ORDER BY trade.reserved_at_ms, trade.id`.execute(tx);
  const carried = rows.filter((row) => row.carried > 0n);
  return {
    trades: rows.map(openTradeOf),
    carried: {
      trades: carried.length,
      risk: formatUsd(carried.reduce((sum, row) => sum + toNumber(row.carried), 0)),
    },
  };
}

/** What the fills of `leg` came to by the end of a day; all of it where it came without fills. */
function bookedBy(date: UtcDate) {
  const total = (field: string) => sql`coalesce(sum((fill.effect->>${sql.lit(field)})::bigint), 0)`;
  return sql`(
    SELECT CASE WHEN trade.imported IS NULL THEN ${total('filled')} ELSE leg.filled END AS filled,
      CASE WHEN trade.imported IS NULL THEN ${total('cost')} ELSE leg.cost END AS cost,
      CASE WHEN trade.imported IS NULL THEN ${total('fees')} ELSE leg.fees END AS fees,
      ${total('sold')} AS sold, ${total('realised')} AS realised,
      ${total('realisedFees')} AS realised_fees
    FROM venue_order JOIN fill ON fill.order_id = venue_order.id AND fill.day <= ${date}
    WHERE venue_order.trade_id = leg.trade_id AND venue_order.leg = leg.leg)`;
}

function openTradeOf(row: OpenRow): DailyReport['open'][number] {
  const settlesAtMs = toNumberOrNull(row.settles_at_ms);
  const risk = positionRisk(row.legs);
  // While an order may still fill, all that was reserved for it can be lost.
  const spent = row.legs.some(({ cost }) => cost > 0);
  const worst = row.status === 'reserved' || row.status === 'placing' || !spent;
  return {
    id: row.id,
    legs: row.legs.map(legOf),
    status: row.status,
    worstLoss: formatUsd(worst ? toNumber(row.worst_case) : risk),
    expectedSettlement: settlesAtMs === null ? null : new Date(settlesAtMs).toISOString(),
  };
}

/** What was posted that day: how much of it, and the fees in it. */
export async function postingsOn(
  tx: LedgerTx,
  book: Book,
  date: UtcDate,
): Promise<{ count: number; sumMicros: number; feesMicros: number }> {
  const { rows } = await sql<{ count: bigint; sum: bigint; fees: bigint }>`
    SELECT count(*) AS count, coalesce(sum(amount), 0)::bigint AS sum,
      coalesce(sum(amount) FILTER (WHERE code = 'fee'), 0)::bigint AS fees
    FROM transfer JOIN account ON account.id = transfer.debit_id
    WHERE transfer.day = ${date} AND account.book = ${book}`.execute(tx);
  const { count, sum, fees } = rows[0]!;
  return { count: toNumber(count), sumMicros: toNumber(sum), feesMicros: toNumber(fees) };
}

/** Cash, and what is redeemable, by venue when the day ended: what stands now, less what later days posted. */
export async function cashAtEndOf(
  tx: LedgerTx,
  book: Book,
  date: UtcDate,
): Promise<DailyReport['cash']> {
  const { rows } = await sql<{ venue: VenueId; cash: bigint; redeemable: bigint }>`
    WITH ended AS (
      SELECT venue, split_part(id, '/', 3) AS name, (debits - credits - coalesce((
          SELECT sum(CASE WHEN debit_id = account.id THEN amount ELSE -amount END) FROM transfer
          WHERE day > ${date} AND account.id IN (debit_id, credit_id)), 0))::bigint AS balance
      FROM account WHERE book = ${book} AND split_part(id, '/', 3) IN ('cash', 'redeemable')
    )
    SELECT venue, coalesce(sum(balance) FILTER (WHERE name = 'cash'), 0)::bigint AS cash,
      coalesce(sum(balance) FILTER (WHERE name = 'redeemable'), 0)::bigint AS redeemable
    FROM ended GROUP BY venue ORDER BY venue`.execute(tx);
  return rows.map(({ venue, cash, redeemable }) => ({
    venue,
    cash: formatUsd(toNumber(cash)),
    redeemable: formatUsd(toNumber(redeemable)),
  }));
}

/** What ledger and venues disagreed on that day. */
export async function discrepanciesOn(
  tx: LedgerTx,
  book: Book,
  date: UtcDate,
): Promise<DailyReport['discrepancies']> {
  const rows = await tx
    .selectFrom('discrepancy')
    .select(['venue', 'detail', 'recorded_at_ms'])
    .where('book', '=', book)
    .where('day', '=', date)
    .orderBy('recorded_at_ms')
    .orderBy('id')
    .execute();
  return rows.map(({ venue, detail, recorded_at_ms }) => ({
    venue,
    detail,
    recordedAt: new Date(toNumber(recorded_at_ms)).toISOString(),
  }));
}

/** The audit chain's last entry, held until commit. */
export async function auditHead(tx: LedgerTx): Promise<DailyReport['auditHead']> {
  const { rows } = await sql<{ seq: bigint; hash: string }>`
    SELECT seq, hash FROM audit_head FOR UPDATE`.execute(tx);
  return { seq: toNumber(rows[0]!.seq), hash: rows[0]!.hash };
}
