/** What a fill of ours moves: its order, its leg, the limits, the accounts, and then its trade. */
import { sql } from 'kysely';
import type { ClockReading } from '../../domain/clock.ts';
import { isLossCounter, isTradesCounter } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import { formatUsd } from '../../domain/decimal.ts';
import type { Transfer } from '../../domain/ledger-entries.ts';
import { buyEntries, revertEntries, sellEntries } from '../../domain/ledger-entries.ts';
import type { VenueFill } from '../../domain/market.ts';
import { micros, proceedsFloor } from '../../domain/money.ts';
import type { LegEffect } from '../../domain/position.ts';
import { paidFor, positionRisk } from '../../domain/position.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerTx } from '../database.ts';
import { captureHold, freeUsed, holdsOf } from './holds.ts';
import { movePlacing } from './placing.ts';
import { changePosition, countLoss, positionsOf, setRisk } from './positions.ts';
import { post, postedUnder } from './postings.ts';
import { breakOn, reopen } from './reverted-fill.ts';

/** A fill and the day it is booked on. */
export interface At {
  readonly book: Book;
  readonly venue: VenueId;
  readonly fill: VenueFill;
  readonly day: UtcDate;
  readonly reading: ClockReading;
}
/** The same with the order it belongs to. */
export interface OwnFill extends At {
  readonly order: OwnOrder;
}
/** The order a fill belongs to, and where that stands in its trade. */
export interface OwnOrder {
  readonly id: string;
  readonly trade_id: string;
  readonly leg: number;
}

/** Books a fill of ours with what it does to its leg. */
export async function bookOwnFill(
  tx: LedgerTx,
  own: OwnFill,
  { effect }: { effect: LegEffect },
): Promise<void> {
  const { fill, order, reading } = own;
  const on = { tradeId: order.trade_id, book: own.book, day: own.day };
  await changeOrder(tx, own);
  const isLate = await adoptIfLate(tx, own);
  await changePosition(tx, { tradeId: order.trade_id, leg: order.leg }, effect);
  const beyond = await moveLimits(tx, on, order, effect);
  const overdrawn = await post(tx, await entriesOf(tx, own, effect), {
    day: own.day,
    recordedAtMs: reading.atMs,
    tradeId: order.trade_id,
    venueAtMs: fill.filledAtMs,
  });
  if (isLate) {
    const id = `${fill.fillId} of trade ${order.trade_id}`;
    await breakOn(tx, own, `fill ${id} came after the venue had called its order final: adopted`);
  } else if (beyond > 0 || overdrawn > 0) {
    await breakOn(
      tx,
      own,
      `fill ${fill.fillId} of trade ${order.trade_id} took ${formatUsd(Math.max(beyond, overdrawn))} more than was held`,
    );
  }
  if (fill.reverts !== undefined) await reopen(tx, own);
  await movePlacing(tx, on, reading);
}

async function changeOrder(tx: LedgerTx, { fill, order }: OwnFill): Promise<void> {
  const booked = fill.reverts === undefined ? fill.quantity : 0 - fill.quantity;
  await tx
    .updateTable('venue_order')
    .set((eb) => ({
      booked_quantity: eb('booked_quantity', '+', BigInt(booked)),
      venue_order_id: fill.venueOrderId,
    }))
    .where('id', '=', order.id)
    .execute();
}

/**
 * The venue fills more of an order than its last word said: its word was wrong. The order came to
 * what it filled, and a trade that had ended with nothing goes on with what it holds now.
 */
async function adoptIfLate(tx: LedgerTx, { fill, order }: OwnFill): Promise<boolean> {
  if (fill.reverts !== undefined) return false;
  const { numUpdatedRows } = await tx
    .updateTable('venue_order')
    .set((eb) => ({ state: 'done', final_quantity: eb.ref('booked_quantity') }))
    .where('id', '=', order.id)
    .where('state', 'in', ['done', 'rejected', 'notSent'])
    .where(sql<boolean>`booked_quantity > coalesce(final_quantity, 0)`)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await tx
    .updateTable('trade')
    .set({ status: 'placing', ended_at_ms: null, ended_day: null, failures: '[]' })
    .where('id', '=', order.trade_id)
    .where('status', 'in', ['unfilled', 'rejected', 'not_sent'])
    .execute();
  return true;
}

async function entriesOf(tx: LedgerTx, own: OwnFill, effect: LegEffect): Promise<Transfer[]> {
  const { book, venue, fill } = own;
  const at = {
    book,
    venue,
    market: fill.marketId,
    outcome: fill.outcome,
    fillId: fill.fillId,
    feeMicros: fill.feeMicros,
  };
  if (fill.reverts !== undefined) {
    return revertEntries(
      at,
      await postedUnder(tx, own.order.trade_id, `fill/${book}/${venue}/${fill.reverts}/`),
    );
  }
  if (fill.action === 'buy') return buyEntries({ ...at, costMicros: micros(effect.cost) });
  const proceedsMicros = proceedsFloor(fill.quantity, fill.priceMicros);
  return sellEntries({ ...at, costShareMicros: micros(-effect.cost), proceedsMicros });
}

/**
 * What a fill does to the limits. A bought one turns what it cost from held into used; a sold one
 * gives back what its contracts used and counts its loss today; a reversal does the opposite. The
 * position's risk stays held, and grows with a leg that has cost more than was reserved.
 * @returns µ$ spent beyond the cash hold, 0 as a rule
 */
async function moveLimits(
  tx: LedgerTx,
  on: { tradeId: string; book: Book; day: UtcDate },
  order: OwnOrder,
  effect: LegEffect,
): Promise<number> {
  const used = paidFor(effect);
  const holds = (await holdsOf(tx, order.trade_id)).filter(
    (hold) => hold.leg === order.leg && !isTradesCounter(hold.id) && !isLossCounter(hold.id),
  );
  let beyond = 0;
  for (const hold of holds) {
    const isCash = hold.kind === 'account';
    if (used > 0 && effect.sold === 0) {
      if (isCash) beyond = Math.max(0, used - hold.remaining);
      await captureHold(tx, order.trade_id, hold, used);
    } else if (!isCash) await freeUsed(tx, hold.id, -used);
  }
  if (effect.sold > 0) await countLoss(tx, on, Math.max(0, -effect.realised));
  await raiseRisk(tx, on);
  return beyond;
}

/** A position that may lose more than is held for it: the hold grows, whatever the cap says. */
async function raiseRisk(
  tx: LedgerTx,
  on: { tradeId: string; book: Book; day: UtcDate },
): Promise<void> {
  const held = (await holdsOf(tx, on.tradeId)).find(
    (hold) => isLossCounter(hold.id) && hold.remaining > 0,
  );
  const legs = await positionsOf(tx, on.tradeId);
  const risk = positionRisk(legs);
  if (risk > (held?.remaining ?? 0)) await setRisk(tx, on, risk);
}
