/** The simulated exchange's whole state, and the small steps everything else is made of. */
import { createHash } from 'node:crypto';
import { assert } from '../../domain/assert.ts';
import type { PriceMicros } from '../../domain/money.ts';
import { MICROS_PER_UNIT, priceMicros } from '../../domain/money.ts';
import { IdSource } from '../engine/ids.ts';
import { Timeline } from '../engine/timeline.ts';
import type { Mode } from './modes.ts';
import type {
  Account,
  ExchangeEvent,
  Market,
  Order,
  OrderEventType,
  Redemption,
  TokenIndex,
  Tokens,
  Trade,
  Wallet,
} from './records.ts';

/** Owner of the liquidity that the admin port scripts, in the form of an API key. */
export const HOUSE = '00000000-0000-0000-0000-00000000c10b';
/** The house's wallet. */
export const HOUSE_ADDRESS = `0x${'c10b'.padStart(40, '0')}`;

interface Told<Value> {
  now: Value;
  readonly told: Timeline<Value>;
}

/** What the admin port turns. */
export interface Switches {
  mode: Mode;
  /** Unix ms; absent: until it is changed. */
  modeUntilMs: number | undefined;
  /** How long after a restart only orders that rest are taken. */
  postOnlyMs: number;
  geoblock: { blocked: boolean; country: string; region: string };
  /** What `/version` tells. */
  version: number;
  /** Reads of an account answer as of this long ago. */
  lagMs: number;
  /** The Data API is slower. */
  dataLagMs: number;
  /** Rows on a page of a list. */
  pageSize: number;
  /** From the match. */
  minedMs: number;
  confirmedMs: number;
  /** How a killed order is told: its id with the words, no id with the words, or a 400. */
  killedAs: 'order' | 'empty' | 'error';
  /** Whether a read of a killed order finds it. */
  killedShown: boolean;
  feeRounding: 'nearest' | 'up';
  /** Whether the limiter refuses, or only warns. */
  limitsEnforced: boolean;
  /** The next orders created are not told for this long. */
  hideNext: { count: number; hiddenMs: number };
  /** The fate of the next orders' trades. */
  fateNext: { count: number; fate: Order['fate'] };
  /** The next orders are held back this long, whatever their market says. */
  delayNext: { count: number; delayMs: number };
}

/** Everything there is. `nowMs` moves only in `advance`. */
export interface ExchangeState {
  nowMs: number;
  sequence: number;
  readonly seed: string;
  readonly ids: IdSource;
  /** By API key. */
  readonly accounts: Map<string, Account>;
  /** By owner. */
  readonly wallets: Map<string, Wallet>;
  /** By condition id. */
  readonly markets: Map<string, Market>;
  /** Condition ids by slug. */
  readonly slugs: Map<string, string>;
  /** Market and place of each token id. */
  readonly tokens: Map<string, { readonly market: Market; readonly token: TokenIndex }>;
  readonly orders: Map<string, Told<Order>>;
  /** Ids of orders that are live or delayed. */
  readonly open: Set<string>;
  readonly trades: Map<string, Told<Trade>>;
  /** Ids of trades that are not final. */
  readonly moving: Set<string>;
  readonly redemptions: Redemption[];
  /** What each owner's last heartbeat was. */
  readonly heartbeats: Map<string, { readonly heartbeatId: string; readonly diesAtMs: number }>;
  readonly listeners: Set<(event: ExchangeEvent) => void>;
  readonly switches: Switches;
}

/** An exchange without markets or accounts. */
export function newExchange(seed: string, nowMs: number): ExchangeState {
  return {
    nowMs,
    sequence: 0,
    seed,
    ids: new IdSource(seed),
    accounts: new Map(),
    wallets: new Map(),
    markets: new Map(),
    slugs: new Map(),
    tokens: new Map(),
    orders: new Map(),
    open: new Set(),
    trades: new Map(),
    moving: new Set(),
    redemptions: [],
    heartbeats: new Map(),
    listeners: new Set(),
    switches: {
      mode: 'normal',
      modeUntilMs: undefined,
      postOnlyMs: 120_000,
      geoblock: { blocked: false, country: 'CH', region: 'ZH' },
      version: 2,
      lagMs: 0,
      dataLagMs: 0,
      pageSize: 100,
      minedMs: 1500,
      confirmedMs: 3000,
      killedAs: 'order',
      killedShown: true,
      feeRounding: 'nearest',
      limitsEnforced: true,
      hideNext: { count: 0, hiddenMs: 0 },
      fateNext: { count: 0, fate: 'fail' },
      delayNext: { count: 0, delayMs: 0 },
    },
  };
}

