/** A fill that failed after it was booked, and one that no leg can take. */
import { formatDecimal, formatUsd } from '../../domain/decimal.ts';
import { suspenseEntries } from '../../domain/ledger-entries.ts';
import type { VenueFill } from '../../domain/market.ts';
import type { Micros } from '../../domain/money.ts';
import {
  costCeil,
  proceedsFloor,
  subtractMicros,
  sumMicros,
  ZERO_MICROS,
} from '../../domain/money.ts';
import { nextOrderState } from '../../domain/order-machine.ts';
import type { LedgerTx } from '../database.ts';
import { raiseAlert } from './alerts.ts';
import { recordDiscrepancy } from './discrepancies.ts';
import type { At, OwnFill } from './own-fill.ts';
import { post } from './postings.ts';
import { revertedKey } from './one-legged.ts';
import { tradeChanged } from './watch.ts';

/** A fill failed after all: its order is asked again what it came to, and its trade is driven. */
export async function reopen(tx: LedgerTx, own: OwnFill): Promise<void> {
  const { book, venue, fill, order, reading } = own;
  const { state } = await tx
    .selectFrom('venue_order')
    .select('state')
    .where('id', '=', order.id)
    .executeTakeFirstOrThrow();
  const next = nextOrderState(state, { type: 'order.reverted' });
  if (next !== undefined) {
    await tx.updateTable('venue_order').set({ state: next }).where('id', '=', order.id).execute();
  }
  // The clock of a rest that was carried since long ago is not the new difference's.
  await tx
    .updateTable('trade')
    .set({ status: 'placing', unhedged_since_ms: null })
    .where('id', '=', order.trade_id)
    .where('status', '=', 'open')
    .execute();
  const tradeId = order.trade_id;
  const detail = `fill ${fill.reverts ?? ''} of ${tradeId} failed: ${formatDecimal(fill.quantity)} contracts are gone`;
  const key = revertedKey(tradeId);
  await raiseAlert(tx, { code: 'FILL_REVERTED', key, book, tradeId, detail }, reading);
  await tradeChanged(tx, { book, venue, tradeId }, reading);
}

/** A fill that no leg can take moved cash all the same: booked in suspense, and a person looks. */
export async function bookUnwanted(tx: LedgerTx, own: OwnFill): Promise<void> {
  const { book, venue, fill, order, day, reading } = own;
  const cashMicros = cashMovedBy(fill);
  await post(tx, suspenseEntries({ book, venue, fillId: fill.fillId, cashMicros }), {
    day,
    recordedAtMs: reading.atMs,
    tradeId: order.trade_id,
    venueAtMs: fill.filledAtMs,
  });
  const what =
    fill.reverts === undefined
      ? `fill ${fill.fillId} of trade ${order.trade_id} came when its leg was paid or held too little`
      : `fill ${fill.reverts} of trade ${order.trade_id} failed after its contracts were gone`;
  await breakOn(tx, own, `${what}: ${formatUsd(cashMicros)} is in suspense`);
}

/** µ$ a fill, or its reversal, brought into cash; below zero where it took them. */
function cashMovedBy({ action, quantity, priceMicros, feeMicros, reverts }: VenueFill): Micros {
  const spent = sumMicros([costCeil(quantity, priceMicros), feeMicros]);
  const brought = subtractMicros(proceedsFloor(quantity, priceMicros), feeMicros);
  if (action === 'buy') return reverts === undefined ? negated(spent) : spent;
  return reverts === undefined ? brought : negated(brought);
}

function negated(amount: Micros): Micros {
  return subtractMicros(ZERO_MICROS, amount);
}

/** A discrepancy found while a fill was booked. */
export function breakOn(tx: LedgerTx, at: At, detail: string): Promise<void> {
  const { book, venue, fill, day, reading } = at;
  return recordDiscrepancy(tx, { book, venue, id: `fill/${fill.fillId}`, detail, day, reading });
}
