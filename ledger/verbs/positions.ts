/** A trade's legs as positions, and the day's loss counter: what may be lost, what was. */
import { sql } from 'kysely';
import { counterId, isLossCounter } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import type { LegEffect, LegPosition } from '../../domain/position.ts';
import type { TradeStatus } from '../../domain/trade.ts';
import type { Book, OutcomeIndex, VenueId } from '../../domain/venue-id.ts';
import type { LedgerTx } from '../database.ts';
import { toNumber, toNumberOrNull } from '../database.ts';
import type { OpenHold } from './holds.ts';
import { captureHold, extendHold, holdsOf, moveHeld, releaseHold } from './holds.ts';

/** One leg's row as the postings need it. */
export interface PositionRow extends LegPosition {
  readonly leg: number;
  readonly venue: VenueId;
  readonly market: string;
  readonly outcome: OutcomeIndex;
  /** What the market paid; null until it was booked. */
  readonly payout: number | null;
}

/** The trade's legs in order. */
export async function positionsOf(tx: LedgerTx, tradeId: string): Promise<PositionRow[]> {
  const rows = await tx
    .selectFrom('leg')
    .selectAll()
    .where('trade_id', '=', tradeId)
    .orderBy('leg')
    .execute();
  return rows.map((row) => ({
    leg: row.leg,
    venue: row.venue,
    market: row.market,
    outcome: row.outcome,
    filled: toNumber(row.filled),
    cost: toNumber(row.cost),
    fees: toNumber(row.fees),
    sold: toNumber(row.sold),
    realised: toNumber(row.realised),
    realisedFees: toNumber(row.realised_fees),
    payout: toNumberOrNull(row.payout),
  }));
}

/** Where the trade stands. */
export async function tradeStatusOf(tx: LedgerTx, tradeId: string): Promise<TradeStatus> {
  const row = await tx
    .selectFrom('trade')
    .select('status')
    .where('id', '=', tradeId)
    .executeTakeFirstOrThrow();
  return row.status;
}

/** Applies a fill's effect to its leg. */
export async function changePosition(
  tx: LedgerTx,
  at: { tradeId: string; leg: number },
  effect: LegEffect,
): Promise<void> {
  await sql`
    UPDATE leg SET filled = filled + ${effect.filled}, cost = cost + ${effect.cost},
      fees = fees + ${effect.fees}, sold = sold + ${effect.sold},
      realised = realised + ${effect.realised},
      realised_fees = realised_fees + ${effect.realisedFees}
    WHERE trade_id = ${at.tradeId} AND leg = ${at.leg}`.execute(tx);
}

/** A trade's place in the day's books. */
interface OnDay {
  readonly tradeId: string;
  readonly book: Book;
  readonly day: UtcDate;
}

/**
 * Brings what the trade holds of the day's loss counter to `riskMicros`: what is over is released,
 * what is short is a venue's fact and may go beyond the cap. Its counters must be locked.
 */
export async function setRisk(tx: LedgerTx, on: OnDay, riskMicros: number): Promise<void> {
  const open = await openLossHold(tx, on.tradeId);
  if (open === undefined) return takeRisk(tx, on, riskMicros);
  if (riskMicros > open.remaining) {
    await extendHold(tx, on.tradeId, open, riskMicros - open.remaining);
  } else await releaseHold(tx, on.tradeId, open, open.remaining - riskMicros);
}

async function takeRisk(tx: LedgerTx, on: OnDay, riskMicros: number): Promise<void> {
  if (riskMicros === 0) return;
  const target = {
    kind: 'counter' as const,
    id: counterId(on.book, { kind: 'loss', day: on.day }),
  };
  await sql`
    INSERT INTO hold (trade_id, leg, target, target_kind, amount)
    VALUES (${on.tradeId}, 0, ${target.id}, 'counter', ${riskMicros})
    ON CONFLICT (trade_id, leg, target) DO UPDATE SET amount = hold.amount + excluded.amount`.execute(
    tx,
  );
  await moveHeld(tx, target, { held: riskMicros, used: 0 });
}

async function openLossHold(tx: LedgerTx, tradeId: string): Promise<OpenHold | undefined> {
  const holds = await holdsOf(tx, tradeId);
  return holds.find((hold) => isLossCounter(hold.id) && hold.remaining > 0);
}

/**
 * Counts a loss as realised today: first out of what the trade holds of the day, then besides it,
 * for a loss is booked whatever was held.
 */
export async function countLoss(tx: LedgerTx, on: OnDay, lossMicros: number): Promise<void> {
  if (lossMicros === 0) return;
  const id = counterId(on.book, { kind: 'loss', day: on.day });
  const hold = (await holdsOf(tx, on.tradeId)).find((one) => one.id === id && one.remaining > 0);
  if (hold === undefined)
    await moveHeld(tx, { kind: 'counter', id }, { held: 0, used: lossMicros });
  else await captureHold(tx, on.tradeId, hold, lossMicros);
  await sql`
    UPDATE trade SET loss_counted = loss_counted + ${lossMicros} WHERE id = ${on.tradeId}`.execute(
    tx,
  );
}

/** Locks the day's loss counter with those of the trade's holds, in the one order. */
export async function lockLossAnd(tx: LedgerTx, on: OnDay): Promise<void> {
  const loss = counterId(on.book, { kind: 'loss', day: on.day });
  await sql`
    SELECT id FROM counter
    WHERE id = ${loss} OR id IN
      (SELECT target FROM hold WHERE trade_id = ${on.tradeId} AND target_kind = 'counter')
    ORDER BY id FOR UPDATE`.execute(tx);
}

/** Gives back everything the trade still holds. */
export async function releaseAll(tx: LedgerTx, tradeId: string): Promise<void> {
  for (const hold of await holdsOf(tx, tradeId)) {
    await releaseHold(tx, tradeId, hold, hold.remaining);
  }
}
