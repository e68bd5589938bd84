/** Pays out a market whose result is known, once and for ever. */
import type { PaperMarket } from '../../contracts/paper-file.ts';
import { assert } from '../../domain/assert.ts';
import { proceedsFloor } from '../../domain/money.ts';
import type { Owner } from './identity.ts';
import { settlementIdOf } from './identity.ts';
import { payoutOf, resultAtMs } from './listing.ts';
import type { Session } from './session.ts';
import { lockAccount, lockMarket, moveCash, recordedAtMs } from './store.ts';

/**
 * Records the result of a locked, unsettled market when its time has come, and pays what is held.
 * @returns whether the market is settled now
 */
export async function settle(
  session: Session,
  owner: Owner,
  options: {
    readonly market: PaperMarket;
    readonly listedAtMs: number;
    readonly nowMs: number;
  },
): Promise<boolean> {
  const { market, nowMs } = options;
  const settledAtMs = resultAtMs(market, options.listedAtMs);
  const payout = payoutOf(market);
  if (settledAtMs === undefined || payout === undefined || nowMs < settledAtMs) return false;
  // Read again: matching in this transaction may have changed what is held.
  const locked = await lockMarket(session, owner, market.id);
  assert(locked !== undefined && !locked.settled, `${market.id} is locked and not settled`);
  const account = await lockAccount(session, owner);
  const recorded = recordedAtMs(account, nowMs);
  const [held0, held1] = locked.held;
  const paidMicros = proceedsFloor(held0, payout[0]) + proceedsFloor(held1, payout[1]);
  await session.rows(
    `INSERT INTO paper_exchange.settlement (settlement_id, book, venue, market_id,
       payout_0_micros, payout_1_micros, held_0_micro_contracts, held_1_micro_contracts,
       paid_micros, settled_at_ms, recorded_at_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      settlementIdOf(owner, market.id),
      owner.book,
      owner.venue,
      market.id,
      payout[0],
      payout[1],
      held0,
      held1,
      paidMicros,
      settledAtMs,
      recorded,
    ],
  );
  await session.rows(
    `UPDATE paper_exchange.market
     SET settled = true, held_0_micro_contracts = 0, held_1_micro_contracts = 0
     WHERE book = $1 AND venue = $2 AND market_id = $3`,
    [owner.book, owner.venue, market.id],
  );
  await moveCash(session, owner, { changeMicros: paidMicros, recordedAtMs: recorded });
  return true;
}
