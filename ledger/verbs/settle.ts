import { sql } from 'kysely';
import type { ClockReading } from '../../domain/clock.ts';
import { counterId, isLossCounter } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import { payoutOf, settlementEntries } from '../../domain/ledger-entries.ts';
import { microContracts, micros, priceMicros } from '../../domain/money.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { TradeStatus } from '../../domain/trade.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { NotInLedger } from '../errors.ts';
import { openDay } from './day.ts';
import { readDesk } from './desk.ts';
import type { OpenHold } from './holds.ts';
import { captureHold, freeUsed, holdsOf, moveHeld, releaseHold } from './holds.ts';
import { post } from './postings.ts';

export type RecordOutcome =
  | {
      readonly kind: 'recorded';
      readonly payoutMicros: number;
      readonly pnlMicros: number;
      readonly day: UtcDate;
    }
  /** The market has no final result in the ledger yet. */
  | { readonly kind: 'waiting' }
  /** Nothing to settle: the trade holds no position (any more). */
  | { readonly kind: 'notOpen'; readonly status: TradeStatus };

/**
 * The record step: books an open trade's settlement, its P&L and what it gives back, in one
 * transaction and on the day it is recorded. A repeat answers what was recorded.
 * @throws NotInLedger, ClockDisagrees
 */
