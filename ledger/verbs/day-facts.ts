/** The rows a day's report is made of, as they stood when the day ended. */
import { sql } from 'kysely';
import type { DailyReport } from '../../contracts/daily-report.ts';
import { counterId } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import { formatDecimal, formatUsd } from '../../domain/decimal.ts';
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

interface HoldingRow {
  readonly id: string;
  readonly venue: VenueId;
  readonly market: string;
  readonly title: string;
  readonly outcome_label: string;
  readonly quantity: bigint;
  readonly cost: bigint;
  readonly fees: bigint;
}

function holdingOf(row: HoldingRow) {
  return {
    id: row.id,
    venue: row.venue,
    market: row.market,
    title: row.title,
    outcome: row.outcome_label,
    quantity: formatDecimal(toNumber(row.quantity)),
    cost: formatUsd(toNumber(row.cost)),
    fees: formatUsd(toNumber(row.fees)),
  };
}

/** The trades whose result was booked that day, with gains and losses apart. */
export async function settledOn(
  tx: LedgerTx,
  book: Book,
  date: UtcDate,
): Promise<{ trades: DailyReport['settled']; realized: DailyReport['realized'] }> {
  const { rows } = await sql<HoldingRow & { payout: bigint; pnl: bigint }>`
    SELECT trade.id, venue, market, title, outcome_label, filled AS quantity, cost, fees,
      trade.payout, trade.pnl
    FROM trade JOIN leg ON leg.trade_id = trade.id AND leg.leg = 0
    WHERE trade.book = ${book} AND trade.ended_day = ${date} AND trade.status = 'settled'
    ORDER BY trade.ended_at_ms, trade.id`.execute(tx);
  const pnls = rows.map(({ pnl }) => toNumber(pnl));
  const gainsMicros = pnls.reduce((sum, pnl) => sum + Math.max(0, pnl), 0);
  const lossesMicros = pnls.reduce((sum, pnl) => sum + Math.max(0, -pnl), 0);
  return {
    trades: rows.map((row) => ({
      ...holdingOf(row),
      payout: formatUsd(toNumber(row.payout)),
      realizedPnl: formatUsd(toNumber(row.pnl)),
    })),
    realized: {
      pnl: formatUsd(gainsMicros - lossesMicros),
      gains: formatUsd(gainsMicros),
      losses: formatUsd(lossesMicros),
    },
  };
}

interface OpenRow extends HoldingRow {
  readonly status: TradeStatus;
  readonly worst_case: bigint;
  readonly settles_at_ms: bigint | null;
  readonly carried: bigint;
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
    SELECT trade.id, trade.status, trade.worst_case, trade.settles_at_ms, leg.venue, leg.market,
      leg.title, leg.outcome_label, coalesce(booked.quantity, 0)::bigint AS quantity,
      coalesce(booked.cost, 0)::bigint AS cost, coalesce(booked.fees, 0)::bigint AS fees,
      coalesce(hold.amount, 0)::bigint AS carried
    FROM trade JOIN leg ON leg.trade_id = trade.id AND leg.leg = 0
    LEFT JOIN hold ON hold.trade_id = trade.id AND hold.leg = 0 AND hold.target = ${nextLoss}
    LEFT JOIN LATERAL (
      SELECT sum(amount) FILTER (WHERE code = 'buy') AS cost,
        sum(amount) FILTER (WHERE code = 'fee') AS fees,
        sum((fill.body->>'quantity')::bigint) AS quantity
      FROM transfer LEFT JOIN fill ON code = 'buy' AND fill.book = trade.book
        AND fill.venue = leg.venue AND fill.fill_id = substr(transfer.id,
          length('fill/' || trade.book || '/' || leg.venue || '/') + 1,
          length(transfer.id) - length('fill/' || trade.book || '/' || leg.venue || '/' || '/cost'))
      WHERE transfer.trade_id = trade.id AND transfer.day <= ${date}
    ) AS booked ON true
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

function openTradeOf(row: OpenRow): DailyReport['open'][number] {
  const settlesAtMs = toNumberOrNull(row.settles_at_ms);
  const spent = row.cost + row.fees;
  // While an order may still fill, all that was reserved for it can be lost.
  const worst = row.status === 'reserved' || row.status === 'placing' || spent === 0n;
  return {
    ...holdingOf(row),
    status: row.status,
    worstLoss: formatUsd(toNumber(worst ? row.worst_case : spent)),
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

/** Cash by venue when the day ended: what stands now, less what later days posted. */
export async function cashAtEndOf(
  tx: LedgerTx,
  book: Book,
  date: UtcDate,
): Promise<DailyReport['cash']> {
  const { rows } = await sql<{ venue: VenueId; cash: bigint }>`
    SELECT venue, (debits - credits - coalesce((
        SELECT sum(CASE WHEN debit_id = account.id THEN amount ELSE -amount END) FROM transfer
        WHERE day > ${date} AND account.id IN (debit_id, credit_id)), 0))::bigint AS cash
    FROM account WHERE id = book || '/' || venue || '/cash' AND book = ${book}
    ORDER BY venue`.execute(tx);
  return rows.map(({ venue, cash }) => ({ venue, cash: formatUsd(toNumber(cash)) }));
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
