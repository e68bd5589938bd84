/** Everything the exchange holds, for the checkers of a run: the truth, without any lag. */
import { moneyText } from './format.ts';
import { marketView } from './market-views.ts';
import type { ExchangeState } from './state.ts';
import { HOUSE } from './state.ts';
import { fillView, orderView, positionsAt, positionView, settlementView } from './views.ts';

/** What `GET /admin/records` tells. Rows are the venue's own JSON, with whose they are. */
export interface KalshiRecords {
  readonly orders: readonly Record<string, unknown>[];
  readonly fills: readonly Record<string, unknown>[];
  readonly positions: readonly Record<string, unknown>[];
  readonly settlements: readonly Record<string, unknown>[];
  readonly balances: readonly Record<string, unknown>[];
  readonly markets: readonly Record<string, unknown>[];
}

/** Reads the whole exchange; hidden and lagging rows are in it. */
export function recordsOf(state: ExchangeState): KalshiRecords {
  const clients = [...state.wallets.values()].filter(({ userId }) => userId !== HOUSE);
  const whose = ({ userId, subaccount }: { userId: string; subaccount: number }) => ({
    user_id: userId,
    subaccount_number: subaccount,
  });
  return {
    orders: [...state.orders.values()].map(({ order }) => orderView(order)),
    fills: state.fills.map((fill) => ({
      ...fillView(fill),
      ...whose(fill),
      client_order_id: fill.clientOrderId,
    })),
    positions: clients.flatMap((wallet) =>
      positionsAt(state, wallet, Number.MAX_SAFE_INTEGER).map((one) => ({
        ...positionView(one),
        ...whose(wallet),
      })),
    ),
    settlements: state.settlements.map((row) => ({ ...settlementView(row), ...whose(row) })),
    balances: clients.flatMap((wallet) =>
      [...wallet.cash].map(([shard, cash]) => ({
        ...whose(wallet),
        exchange_index: shard,
        balance_dollars: moneyText(cash),
      })),
    ),
    markets: [...state.markets.values()].map((market) => marketView(state, market)),
  };
}
