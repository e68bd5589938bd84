/**
 * Holds reserve room in a counter or cash in an account before an order; every change of a hold
 * changes its target's row in the same transaction.
 */
import { sql } from 'kysely';
import { assert } from '../../domain/assert.ts';
import type { LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';

export interface HoldTarget {
  readonly kind: 'account' | 'counter';
  readonly id: string;
}

export interface OpenHold extends HoldTarget {
  readonly leg: number;
  readonly amount: number;
  /** What is neither captured nor released. */
  readonly remaining: number;
  readonly captured: number;
}

/**
 * Locks the counters of the trade's holds by id, before the first of them is changed: a verb that
 * took them one by one as it needs them would deadlock with a reservation. Accounts come after.
 */
export async function lockCountersOf(tx: LedgerTx, tradeId: string): Promise<void> {
  await sql`
    SELECT id FROM counter
    WHERE id IN (SELECT target FROM hold WHERE trade_id = ${tradeId} AND target_kind = 'counter')
    ORDER BY id FOR UPDATE`.execute(tx);
}

/** The trade's holds in the order in which their targets are locked: counters first, by id. */
export async function holdsOf(tx: LedgerTx, tradeId: string): Promise<OpenHold[]> {
  const rows = await tx
    .selectFrom('hold')
    .selectAll()
    .where('trade_id', '=', tradeId)
    .orderBy('target_kind', 'desc')
    .orderBy('target')
    .execute();
  return rows.map((row) => ({
    kind: row.target_kind,
    id: row.target,
    leg: row.leg,
    amount: toNumber(row.amount),
    captured: toNumber(row.captured),
    remaining: toNumber(row.amount - row.captured - row.released),
  }));
}

/**
 * Turns held into used. What goes beyond the hold is a venue's fact: it is used all the same, and
 * the counter's overrun rises to carry it.
 */
export async function captureHold(
  tx: LedgerTx,
  tradeId: string,
  hold: OpenHold,
  amount: number,
): Promise<void> {
  const fromHold = Math.min(amount, hold.remaining);
  await changeHold(tx, tradeId, hold, { captured: fromHold, released: 0 });
  await moveHeld(tx, hold, { held: -fromHold, used: hold.kind === 'counter' ? amount : 0 });
}

/** Gives back `amount` of what remains. */
export async function releaseHold(
  tx: LedgerTx,
  tradeId: string,
  hold: OpenHold,
  amount: number,
): Promise<void> {
  assert(amount >= 0 && amount <= hold.remaining, `release beyond the hold on ${hold.id}`);
  await changeHold(tx, tradeId, hold, { captured: 0, released: amount });
  await moveHeld(tx, hold, { held: -amount, used: 0 });
}

/** Holds more than was reserved: what a venue's fact put at risk beyond it, past the cap if need be. */
export async function extendHold(
  tx: LedgerTx,
  tradeId: string,
  hold: OpenHold,
  by: number,
): Promise<void> {
  await addToHold(tx, tradeId, hold, by);
  await moveHeld(tx, hold, { held: by, used: 0 });
}

/** A cap or the cash leaves no room for a larger hold. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
}

/**
 * Holds more than was reserved, within the target's cap or cash: what a hedge needs beyond it. The
 * trade's counters must be locked.
 * @throws NoRoom
 */
export async function extendHoldWithin(
  tx: LedgerTx,
  tradeId: string,
  hold: OpenHold,
  by: number,
): Promise<void> {
  const { rows } =
    hold.kind === 'account'
      ? await sql`UPDATE account SET held = held + ${by}
          WHERE id = ${hold.id} AND credits + held + ${by} <= debits
          RETURNING id`.execute(tx)
      : await sql`UPDATE counter SET held = held + ${by}
          WHERE id = ${hold.id} AND used + held + ${by} <= cap
          RETURNING id`.execute(tx);
  if (rows.length === 0) throw new NoRoom(`${hold.id} leaves no room for the hedge`);
  await addToHold(tx, tradeId, hold, by);
}

/** Takes back what a position used of a counter that counts what is open. */
export async function freeUsed(tx: LedgerTx, counter: string, amount: number): Promise<void> {
  await moveHeld(tx, { kind: 'counter', id: counter }, { held: 0, used: -amount });
}

/**
 * Moves a target's `held` and `used` after a fact, which may take it past its cap: the overrun is
 * what stands above, and shrinks again as room returns. Reservations do not come here: they leave
 * the overrun alone, so that the row's check refuses what goes beyond even if a rule were wrong.
 */
export async function moveHeld(
  tx: LedgerTx,
  target: HoldTarget,
  by: { held: number; used: number },
): Promise<void> {
  if (by.held === 0 && by.used === 0) return;
  if (target.kind === 'account') {
    await sql`UPDATE account SET held = held + ${by.held} WHERE id = ${target.id}`.execute(tx);
    return;
  }
  await sql`
    UPDATE counter SET
      held = held + ${by.held},
      used = used + ${by.used},
      overrun = greatest(0, used + ${by.used} + held + ${by.held} - cap)
    WHERE id = ${target.id}`.execute(tx);
}

async function changeHold(
  tx: LedgerTx,
  tradeId: string,
  hold: OpenHold,
  by: { captured: number; released: number },
): Promise<void> {
  if (by.captured === 0 && by.released === 0) return;
  await sql`
    UPDATE hold SET captured = captured + ${by.captured}, released = released + ${by.released}
    WHERE trade_id = ${tradeId} AND leg = ${hold.leg} AND target = ${hold.id}`.execute(tx);
}

async function addToHold(tx: LedgerTx, tradeId: string, hold: OpenHold, by: number): Promise<void> {
  await sql`
    UPDATE hold SET amount = amount + ${by}
    WHERE trade_id = ${tradeId} AND leg = ${hold.leg} AND target = ${hold.id}`.execute(tx);
}
