/** The passing of time: orders expire and stop waiting, trades are mined, results become final. */
import type { Due } from '../engine/dues.ts';
import { runDues } from '../engine/dues.ts';
import { matchOrder } from './placing.ts';
import { resolveProposed } from './resolution.ts';
import type { Order } from './records.ts';
import type { ExchangeState } from './state.ts';
import { marketOf, openOrders } from './state.ts';
import { endOrder } from './trading.ts';
import { stepTrade } from './trades.ts';

/** Lets time pass up to `toMs`, each thing at its own time. */
export function advance(state: ExchangeState, toMs: number): void {
  runDues(state, toMs, () => [...ordersDue(state), ...tradesDue(state), ...othersDue(state)]);
}

function ordersDue(state: ExchangeState): Due[] {
  return openOrders(state, () => true).flatMap((order) => {
    const { expiresAtMs, delayedUntilMs } = order;
    const market = marketOf(state, order.conditionId);
    const dues: Due[] = [];
    if (expiresAtMs !== undefined) {
      dues.push({ atMs: expiresAtMs, run: () => void endOrder(state, market, order, 'CANCELED') });
    }
    if (delayedUntilMs !== undefined) {
      dues.push({ atMs: delayedUntilMs, run: () => void matchOrder(state, market, order) });
    }
    return dues;
  });
}

function tradesDue(state: ExchangeState): Due[] {
  return [...state.moving].flatMap((id) => {
    const trade = state.trades.get(id)!.now;
    return trade.stepAtMs === undefined
      ? []
      : [{ atMs: trade.stepAtMs, run: () => stepTrade(state, trade) }];
  });
}

function othersDue(state: ExchangeState): Due[] {
  const resolving = [...state.markets.values()].flatMap((market) =>
    market.resolvesAtMs === undefined
      ? []
      : [{ atMs: market.resolvesAtMs, run: () => resolveProposed(state, market) }],
  );
  const silent = [...state.heartbeats].map(([owner, { diesAtMs }]) => ({
    atMs: diesAtMs,
    run: () => {
      state.heartbeats.delete(owner);
      const mine = (order: Order): boolean => order.owner === owner && order.status !== 'DELAYED';
      for (const order of openOrders(state, mine)) {
        endOrder(state, marketOf(state, order.conditionId), order, 'CANCELED');
      }
    },
  }));
  return [...resolving, ...silent];
}