export async function recordSettlement(
  db: LedgerDb,
  tradeId: string,
  reading: ClockReading,
): Promise<RecordOutcome> {
  return db.transaction().execute(async (tx) => {
    const known = await tx
      .selectFrom('trade')
      .select(['book', 'desk'])
      .where('id', '=', tradeId)
      .executeTakeFirst();
    if (known === undefined) throw new NotInLedger('trade', tradeId);
    const { limits } = await readDesk(tx, known.desk, { keepLimits: true });
    const day = await openDay(tx, known.book, limits, reading);
    const trade = await tx
      .selectFrom('trade')
      .selectAll()
      .where('id', '=', tradeId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (trade.status === 'settled') {
      return {
        kind: 'recorded',
        payoutMicros: toNumber(trade.payout!),
        pnlMicros: toNumber(trade.pnl!),
        day: trade.ended_day!,
      };
    }
    if (trade.status !== 'open') return { kind: 'notOpen', status: trade.status };
    const leg = await settledLeg(tx, tradeId);
    if (leg === undefined) return { kind: 'waiting' };
    const pnlMicros = leg.payoutMicros - leg.costMicros - leg.feesMicros;
    const context = { tradeId, book: trade.book, event: trade.event, day, reading };
    await giveBackRoom(tx, context, leg, Math.max(0, -pnlMicros));
    await postSettlement(tx, context, leg);
    await tx
      .updateTable('trade')
      .set({ status: 'settled', ended_at_ms: reading.atMs, ended_day: day })
      .set({ payout: leg.payoutMicros, pnl: pnlMicros })
      .where('id', '=', tradeId)
      .execute();
    return { kind: 'recorded', payoutMicros: leg.payoutMicros, pnlMicros, day };
  });
}

interface SettledLeg {
  readonly venue: 'kalshi' | 'polymarket';
  readonly market: string;
  readonly outcome: 0 | 1;
  readonly settlementId: string;
  readonly settledAtMs: number;
  readonly costMicros: number;
  readonly feesMicros: number;
  readonly payoutMicros: number;
}

interface Context {
  readonly tradeId: string;
  readonly book: Book;
  readonly event: string;
  readonly day: UtcDate;
  readonly reading: ClockReading;
}

async function settledLeg(tx: LedgerTx, tradeId: string): Promise<SettledLeg | undefined> {
  const row = await tx
    .selectFrom('leg')
    .innerJoin('trade', 'trade.id', 'leg.trade_id')
    .innerJoin('settlement', (join) =>
      join
        .onRef('settlement.book', '=', 'trade.book')
        .onRef('settlement.venue', '=', 'leg.venue')
        .onRef('settlement.market', '=', 'leg.market'),
    )
    .selectAll('leg')
    .select(['settlement_id', 'payout_yes', 'payout_no', 'settled_at_ms'])
    .where('leg.trade_id', '=', tradeId)
    .orderBy('settlement.recorded_at_ms')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const payout = priceMicros(toNumber(row.outcome === 0 ? row.payout_yes : row.payout_no));
  return {
    venue: row.venue,
    market: row.market,
    outcome: row.outcome,
    settlementId: row.settlement_id,
    settledAtMs: toNumber(row.settled_at_ms),
    costMicros: toNumber(row.cost),
    feesMicros: toNumber(row.fees),
    payoutMicros: payoutOf(microContracts(toNumber(row.filled)), payout),
  };
}

/** The position no longer counts as open, and today's realised loss takes the place of its risk. */
async function giveBackRoom(
  tx: LedgerTx,
  context: Context,
  leg: SettledLeg,
  lossMicros: number,
): Promise<void> {
  const { book, event, day } = context;
  const lossCounter = counterId(book, { kind: 'loss', day });
  const openCounters = [
    counterId(book, { kind: 'event', event }),
    counterId(book, { kind: 'exposure' }),
    counterId(book, { kind: 'market', venue: leg.venue, market: leg.market }),
  ];
  await lockCounters(tx, [...openCounters, lossCounter]);
  const holds = await holdsOf(tx, context.tradeId);
  for (const hold of holds) {
    // All it cost: a fill beyond its hold has used more than the hold captured.
    if (openCounters.includes(hold.id)) {
      await freeUsed(tx, hold.id, leg.costMicros + leg.feesMicros);
    }
  }
  const lossHold = holds.find((hold) => hold.id === lossCounter && hold.remaining > 0);
  if (lossHold !== undefined) await realise(tx, context.tradeId, lossHold, lossMicros);
  // Settled earlier than expected, or on a day that did not carry it: booked all the same.
  else await moveHeld(tx, { kind: 'counter', id: lossCounter }, { held: 0, used: lossMicros });
  await releaseOtherDays(tx, context.tradeId, holds, lossCounter);
}

async function realise(
  tx: LedgerTx,
  tradeId: string,
  hold: OpenHold,
  lossMicros: number,
): Promise<void> {
  await captureHold(tx, tradeId, hold, lossMicros);
  const rest = hold.remaining - Math.min(lossMicros, hold.remaining);
  await releaseHold(tx, tradeId, { ...hold, remaining: rest }, rest);
}

async function releaseOtherDays(
  tx: LedgerTx,
  tradeId: string,
  holds: readonly OpenHold[],
  todays: string,
): Promise<void> {
  for (const hold of holds) {
    if (!isLossCounter(hold.id) || hold.id === todays) continue;
    await releaseHold(tx, tradeId, hold, hold.remaining);
  }
}

async function lockCounters(tx: LedgerTx, ids: readonly string[]): Promise<void> {
  await sql`SELECT id FROM counter WHERE id = ANY(${ids}) ORDER BY id FOR UPDATE`.execute(tx);
}

async function postSettlement(tx: LedgerTx, context: Context, leg: SettledLeg): Promise<void> {
  await tx
    .updateTable('leg')
    .set({ payout: leg.payoutMicros })
    .where('trade_id', '=', context.tradeId)
    .execute();
  await post(
    tx,
    settlementEntries({
      book: context.book,
      venue: leg.venue,
      market: leg.market,
      outcome: leg.outcome,
      tradeId: context.tradeId,
      leg: 0,
      settlementId: leg.settlementId,
      costMicros: micros(leg.costMicros),
      payoutMicros: micros(leg.payoutMicros),
    }),
    {
      day: context.day,
      recordedAtMs: context.reading.atMs,
      tradeId: context.tradeId,
      venueAtMs: leg.settledAtMs,
    },
  );
}
