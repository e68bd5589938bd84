/** The life of a trade after its match: mined, confirmed, retried, or undone. @source reference §2.7 */
import type { Leg, Trade } from './records.ts';
import type { ExchangeState } from './state.ts';
import {
  hash32,
  HOUSE,
  marketOf,
  moveCash,
  saveTrade,
  tokensOf,
  walletOf,
  worth,
} from './state.ts';
import { moveLeg } from './trading.ts';

/** A trade's next step, when its time has come. */
export function stepTrade(state: ExchangeState, trade: Trade): void {
  const { minedMs, confirmedMs } = state.switches;
  const laterMs = Math.max(0, confirmedMs - minedMs);
  switch (trade.status) {
    case 'MATCHED':
      if (trade.fate === 'confirm') mine(state, trade, laterMs);
      else change(state, trade, { status: 'RETRYING', transactionHash: hashOf(trade, 1) }, laterMs);
      return;
    case 'RETRYING':
      if (trade.fate === 'fail' && canRevert(state, trade)) failTrade(state, trade);
      else mine(state, trade, laterMs);
      return;
    case 'MINED':
      change(state, trade, { status: 'CONFIRMED' });
      return;
    case 'CONFIRMED':
    case 'FAILED':
  }
}

function hashOf({ tradeId }: Trade, attempt: number): string {
  return hash32(`transaction ${tradeId} ${attempt}`);
}

function change(
  state: ExchangeState,
  trade: Trade,
  changes: Partial<Trade>,
  laterMs?: number,
): Trade {
  const { stepAtMs: _done, ...rest } = trade;
  const updatedAtMs = state.nowMs;
  const next = laterMs === undefined ? {} : { stepAtMs: state.nowMs + laterMs };
  return saveTrade(state, { ...rest, ...changes, updatedAtMs, ...next });
}

const legsOf = ({ taker, makers }: Trade): readonly Leg[] => [taker, ...makers];

function mine(state: ExchangeState, trade: Trade, laterMs: number): void {
  const market = marketOf(state, trade.conditionId);
  for (const leg of legsOf(trade)) moveLeg(state, market, leg, 'mine');
  const attempt = trade.status === 'RETRYING' ? 2 : 1;
  change(state, trade, { status: 'MINED', transactionHash: hashOf(trade, attempt) }, laterMs);
}

/** Whether nobody has spent what the trade gave them. */
function canRevert(state: ExchangeState, trade: Trade): boolean {
  const market = marketOf(state, trade.conditionId);
  return legsOf(trade).every(({ owner, token, side, price, quantity }) => {
    if (owner === HOUSE) return true;
    const wallet = walletOf(state, owner);
    if (side === 'SELL') return wallet.cash >= worth(quantity, price);
    const { held, pending } = tokensOf(wallet, market.tokenIds[token]);
    return (trade.status === 'MINED' ? held : pending) >= quantity;
  });
}

/**
 * Undoes a trade: everybody has what they had, fees too, and the orders stay as matched as they
 * were told to be.
 * @throws Error where the trade is final, or what it gave is spent
 */
export function failTrade(state: ExchangeState, trade: Trade): Trade {
  if (trade.status === 'CONFIRMED' || trade.status === 'FAILED') {
    throw new Error(`trade ${trade.tradeId} is ${trade.status}`);
  }
  if (!canRevert(state, trade)) {
    throw new Error(`trade ${trade.tradeId}: what it gave is spent already`);
  }
  const market = marketOf(state, trade.conditionId);
  for (const leg of legsOf(trade)) {
    if (trade.status === 'MINED') moveBack(state, market.tokenIds[leg.token], leg);
    moveLeg(state, market, leg, 'revert');
  }
  if (trade.feeMicros > 0) moveCash(state, trade.taker.owner, trade.feeMicros);
  return change(state, trade, {
    status: 'FAILED',
    transactionHash: '',
    error: 'TRADE_FAILED: transaction reverted',
  });
}

/** Makes mined tokens pending again. */
function moveBack(state: ExchangeState, tokenId: string, { owner, side, quantity }: Leg): void {
  if (side !== 'BUY') return;
  const { tokens } = walletOf(state, owner);
  const { held, pending } = tokensOf(walletOf(state, owner), tokenId);
  tokens.set(tokenId, { held: held - quantity, pending: pending + quantity });
}
