/** Pays a market's holdings, once; an amended result after that pays the difference. */
import type { PriceMicros } from '../../domain/money.ts';
import { micros } from '../../domain/money.ts';
import { payoutOf } from './holdings.ts';
import type { Market, MarketResult, SettlementRow, Wallet } from './records.ts';
import type { ExchangeState } from './state.ts';
import { HOUSE, moveCash, nextSequence } from './state.ts';

/** What a wallet was paid for a market so far; cents. */
function paidBefore(state: ExchangeState, wallet: Wallet, ticker: string): number {
  const last = state.settlements.findLast(
    (row) =>
      row.ticker === ticker && row.userId === wallet.userId && row.subaccount === wallet.subaccount,
  );
  return last?.revenueCents ?? 0;
}

/**
 * Pays every wallet for what it holds of a market, less what it was paid before, and writes a row
 * for each. A wallet that traded and holds nothing gets a row with a revenue of 0.
 */
export function payHoldings(
  state: ExchangeState,
  market: Market,
  result: Exclude<MarketResult, ''>,
  valueMicros: PriceMicros,
): void {
  for (const wallet of state.wallets.values()) {
    const holding = wallet.holdings.get(market.ticker);
    if (holding === undefined) continue;
    const { revenueCents } = payoutOf(holding, valueMicros);
    const owed = (revenueCents - paidBefore(state, wallet, market.ticker)) * 10_000;
    moveCash(wallet, market.shard, micros(owed), state.nowMs);
    if (wallet.userId === HOUSE) wallet.holdings.delete(market.ticker);
    else
      state.settlements.push(
        rowOf(state, market, wallet, { result, valueMicros, holding, revenueCents }),
      );
  }
}

function rowOf(
  state: ExchangeState,
  market: Market,
  wallet: Wallet,
  paid: Pick<SettlementRow, 'result' | 'valueMicros' | 'holding' | 'revenueCents'>,
): SettlementRow {
  return {
    ...paid,
    ticker: market.ticker,
    eventTicker: market.eventTicker,
    shard: market.shard,
    userId: wallet.userId,
    subaccount: wallet.subaccount,
    settledAtMs: state.nowMs,
    sequence: nextSequence(state),
  };
}
