/** The simulated exchange's whole state, and the small steps everything else is made of. */
import type { MicroContracts, Micros } from '../../domain/money.ts';
import { micros, ZERO_MICROS } from '../../domain/money.ts';
import { IdSource } from '../engine/ids.ts';
import { Timeline } from '../engine/timeline.ts';
import { unrecorded } from './errors.ts';
import type {
  ApiKey,
  ExchangeEvent,
  Fill,
  Market,
  Order,
  OrderGroup,
  SettlementRow,
  User,
  Wallet,
} from './records.ts';

/** The shards of reference/kalshi.md §0: default, combos, crypto, tennis and baseball. */
export const SHARDS = [0, 1, 2, 3] as const;

/** Owner of the liquidity that the admin port scripts. */
export const HOUSE = 'house';

/** An order and its history. */
interface OrderEntry {
  order: Order;
  readonly told: Timeline<Order>;
}

/** A change of a series' fees, as `/series/fee_changes` lists it. */
export interface FeeChange {
  readonly id: string;
  readonly series_ticker: string;
  readonly fee_type: string;
  readonly fee_multiplier: number;
  readonly scheduledAtMs: number;
}

/** Everything there is. `nowMs` moves only in `advance`. */
export interface ExchangeState {
  nowMs: number;
  sequence: number;
  readonly ids: IdSource;
  readonly keys: Map<string, ApiKey>;
  readonly users: Map<string, User>;
  readonly wallets: Map<string, Wallet>;
  readonly series: Map<string, Record<string, unknown>>;
  readonly events: Map<string, Record<string, unknown>>;
  readonly feeChanges: FeeChange[];
  readonly markets: Map<string, Market>;
  readonly orders: Map<string, OrderEntry>;
  readonly resting: Set<string>;
  /** `user client_order_id` → order id; never forgotten. */
  readonly clientIds: Map<string, string>;
  readonly fills: Fill[];
  readonly settlements: SettlementRow[];
  readonly groups: Map<string, OrderGroup>;
  /** Until when what a wallet places is cancelled too, after a cancel-all. */
  readonly cancelAllUntil: Map<string, number>;
  readonly listeners: Set<(event: ExchangeEvent) => void>;
  readonly switches: Switches;
}

/** What the admin port turns. */
export interface Switches {
  /** Reads of orders, fills, positions, settlements and balances answer as of this long ago. */
  lagMs: number;
  /** Off as a rule: a run at a Thursday night's time is no surprise. */
  schedule: boolean;
  readonly exchange: Map<number, boolean>;
  readonly trading: Map<number, boolean>;
  /** Shards whose orders with `cancel_order_on_pause` were cancelled in the pause that is on. */
  readonly swept: Set<number>;
  /** A pause of all shards that ends by itself. */
  pausedUntilMs: number;
  resumeAtMs: number | undefined;
  /** The next orders created are not told for this long. */
  hideNext: { count: number; hiddenMs: number };
  /** What a FOK that finds too little is answered with; nobody recorded it. */
  fokMiss: 'canceled' | 'rejected';
  /** What was final before is told by `/historical` only. Unix ms. */
  archivedBeforeMs: number;
}

/** An exchange without markets or users. */
export function newExchange(seed: string, nowMs: number): ExchangeState {
  const all = () => new Map<number, boolean>(SHARDS.map((shard) => [shard, true]));
  return {
    nowMs,
    sequence: 0,
    ids: new IdSource(seed),
    keys: new Map(),
    users: new Map(),
    wallets: new Map(),
    series: new Map(),
    events: new Map(),
    feeChanges: [],
    markets: new Map(),
    orders: new Map(),
    resting: new Set(),
    clientIds: new Map(),
    fills: [],
    settlements: [],
    groups: new Map(),
    cancelAllUntil: new Map(),
    listeners: new Set(),
    switches: {
      lagMs: 0,
      schedule: false,
      exchange: all(),
      trading: all(),
      swept: new Set(),
      pausedUntilMs: 0,
      resumeAtMs: undefined,
      hideNext: { count: 0, hiddenMs: 0 },
      fokMiss: 'canceled',
      archivedBeforeMs: 0,
    },
  };
}

/** The next number of the exchange's one sequence. */
export function nextSequence(state: ExchangeState): number {
  state.sequence += 1;
  return state.sequence;
}

/** Where a wallet is kept. */
export function walletKey(userId: string, subaccount: number): string {
  return `${userId}/${subaccount}`;
}

/** A user's wallet; made empty where it is new. */
export function walletOf(state: ExchangeState, userId: string, subaccount: number): Wallet {
  const key = walletKey(userId, subaccount);
  const found = state.wallets.get(key);
  if (found !== undefined) return found;
  const wallet: Wallet = {
    userId,
    subaccount,
    cash: new Map(),
    cashTold: new Map(),
    holdings: new Map(),
  };
  state.wallets.set(key, wallet);
  return wallet;
}

/** Moves a wallet's cash on a shard; reads tell it from `shownAtMs` on. */
export function moveCash(wallet: Wallet, shard: number, amount: number, shownAtMs: number): void {
  const next = micros((wallet.cash.get(shard) ?? ZERO_MICROS) + amount);
  wallet.cash.set(shard, next);
  const told = wallet.cashTold.get(shard) ?? new Timeline<Micros>();
  told.push(next, shownAtMs);
  wallet.cashTold.set(shard, told);
}

/** A market by ticker. @throws KalshiRefusal 404 */
export function marketOf(state: ExchangeState, ticker: string): Market {
  const market = state.markets.get(ticker);
  if (market === undefined) throw unrecorded.marketNotFound();
  return market;
}

/** Stores an order's new version and tells it. */
export function saveOrder(state: ExchangeState, order: Order): Order {
  const saved: Order = { ...order, updatedAtMs: state.nowMs };
  const entry = state.orders.get(saved.orderId) ?? { order: saved, told: new Timeline<Order>() };
  entry.order = saved;
  entry.told.push(saved, Math.max(state.nowMs, saved.hiddenUntilMs));
  state.orders.set(saved.orderId, entry);
  if (saved.status === 'resting') state.resting.add(saved.orderId);
  else state.resting.delete(saved.orderId);
  if (saved.hiddenUntilMs <= state.nowMs) emit(state, { kind: 'order', order: saved });
  return saved;
}

/** Ends an order's rest. @returns what was taken off the book */
export function cancelResting(state: ExchangeState, orderId: string): MicroContracts {
  const order = state.orders.get(orderId)?.order;
  if (order === undefined || order.status !== 'resting') return 0 as MicroContracts;
  const market = marketOf(state, order.ticker);
  market.book.remove(orderId);
  saveOrder(state, { ...order, status: 'canceled', remaining: 0 as MicroContracts });
  emit(state, { kind: 'book', market });
  return order.remaining;
}

/** Every resting order that `wanted` picks, in the order of their making. */
export function restingOrders(state: ExchangeState, wanted: (order: Order) => boolean): Order[] {
  return [...state.resting].flatMap((id) => {
    const order = state.orders.get(id)?.order;
    return order !== undefined && wanted(order) ? [order] : [];
  });
}

/** Tells the listeners. */
export function emit(state: ExchangeState, event: ExchangeEvent): void {
  for (const listener of state.listeners) listener(event);
}
