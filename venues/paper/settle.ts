/** Pays out a market whose result is known, once and for ever. */
import { assert } from '../../domain/assert.ts';
import { proceedsFloor } from '../../domain/money.ts';
import type { MarketResult } from '../venue.ts';
import type { Owner } from './identity.ts';
import { settlementIdOf } from './identity.ts';
import type { Session } from './session.ts';
import { lockAccount, lockMarket, moveCash, recordedAtMs } from './store.ts';

/** Records the final result of a locked, unsettled market, and pays what is held. */
export async function settle(
  session: Session,
  owner: Owner,
  options: {
    readonly marketId: string;
    readonly result: MarketResult;
    readonly nowMs: number;
  },
): Promise<void> {
  const { marketId, nowMs } = options;
  const { payoutMicros: payout, settledAtMs } = options.result;
  // Read again: matching in this transaction may have changed what is held.
  const locked = await lockMarket(session, owner, marketId);
  assert(locked !== undefined && !locked.settled, `${marketId} is locked and not settled`);
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
      settlementIdOf(owner, marketId),
      owner.book,
      owner.venue,
      marketId,
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
    [owner.book, owner.venue, marketId],
  );
  await moveCash(session, owner, { changeMicros: paidMicros, recordedAtMs: recorded });
}
