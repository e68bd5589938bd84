/** Moves a trade on once its orders are final and their fills booked. Part of the verbs that book. */
import type { ClockReading } from '../../domain/clock.ts';
import { isLossCounter } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import { excessOf, placingEnd } from '../../domain/placing.ts';
import { positionRisk, tradePnl } from '../../domain/position.ts';
import type { Verdict } from '../../domain/risk/codes.ts';
import { isTerminal } from '../../domain/trade.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { resolveAlert } from './alerts.ts';
import { holdsOf, releaseHold } from './holds.ts';
import { countLoss, positionsOf, releaseAll, setRisk } from './positions.ts';
import { endResolution, oneLeggedKey, revertedKey } from './one-legged.ts';
import type { TradeUnderWayStanding } from './standing.ts';
import { readStanding } from './standing.ts';

/** A trade and the day its books are written on. */
interface OnDay {
  readonly tradeId: string;
  readonly book: Book;
  readonly day: UtcDate;
}

/**
 * Moves a trade whose orders are final and whose fills are all booked on to `open`, or ends it
 * where nothing is held (any more); gives back what is no longer needed. Legs that do not match
 * stay where they are. The trade and its counters must be locked.
 */
export async function movePlacing(
  tx: LedgerTx,
  on: OnDay,
  reading: ClockReading,
  failures: readonly Verdict[] = [],
): Promise<void> {
  const trade = await readStanding(tx, on.tradeId);
  if (isTerminal(trade.status) || trade.status === 'open') return;
  await noteExcess(tx, trade, reading);
  const end = placingEnd(trade);
  if (end === undefined || end === 'unmatched') return;
  if (end === 'open') await openPosition(tx, on);
  else if (end === 'closed') await closeSold(tx, on, reading);
  else await endWithoutPosition(tx, on.tradeId, end, reading, failures);
  if (trade.resolution !== null) await endResolution(tx, trade.resolution.id, end, reading);
  await resolveAlert(tx, oneLeggedKey(on.tradeId), reading);
  await resolveAlert(tx, revertedKey(on.tradeId), reading);
}

/** The clock of an unhedged position starts when the answers differ and stops when they match. */
async function noteExcess(
  tx: LedgerTx,
  trade: TradeUnderWayStanding,
  reading: ClockReading,
): Promise<void> {
  const differs = excessOf(trade) !== undefined;
  if (differs === (trade.unhedgedSinceMs !== null)) return;
  await tx
    .updateTable('trade')
    .set({ unhedged_since_ms: differs ? reading.atMs : null })
    .where('id', '=', trade.tradeId)
    .execute();
}

/** Of the loss hold the position's own risk stays; of everything else nothing remains. */
async function openPosition(tx: LedgerTx, on: OnDay): Promise<void> {
  await tx.updateTable('trade').set({ status: 'open' }).where('id', '=', on.tradeId).execute();
  await keepRiskOnly(tx, on);
}

/** Releases what an open trade no longer holds but its risk, which is what its position may lose. */
export async function keepRiskOnly(tx: LedgerTx, on: OnDay): Promise<void> {
  for (const hold of await holdsOf(tx, on.tradeId)) {
    if (!isLossCounter(hold.id)) await releaseHold(tx, on.tradeId, hold, hold.remaining);
  }
  await setRisk(tx, on, positionRisk(await positionsOf(tx, on.tradeId)));
}

/** A trade whose position was sold again: its P&L is what the sales realised. */
async function closeSold(tx: LedgerTx, on: OnDay, reading: ClockReading): Promise<void> {
  const legs = await positionsOf(tx, on.tradeId);
  const pnl = tradePnl(legs.map((leg) => ({ ...leg, payout: leg.payout ?? 0 })));
  await endTrade(tx, on, { status: 'closed', pnl, payout: 0 }, reading);
}

/** Ends a trade with a result: the loss not counted yet counts today, and nothing stays held. */
export async function endTrade(
  tx: LedgerTx,
  on: OnDay,
  result: { status: 'closed' | 'settled'; pnl: number; payout: number },
  reading: ClockReading,
): Promise<void> {
  const { loss_counted: counted } = await tx
    .selectFrom('trade')
    .select('loss_counted')
    .where('id', '=', on.tradeId)
    .executeTakeFirstOrThrow();
  await countLoss(tx, on, Math.max(0, -result.pnl - toNumber(counted)));
  await releaseAll(tx, on.tradeId);
  await tx
    .updateTable('trade')
    .set({ ...result, ended_at_ms: reading.atMs, ended_day: on.day, unhedged_since_ms: null })
    .where('id', '=', on.tradeId)
    .execute();
}

/** Ends a trade that holds nothing; everything is given back. */
export async function endWithoutPosition(
  tx: LedgerTx,
  tradeId: string,
  status: 'unfilled' | 'rejected' | 'not_sent',
  reading: ClockReading,
  failures: readonly Verdict[],
): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('trade')
    .set({ status, ended_at_ms: reading.atMs, failures: JSON.stringify(failures) })
    .where('id', '=', tradeId)
    .where('status', 'in', ['reserved', 'placing', 'one_legged'])
    .executeTakeFirst();
  if (numUpdatedRows > 0n) await releaseAll(tx, tradeId);
}
