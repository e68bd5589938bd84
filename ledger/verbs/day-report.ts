/** What a day came to, read in the transaction that closes it. */
import type { DailyReport } from '../../contracts/daily-report.ts';
import type { ClockReading } from '../../domain/clock.ts';
import { counterId } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import { formatUsd } from '../../domain/decimal.ts';
import { deskOf } from '../../domain/desk.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import {
  auditHead,
  cashAtEndOf,
  decisionsOn,
  discrepanciesOn,
  openAtEndOf,
  postingsOn,
  settledOn,
  tradesOn,
} from './day-facts.ts';
import { readDesk } from './desk.ts';
import { unresolvedOrders } from './orders.ts';

export interface ClosingDay {
  readonly book: Book;
  readonly date: UtcDate;
  readonly openedAtMs: number;
  /** The day opened after it. */
  readonly next: UtcDate;
}

/**
 * The first revision of a day's report. The day must be locked and a newer one be open. Amounts
 * are those of the day's end however late it is closed; desk, statuses and orders are today's.
 * Locks the audit chain's head: nothing but the closing's own rows may be written after.
 */
export async function dayReport(
  tx: LedgerTx,
  day: ClosingDay,
  reading: ClockReading,
): Promise<DailyReport> {
  const { book, date, next } = day;
  const { desk } = await readDesk(tx, deskOf(book));
  const trades = await counterAt(tx, counterId(book, { kind: 'trades', day: date }));
  const loss = await counterAt(tx, counterId(book, { kind: 'loss', day: date }));
  const settled = await settledOn(tx, book, date);
  const open = await openAtEndOf(tx, { book, date, next });
  const postings = await postingsOn(tx, book, date);
  return {
    book,
    date,
    revision: 1,
    openedAt: instant(day.openedAtMs),
    closedAt: instant(reading.atMs),
    desk: { id: desk.id, phase: desk.phase, state: desk.state, reason: desk.reason },
    proposals: await decisionsOn(tx, book, date),
    trades: { used: trades.used, cap: trades.cap, ...(await tradesOn(tx, book, date)) },
    settled: settled.trades,
    realized: settled.realized,
    fees: formatUsd(postings.feesMicros),
    loss: { used: formatUsd(loss.used), cap: formatUsd(loss.cap) },
    open: open.trades,
    carried: { into: next, ...open.carried },
    cash: await cashAtEndOf(tx, book, date),
    unknownOrders: await unresolvedOrders(tx, book),
    discrepancies: await discrepanciesOn(tx, book, date),
    seal: {
      trades: trades.used,
      transfers: postings.count,
      transferMicros: String(postings.sumMicros),
      realisedLossMicros: String(loss.used),
    },
    auditHead: await auditHead(tx),
  };
}

async function counterAt(tx: LedgerTx, id: string): Promise<{ used: number; cap: number }> {
  const row = await tx
    .selectFrom('counter')
    .select(['used', 'cap'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return { used: toNumber(row.used), cap: toNumber(row.cap) };
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}
