/** What becomes of one resting order when the exchange moves on. */
import { costCeil } from '../../domain/money.ts';
import type { FeeSchedule } from '../../domain/fees/schedule.ts';
import { takerFeeMax } from '../../domain/fees/schedule.ts';
import type { PriceMicros } from '../../domain/money.ts';
import { microContracts } from '../../domain/money.ts';
import { cashChangeOf, priceFills, quantityOf, remainingLevels, sideTaken, walk } from './book.ts';
import type { Owner } from './identity.ts';
import type { StoredOrder } from './orders.ts';
import type { EndReason } from './order-writes.ts';
import { updateOrder } from './order-writes.ts';
import type { Session } from './session.ts';
import { snapshotOf } from './snapshot.ts';
import type { MarketReading } from './source.ts';
import { changeHeld, lockAccount, moveCash, recordedAtMs, takenOf, writeFills } from './store.ts';

/**
 * What buying `quantity` can cost at most, fee included: reserved while the order rests.
 * @returns µ$; 0 for a sell, which needs a position instead
 */
export function worstCaseCost(options: {
  readonly action: 'buy' | 'sell';
  readonly schedule: FeeSchedule;
  readonly quantity: number;
  readonly limitPrice: PriceMicros;
}): number {
  if (options.action === 'sell' || options.quantity === 0) return 0;
  const quantity = microContracts(options.quantity);
  const { limitPrice, schedule } = options;
  return costCeil(quantity, limitPrice) + takerFeeMax(schedule, quantity, limitPrice);
}

/** Ends or matches one resting order; its market is locked, and open when `market` is given. */
export async function advanceResting(
  session: Session,
  owner: Owner,
  options: {
    readonly order: StoredOrder;
    readonly market: MarketReading | undefined;
    readonly closed: boolean;
    readonly nowMs: number;
  },
): Promise<void> {
  const { order, market, nowMs } = options;
  // What the book was before the expiry nobody saw: an expired order gets nothing of today's.
  if (nowMs > (order.restUntilMs ?? Infinity)) {
    await endOrder(session, owner, { order, endReason: 'expired', nowMs });
  } else if (options.closed) {
    await endOrder(session, owner, { order, endReason: 'market_closed', nowMs });
  } else if (market !== undefined) {
    await matchResting(session, owner, { order, market, nowMs });
  }
}

/** Ends a resting order as it stands and frees what it reserved; its market is locked. */
export async function endOrder(
  session: Session,
  owner: Owner,
  options: {
    readonly order: StoredOrder;
    readonly endReason: EndReason;
    readonly nowMs: number;
  },
): Promise<void> {
  const { order, endReason, nowMs } = options;
  await updateOrder(session, owner, order.clientOrderId, {
    filled: order.filled,
    fillCount: order.fillCount,
    feeCarryMicros: order.feeCarryMicros,
    reservedMicros: 0,
    matchedSnapshotId: order.matchedSnapshotId,
    endReason,
    nowMs,
  });
}

async function matchResting(
  session: Session,
  owner: Owner,
  options: {
    readonly order: StoredOrder;
    readonly market: MarketReading;
    readonly nowMs: number;
  },
): Promise<void> {
  const { order, market, nowMs } = options;
  const { action, fees: schedule, limitPrice, marketId, outcome } = order;
  const half = { outcome, side: sideTaken(action) };
  const snapshot = snapshotOf(owner, marketId, { market, half });
  if (snapshot === undefined || snapshot.snapshotId === order.matchedSnapshotId) return;
  const levels = remainingLevels(snapshot.levels, await takenOf(session, snapshot.snapshotId));
  const wanted = Math.min(order.quantity, order.fillMax ?? order.quantity) - order.filled;
  const taken = walk({ action, limitPrice, quantity: wanted, levels });
  const { fills, carry } = priceFills({
    action,
    schedule,
    role: 'maker',
    carry: order.feeCarryMicros,
    taken,
  });
  const filledNow = quantityOf(fills);
  const filled = order.filled + filledNow;
  const rest = order.quantity - filled;

  const account = await lockAccount(session, owner);
  const changeMicros = cashChangeOf(fills);
  const reservedMicros = worstCaseCost({ action, schedule, quantity: rest, limitPrice });
  const reservedByOthers = account.reservedMicros - order.reservedMicros;
  // Only roundings of very many small fills can come to more than was reserved; others' money is
  // never touched for them.
  if (account.cashMicros + changeMicros < reservedByOthers + reservedMicros) {
    await endOrder(session, owner, { order, endReason: 'cash_short', nowMs });
    return;
  }
  await updateOrder(session, owner, order.clientOrderId, {
    filled,
    fillCount: order.fillCount + fills.length,
    feeCarryMicros: carry,
    reservedMicros,
    matchedSnapshotId: snapshot.snapshotId,
    endReason: rest === 0 ? 'filled' : undefined,
    nowMs,
  });
  if (fills.length === 0) return;
  const recorded = recordedAtMs(account, nowMs);
  await writeFills(session, owner, { order, fills, snapshot, nowMs, recordedAtMs: recorded });
  await moveCash(session, owner, { changeMicros, recordedAtMs: recorded });
  const changeMicroContracts = action === 'buy' ? filledNow : -filledNow;
  await changeHeld(session, owner, { marketId, outcome, changeMicroContracts });
}
