/**
 * Takes fills back that a script lets fail, as a Polymarket trade that was MATCHED and then FAILED.
 * A fill is taken back whole or not at all: bought contracts only as far as they are still held and
 * not offered by a resting order, proceeds of a sale only as far as cash is free. Whatever was
 * settled before stays.
 */
import { assert } from '../../domain/assert.ts';
import type { OutcomeIndex } from '../../domain/venue-id.ts';
import type { Owner } from './identity.ts';
import { revertIdOf } from './identity.ts';
import { offeredForSale } from './orders.ts';
import type { Int8, Session } from './session.ts';
import { changeHeld, lockAccount, lockMarket, moveCash, recordedAtMs, safe } from './store.ts';

interface DueRow {
  readonly fill_id: string;
  readonly client_order_id: string;
  readonly outcome: OutcomeIndex;
  readonly action: 'buy' | 'sell';
  readonly quantity_micro_contracts: Int8;
  readonly cash_change_micros: Int8;
  readonly due_at_ms: Int8;
}

/** The markets of whose fills some are due to be taken back at `nowMs`; all or the one named. */
export async function marketsWithReverts(
  session: Session,
  owner: Owner,
  options: { readonly marketId: string | undefined; readonly nowMs: number },
): Promise<string[]> {
  const rows = await session.rows<{ market_id: string }>(
    `SELECT DISTINCT market_id FROM paper_exchange.scheduled_revert
     WHERE book = $1 AND venue = $2 AND outcome IS NULL AND due_at_ms <= $3
       AND ($4::text IS NULL OR market_id = $4)`,
    [owner.book, owner.venue, options.nowMs, options.marketId ?? null],
  );
  return rows.map((row) => row.market_id);
}

/** Takes back what is due up to `untilMs` on a locked market, oldest first. */
export async function revertFills(
  session: Session,
  owner: Owner,
  options: { readonly marketId: string; readonly untilMs: number; readonly nowMs: number },
): Promise<void> {
  const { marketId, untilMs, nowMs } = options;
  const due = await session.rows<DueRow>(
    `SELECT f.fill_id, f.client_order_id, f.outcome, f.action, f.quantity_micro_contracts,
       f.cash_change_micros, r.due_at_ms
     FROM paper_exchange.scheduled_revert r JOIN paper_exchange.fill f USING (fill_id)
     WHERE r.book = $1 AND r.venue = $2 AND r.market_id = $3 AND r.outcome IS NULL
       AND r.due_at_ms <= $4
     ORDER BY r.due_at_ms, f.recorded_at_ms, f.venue_order_id, length(f.fill_id), f.fill_id`,
    [owner.book, owner.venue, marketId, untilMs],
  );
  for (const fill of due) {
    const possible = await canTakeBack(session, owner, marketId, fill);
    if (possible) await takeBack(session, owner, { marketId, fill, nowMs });
    await session.rows(
      'UPDATE paper_exchange.scheduled_revert SET outcome = $2 WHERE fill_id = $1',
      [fill.fill_id, possible ? 'taken_back' : 'kept'],
    );
  }
}

/** Lets every fill of a settled market stand: what was paid for is not taken back. */
export async function keepFills(session: Session, owner: Owner, marketId: string): Promise<void> {
  await session.rows(
    `UPDATE paper_exchange.scheduled_revert SET outcome = 'kept'
     WHERE book = $1 AND venue = $2 AND market_id = $3 AND outcome IS NULL`,
    [owner.book, owner.venue, marketId],
  );
}

async function canTakeBack(
  session: Session,
  owner: Owner,
  marketId: string,
  fill: DueRow,
): Promise<boolean> {
  if (fill.action === 'sell') {
    const { cashMicros, reservedMicros } = await lockAccount(session, owner);
    return cashMicros - reservedMicros >= safe(fill.cash_change_micros);
  }
  const locked = await lockMarket(session, owner, marketId);
  assert(locked !== undefined, `${marketId} is locked`);
  const { outcome } = fill;
  const offered = await offeredForSale(session, owner, { marketId, outcome });
  return locked.held[outcome] - offered >= safe(fill.quantity_micro_contracts);
}

async function takeBack(
  session: Session,
  owner: Owner,
  options: { readonly marketId: string; readonly fill: DueRow; readonly nowMs: number },
): Promise<void> {
  const { marketId, fill } = options;
  const account = await lockAccount(session, owner);
  const recorded = recordedAtMs(account, options.nowMs);
  await session.rows(
    `INSERT INTO paper_exchange.fill (fill_id, reverts, cash_change_micros, filled_at_ms,
       recorded_at_ms, book, venue, client_order_id, venue_order_id, market_id, outcome, action,
       quantity_micro_contracts, price_micros, fee_micros, snapshot_id)
     SELECT $2, fill_id, -cash_change_micros, $3, $4, book, venue, client_order_id, venue_order_id,
       market_id, outcome, action, quantity_micro_contracts, price_micros, fee_micros, snapshot_id
     FROM paper_exchange.fill WHERE fill_id = $1`,
    [fill.fill_id, revertIdOf(fill.fill_id), safe(fill.due_at_ms), recorded],
  );
  await session.rows(
    `UPDATE paper_exchange.client_order
     SET reverted_micro_contracts = reverted_micro_contracts + $4::bigint
     WHERE book = $1 AND venue = $2 AND client_order_id = $3`,
    [owner.book, owner.venue, fill.client_order_id, safe(fill.quantity_micro_contracts)],
  );
  const changeMicros = 0 - safe(fill.cash_change_micros);
  await moveCash(session, owner, { changeMicros, recordedAtMs: recorded });
  const quantity = safe(fill.quantity_micro_contracts);
  const changeMicroContracts = fill.action === 'buy' ? -quantity : quantity;
  await changeHeld(session, owner, { marketId, outcome: fill.outcome, changeMicroContracts });
}