/** The next number of the exchange's one sequence. */
export function nextSequence(state: ExchangeState): number {
  state.sequence += 1;
  return state.sequence;
}

/** 32 bytes in hex, the same for the same text. */
export function hash32(text: string): string {
  return `0x${createHash('sha256').update(text).digest('hex')}`;
}

/** An owner's wallet, made where there is none. */
export function walletOf(state: ExchangeState, owner: string): Wallet {
  const found = state.wallets.get(owner);
  if (found !== undefined) return found;
  const wallet: Wallet = { cash: 0, tokens: new Map(), told: new Map() };
  state.wallets.set(owner, wallet);
  return wallet;
}

/** Notes a balance for later reads. @param asset a token id, or `''` for pUSD */
function tell(state: ExchangeState, wallet: Wallet, asset: string, value: number): void {
  const told = wallet.told.get(asset) ?? new Timeline<number>();
  wallet.told.set(asset, told);
  told.push(value, state.nowMs);
}

/** Adds pUSD to a wallet, or takes it, µ$. */
export function moveCash(state: ExchangeState, owner: string, byMicros: number): void {
  const wallet = walletOf(state, owner);
  assert(Number.isSafeInteger(wallet.cash + byMicros), 'cash leaves the safe integers');
  wallet.cash += byMicros;
  tell(state, wallet, '', wallet.cash);
}

const NO_TOKENS: Tokens = { held: 0, pending: 0 };

/** What a wallet has of a token. */
export function tokensOf(wallet: Wallet, tokenId: string): Tokens {
  return wallet.tokens.get(tokenId) ?? NO_TOKENS;
}

/** Adds tokens to a wallet, or takes them. */
export function moveTokens(
  state: ExchangeState,
  owner: string,
  tokenId: string,
  by: Partial<Tokens>,
): void {
  const wallet = walletOf(state, owner);
  const { held, pending } = tokensOf(wallet, tokenId);
  const after = { held: held + (by.held ?? 0), pending: pending + (by.pending ?? 0) };
  wallet.tokens.set(tokenId, after);
  tell(state, wallet, tokenId, after.held);
}

/** Keeps an order's new state, also for later reads. @returns it */
export function saveOrder(state: ExchangeState, order: Order, type: OrderEventType): Order {
  const entry = state.orders.get(order.orderId) ?? { now: order, told: new Timeline<Order>() };
  entry.now = order;
  entry.told.push(order, Math.max(state.nowMs, order.hiddenUntilMs));
  state.orders.set(order.orderId, entry);
  const { status } = order;
  if (status === 'LIVE' || status === 'UNMATCHED' || status === 'DELAYED') {
    state.open.add(order.orderId);
  } else {
    state.open.delete(order.orderId);
  }
  if (order.hiddenUntilMs <= state.nowMs) emit(state, { kind: 'order', order, type });
  return order;
}

/** Every open order that `wanted` picks, in the order of their making. */
export function openOrders(state: ExchangeState, wanted: (order: Order) => boolean): Order[] {
  return [...state.open].flatMap((id) => {
    const order = state.orders.get(id)?.now;
    return order !== undefined && wanted(order) ? [order] : [];
  });
}

/** Keeps a trade's new state, also for later reads. @returns it */
export function saveTrade(state: ExchangeState, trade: Trade): Trade {
  const entry = state.trades.get(trade.tradeId) ?? { now: trade, told: new Timeline<Trade>() };
  entry.now = trade;
  entry.told.push(trade, Math.max(state.nowMs, trade.hiddenUntilMs));
  state.trades.set(trade.tradeId, entry);
  if (trade.stepAtMs === undefined) state.moving.delete(trade.tradeId);
  else state.moving.add(trade.tradeId);
  if (trade.hiddenUntilMs <= state.nowMs) emit(state, { kind: 'trade', trade });
  return trade;
}

/** A market that is there. @throws AssertionError */
export function marketOf(state: ExchangeState, conditionId: string): Market {
  const market = state.markets.get(conditionId);
  assert(market !== undefined, `no market ${conditionId}`);
  return market;
}

/** A token's price from the price of YES, and back. */
export function tokenPrice(yesPrice: number, token: TokenIndex): PriceMicros {
  return priceMicros(token === 0 ? yesPrice : MICROS_PER_UNIT - yesPrice);
}

/** What `quantity` micro-shares at a price are worth, µ$; exact on the grid of 0.01 shares. */
export function worth(quantity: number, price: number): number {
  return (quantity / 10_000) * (price / 100);
}

/** Tells the listeners. */
export function emit(state: ExchangeState, event: ExchangeEvent): void {
  for (const listener of state.listeners) listener(event);
}
