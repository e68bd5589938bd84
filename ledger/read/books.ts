/** The rows that the checkers of `domain/invariants/` judge, read in one snapshot. */
import { sql } from 'kysely';
import type { AuditRow } from '../../domain/audit.ts';
import type { HoldRow } from '../../domain/invariants/books.ts';
import type { AcceptedRow } from '../../domain/invariants/days.ts';
import { fillKey } from '../../domain/invariants/fills.ts';
import type { BookedFillRow, LegRow } from '../../domain/invariants/trades.ts';
import type { LedgerRows } from '../../domain/invariants/verify.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';

export interface BookRows extends LedgerRows {
  /** `book/venue/fillId` of every booked fill. */
  readonly fills: string[];
}

/** A large ledger takes a while; nobody waits for a reader that locks nothing. */
const PATIENCE = `SET LOCAL idle_in_transaction_session_timeout = '60s';
  SET LOCAL statement_timeout = '120s'`;

/** Everything at one instant, so that a booking in between cannot look like a fault. */
export async function readBooks(db: LedgerDb): Promise<BookRows> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      await sql.raw(PATIENCE).execute(tx);
      return readBookRows(tx);
    });
}

/** The same inside a transaction that sees one instant, or that nobody else writes beside. */
export async function readBookRows(tx: LedgerTx): Promise<BookRows> {
  const bookedFills = await readFills(tx);
  return {
    ...(await readMoney(tx)),
    ...(await readTrades(tx)),
    ...(await readDays(tx)),
    ...(await readAudit(tx)),
    bookedFills,
    fills: bookedFills.map(fillKey),
  };
}

async function readMoney(tx: LedgerTx) {
  const accounts = await tx
    .selectFrom('account')
    .select(['id', 'guarded', 'debits', 'credits', 'held', 'overrun'])
    .execute();
  const transfers = await sql<LedgerRows['transfers'][number]>`
    SELECT transfer.id, debit_id AS "debitId", credit_id AS "creditId", amount, code,
      trade_id AS "tradeId", day, account.book
    FROM transfer LEFT JOIN account ON account.id = debit_id`.execute(tx);
  const counters = await tx
    .selectFrom('counter')
    .select(['id', 'used', 'held', 'cap', 'overrun'])
    .execute();
  // A hold of no trade at all has nobody left to close it.
  const holds = await sql<HoldRow>`
    SELECT hold.trade_id AS "tradeId", target, target_kind AS "targetKind", amount, captured,
      released, trade.id IS NULL OR trade.ended_at_ms IS NOT NULL AS "tradeEnded"
    FROM hold LEFT JOIN trade ON trade.id = hold.trade_id`.execute(tx);
  return { accounts, transfers: transfers.rows, counters, holds: holds.rows };
}

async function readTrades(tx: LedgerTx) {
  const orders = await tx
    .selectFrom('venue_order')
    .select(['id', 'book', 'venue', 'state'])
    .execute();
  const legs = await sql<LegRow>`
    SELECT leg.trade_id AS "tradeId", leg.leg, trade.book, leg.venue, leg.market, leg.outcome,
      trade.status, leg.filled, leg.cost, leg.fees, leg.sold, leg.realised,
      leg.realised_fees AS "realisedFees", leg.payout, trade.payout AS "tradePayout",
      trade.pnl AS "tradePnl", trade.imported IS NOT NULL AS imported
    FROM leg JOIN trade ON trade.id = leg.trade_id ORDER BY leg.trade_id, leg.leg`.execute(tx);
  const settlements = await tx
    .selectFrom('settlement')
    .select(['book', 'venue', 'settlement_id as settlementId', 'market'])
    .select(['payout_yes as payoutYes', 'payout_no as payoutNo'])
    .orderBy('seq')
    .execute();
  const redemptions = await tx
    .selectFrom('redemption')
    .select(['book', 'venue', 'redemption_id as redemptionId', 'market', 'amount', 'booked'])
    .execute();
  const watches = await tx
    .selectFrom('watch')
    .select(['book', 'venue', 'cursor_ms as cursorMs', 'read_at_ms as readAtMs'])
    .execute();
  return { orders, legs: legs.rows, settlements, redemptions, watches };
}

async function readFills(tx: LedgerTx): Promise<BookedFillRow[]> {
  const { rows } = await sql<BookedFillRow>`
    SELECT fill.book, fill.venue, fill.fill_id AS "fillId", venue_order.trade_id AS "tradeId",
      venue_order.leg, fill.body->>'action' AS action, fill.body->>'reverts' AS reverts,
      fill.effect, fill.order_id IS NOT NULL AND fill.effect IS NULL AS "inSuspense",
      (fill.body->>'quantity')::bigint AS quantity,
      (fill.body->>'priceMicros')::bigint AS "priceMicros",
      (fill.body->>'feeMicros')::bigint AS "feeMicros"
    FROM fill LEFT JOIN venue_order ON venue_order.id = fill.order_id`.execute(tx);
  return rows;
}

async function readDays(tx: LedgerTx) {
  const days = await tx
    .selectFrom('day')
    .select(['book', 'date', 'opened_at_ms as openedAtMs', 'closed_at_ms as closedAtMs'])
    .orderBy('book')
    .orderBy('date')
    .execute();
  const accepted = await sql<AcceptedRow>`
    SELECT decision.trade_id AS id, proposal.book, decision.day, trade.day AS "tradeDay",
      trade.imported IS NOT NULL AS imported
    FROM decision JOIN proposal ON proposal.id = decision.trade_id
      LEFT JOIN trade ON trade.id = decision.trade_id
    WHERE accepted ORDER BY decision.trade_id`.execute(tx);
  const reports = await tx
    .selectFrom('daily_report')
    .select(['book', 'date', 'revision', 'body'])
    .execute();
  return { days, accepted: accepted.rows, reports };
}

async function readAudit(tx: LedgerTx) {
  const audit: AuditRow[] = await tx
    .selectFrom('audit')
    .select(['seq', 'at_ms as atMs', 'desk', 'actor', 'verified', 'action', 'reason'])
    .select(['detail', 'prev_hash as prevHash', 'hash'])
    .orderBy('seq')
    .execute();
  const auditHead = await tx.selectFrom('audit_head').select(['seq', 'hash']).executeTakeFirst();
  return { audit, auditHead };
}
