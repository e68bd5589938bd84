/** The desk at a glance, read in a few queries and never cached. */
import { sql } from 'kysely';
import type { StatusView } from '../../contracts/http.ts';
import type { ClockReading } from '../../domain/clock.ts';
import { counterId } from '../../domain/counters.ts';
import { nextUtcMidnightMs } from '../../domain/day.ts';
import { formatUsd } from '../../domain/decimal.ts';
import type { DeskId } from '../../domain/desk.ts';
import { bookOf } from '../../domain/desk.ts';
import type { Limits } from '../../domain/limits.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb } from '../database.ts';
import { toNumber } from '../database.ts';
import { readToday } from '../verbs/day.ts';
import { readDesk } from '../verbs/desk.ts';
import { unresolvedOrders } from '../verbs/orders.ts';
import { listTrades } from './trades.ts';

/** What the ledger knows of the status; the host adds what it knows of itself and the venues. */
export type LedgerStatus = Omit<StatusView, 'startLine' | 'version' | 'addresses' | 'venueStatus'>;

const OPEN_TRADES_SHOWN = 50;

/** @throws DeskMissing */
export async function readStatus(
  db: LedgerDb,
  deskId: DeskId,
  venues: readonly VenueId[],
  reading: ClockReading,
): Promise<LedgerStatus> {
  const { desk, limits } = await readDesk(db, deskId);
  const book = bookOf(desk);
  const day = await readToday(db, book, reading);
  const pnl = await realised(db, book, day);
  return {
    now: new Date(reading.atMs).toISOString(),
    desk: { id: desk.id, phase: desk.phase, state: desk.state, reason: desk.reason },
    book,
    day,
    dayEndsInSeconds: Math.ceil((nextUtcMidnightMs(reading.atMs) - reading.atMs) / 1000),
    gauges: await gauges(db, book, day, limits),
    venues: await Promise.all(venues.map((venue) => venueLine(db, book, venue, reading))),
    openTrades: await listTrades(db, { limit: OPEN_TRADES_SHOWN, openOnly: true }),
    unknownOrders: (await unresolvedOrders(db, book)).length,
    realizedPnl: formatUsd(pnl.total),
    realizedPnlToday: formatUsd(pnl.today),
  };
}

async function gauges(
  db: LedgerDb,
  book: Book,
  day: string,
  limits: Limits,
): Promise<StatusView['gauges']> {
  const wanted = [
    {
      name: 'trades' as const,
      id: counterId(book, { kind: 'trades', day }),
      cap: limits.dailyTradesMax,
    },
    {
      name: 'day loss' as const,
      id: counterId(book, { kind: 'loss', day }),
      cap: limits.dailyLossMicrosMax,
    },
    {
      name: 'exposure' as const,
      id: counterId(book, { kind: 'exposure' }),
      cap: limits.openExposureMicrosMax,
    },
  ];
  const ids = wanted.map(({ id }) => id);
  const rows = await db
    .selectFrom('counter')
    .select(['id', 'used', 'held', 'cap'])
    .where(sql<boolean>`id = ANY(${ids})`)
    .execute();
  return wanted.map(({ name, id, cap }) => {
    const row = rows.find((one) => one.id === id);
    const counter = {
      used: toNumber(row?.used ?? 0n),
      held: toNumber(row?.held ?? 0n),
      cap: row === undefined ? cap : toNumber(row.cap),
    };
    const write = name === 'trades' ? String : formatUsd;
    return {
      name,
      used: write(counter.used),
      held: write(counter.held),
      left: write(Math.max(0, counter.cap - counter.used - counter.held)),
      limit: write(counter.cap),
    };
  });
}

async function venueLine(
  db: LedgerDb,
  book: Book,
  venue: VenueId,
  reading: ClockReading,
): Promise<StatusView['venues'][number]> {
  const { rows } = await sql<{
    cash: bigint;
    held: bigint;
    open: bigint;
    redeemable: bigint;
    read_at_ms: bigint | null;
  }>`
    SELECT
      coalesce(sum(debits - credits) FILTER (WHERE id = ${`${book}/${venue}/cash`}), 0)::bigint AS cash,
      coalesce(sum(held) FILTER (WHERE id = ${`${book}/${venue}/cash`}), 0)::bigint AS held,
      coalesce(sum(debits - credits) FILTER (WHERE id LIKE ${`${book}/${venue}/position/%`}), 0)::bigint AS open,
      coalesce(sum(debits - credits) FILTER (WHERE id LIKE ${`${book}/${venue}/redeemable/%`}), 0)::bigint AS redeemable,
      (SELECT read_at_ms FROM watch WHERE book = ${book} AND venue = ${venue}) AS read_at_ms
    FROM account WHERE book = ${book} AND venue = ${venue}`.execute(db);
  const row = rows[0]!;
  const readAtMs = row.read_at_ms === null ? null : toNumber(row.read_at_ms);
  return {
    venue,
    cash: formatUsd(toNumber(row.cash)),
    reserved: formatUsd(toNumber(row.held)),
    open: formatUsd(toNumber(row.open)),
    redeemable: formatUsd(toNumber(row.redeemable)),
    watchAgeSeconds: readAtMs === null ? null : Math.max(0, reading.atMs - readAtMs) / 1000,
  };
}

async function realised(
  db: LedgerDb,
  book: Book,
  day: string,
): Promise<{ total: number; today: number }> {
  const { rows } = await sql<{ total: bigint; today: bigint }>`
    SELECT coalesce(sum(pnl), 0)::bigint AS total,
      coalesce(sum(pnl) FILTER (WHERE ended_day = ${day}), 0)::bigint AS today
    FROM trade WHERE book = ${book} AND pnl IS NOT NULL`.execute(db);
  return { total: toNumber(rows[0]!.total), today: toNumber(rows[0]!.today) };
}
