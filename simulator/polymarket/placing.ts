/** Takes an order: whose it is, its terms, its balance, matching, resting. */
import type { MicroContracts } from '../../domain/money.ts';
import { microContracts } from '../../domain/money.ts';
import type { Terms } from './amounts.ts';
import { termsOf } from './amounts.ts';
import { KILLED, refusals } from './errors.ts';
import { requireTakers } from './modes.ts';
import type { OrderPayload } from './order-request.ts';
import { signedPart } from './order-request.ts';
import type { OrderPlan } from './plan.ts';
import { planOrder } from './plan.ts';
import type { Account, Market, Order, TokenIndex } from './records.ts';
import { bookSideOf } from './records.ts';
import { orderHash } from './signing.ts';
import type { ExchangeState } from './state.ts';
import {
  emit,
  nextSequence,
  openOrders,
  saveOrder,
  tokenPrice,
  tokensOf,
  walletOf,
  worth,
} from './state.ts';
import { endOrder, execute, takerFee } from './trading.ts';

/** Such an order must live at least this long when it comes. @source reference §2.3 */
const GTD_LIFE_MIN_MS = 180_000;
/** The venue expires it this long before the second it names. */
const GTD_EARLY_MS = 60_000;
const DOLLAR = 1_000_000;

/** A body and who signed it, if anybody could be made out. */
export interface SignedPayload {
  readonly payload: OrderPayload;
  readonly signer: string | undefined;
}

/**
 * Places an order.
 * @returns the order as it is after matching
 * @throws PolymarketRefusal; only one that is told after the books were looked at keeps its id
 */
export function placeOrder(
  state: ExchangeState,
  account: Account,
  { payload, signer }: SignedPayload,
): Order {
  requireOwner(account, payload);
  const { market, token } = marketFor(state, payload.order.tokenId);
  if (signer !== account.address) throw refusals.signature();
  const orderId = orderHash(signedPart(payload), market.negRisk);
  if (state.orders.has(orderId)) throw refusals.duplicated(orderId);
  if (!market.accepting || market.closedAtMs !== undefined) throw refusals.notReady();
  const terms = termsOf(market, orderId, payload);
  const expiresAtMs = expiryOf(state, payload);
  if (payload.postOnly === true && !rests(payload)) throw refusals.postOnlyType();
  const order = newOrder(state, account, market, { payload, token, orderId, terms, expiresAtMs });
  const plan = planOrder(market, order);
  const takes = plan.executions.length > 0;
  if (takes || !rests(payload)) requireTakers(state);
  if (takes && order.side === 'BUY' && terms.dollarsMicros < DOLLAR) {
    throw refusals.dollarMinimum(terms.dollarsMicros);
  }
  requireBalance(state, account, market, { order, terms, plan });
  if (payload.postOnly === true && takes) {
    saveOrder(state, { ...order, status: 'INVALID' }, 'CANCELLATION');
    throw refusals.postOnlyCross();
  }
  return accept(state, market, order, takes);
}

/** @throws PolymarketRefusal where body, account and signature type do not fit */
function requireOwner(account: Account, { owner, order }: OrderPayload): void {
  const { address, funder, signatureType } = account;
  if (owner !== account.owner) throw refusals.owner();
  if (account.banned) throw refusals.banned(address);
  if (account.closedOnly && order.side === 'BUY') throw refusals.closedOnly(address);
  if (order.signatureType !== signatureType) {
    throw signatureType === 3 ? refusals.maker() : refusals.signer();
  }
  const wanted = signatureType === 3 ? funder : address;
  if (order.signer.toLowerCase() !== wanted) throw refusals.signer();
  if (order.maker.toLowerCase() !== funder) throw refusals.maker();
}

/** @throws PolymarketRefusal 404 where the CLOB knows no such token */
function marketFor(state: ExchangeState, tokenId: string): { market: Market; token: TokenIndex } {
  const found = state.tokens.get(tokenId);
  if (found === undefined || found.market.clobFromMs > state.nowMs) throw refusals.marketNotFound();
  return found;
}

const rests = ({ orderType }: OrderPayload): boolean => orderType === 'GTC' || orderType === 'GTD';

function expiryOf(
  { nowMs }: ExchangeState,
  { orderType, order }: OrderPayload,
): number | undefined {
  const atMs = Number(order.expiration) * 1000;
  if (orderType !== 'GTD') {
    if (atMs !== 0) throw refusals.expiration();
    return undefined;
  }
  if (atMs < nowMs + GTD_LIFE_MIN_MS) throw refusals.expiration();
  return atMs - GTD_EARLY_MS;
}

interface NewOrder {
  readonly payload: OrderPayload;
  readonly token: TokenIndex;
  readonly orderId: string;
  readonly terms: Terms;
  readonly expiresAtMs: number | undefined;
}

function newOrder(
  state: ExchangeState,
  { owner, funder }: Account,
  { conditionId }: Market,
  { payload, token, orderId, terms, expiresAtMs }: NewOrder,
): Order {
  const { dollarsMicros: _told, ...rest } = terms;
  return {
    ...rest,
    orderId,
    owner,
    funder,
    conditionId,
    token,
    side: payload.order.side,
    orderType: payload.orderType,
    matched: microContracts(0),
    matchedMicros: 0,
    status: 'LIVE',
    tradeIds: [],
    expiration: Number(payload.order.expiration),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    createdAtMs: state.nowMs,
    sequence: nextSequence(state),
    hiddenUntilMs: 0,
    fate: 'confirm',
  };
}

/**
 * Checks what the wallet has, less what its open orders of the market ask for and what is stuck.
 * @throws PolymarketRefusal 400
 */
function requireBalance(
  state: ExchangeState,
  account: Account,
  market: Market,
  { order, terms, plan }: { order: Order; terms: Terms; plan: OrderPlan },
): void {
  const { side, token, owner, size } = order;
  const open = openOrders(
    state,
    (one) =>
      one.owner === owner &&
      one.conditionId === market.conditionId &&
      one.side === side &&
      (side === 'BUY' || one.token === token) &&
      !plan.cancelled.includes(one.orderId),
  );
  const wallet = walletOf(state, owner);
  const fees = side === 'BUY' ? feesOf(state, market, order, plan) : 0;
  const amount = side === 'BUY' ? terms.dollarsMicros + fees : size;
  const active = open.reduce((sum, one) => sum + claimOf(one), 0);
  const stuck = side === 'BUY' ? account.stuckMicros : 0;
  const balance = side === 'BUY' ? wallet.cash : tokensOf(wallet, market.tokenIds[token]).held;
  if (!account.allowed) throw refusals.allowance(amount);
  if (balance - active - stuck < amount) throw refusals.balance(balance, active, stuck, amount);
}

/** What an open order may still ask for: µ$ of a buy, micro-shares of a sale. */
function claimOf({ side, size, matched, price, budgetMicros }: Order): number {
  if (side === 'SELL') return size - matched;
  return budgetMicros ?? worth(size - matched, price);
}

function feesOf(
  state: ExchangeState,
  market: Market,
  { token }: Order,
  { executions }: OrderPlan,
): number {
  const byPrice = new Map<number, number>();
  for (const { price, quantity } of executions) {
    byPrice.set(price, (byPrice.get(price) ?? 0) + quantity);
  }
  return [...byPrice].reduce(
    (sum, [price, quantity]) =>
      sum + takerFee(state, market, quantity as MicroContracts, tokenPrice(price, token)),
    0,
  );
}

/** Registers an order that has passed, and matches it now or after the market's delay. */
function accept(state: ExchangeState, market: Market, order: Order, takes: boolean): Order {
  const { hideNext, fateNext, delayNext } = state.switches;
  const hidden = draw(hideNext);
  const delayMs = draw(delayNext) ? delayNext.delayMs : takes ? market.secondsDelay * 1000 : 0;
  const placed: Order = {
    ...order,
    hiddenUntilMs: hidden ? state.nowMs + hideNext.hiddenMs : 0,
    fate: draw(fateNext) ? fateNext.fate : 'confirm',
    ...(delayMs === 0 ? {} : { status: 'DELAYED', delayedUntilMs: state.nowMs + delayMs }),
  };
  saveOrder(state, placed, 'PLACEMENT');
  return delayMs === 0 ? matchOrder(state, market, placed) : placed;
}

function draw(next: { count: number }): boolean {
  if (next.count === 0) return false;
  next.count -= 1;
  return true;
}

/** Matches an order that is in; what is left rests, or ends. */
export function matchOrder(state: ExchangeState, market: Market, waiting: Order): Order {
  const { delayedUntilMs, ...order } = waiting;
  const plan = planOrder(market, order);
  const { orderType } = order;
  const killed =
    (orderType === 'FOK' && !plan.whole) || (orderType === 'FAK' && plan.executions.length === 0);
  if (killed) {
    const reason = KILLED[orderType];
    return saveOrder(state, { ...order, status: 'CANCELED', reason }, 'CANCELLATION');
  }
  for (const id of plan.cancelled) {
    const own = state.orders.get(id)?.now;
    if (own !== undefined) endOrder(state, market, own, 'CANCELED');
  }
  const { quantity, micros, tradeIds } = execute(state, market, order, plan.executions);
  const matched = microContracts(order.matched + quantity);
  const after: Order = {
    ...order,
    matched,
    matchedMicros: order.matchedMicros + micros,
    tradeIds: [...order.tradeIds, ...tradeIds],
  };
  const done = order.budgetMicros === undefined ? matched === order.size : plan.whole;
  if (done) return saveOrder(state, { ...after, status: 'MATCHED' }, 'UPDATE');
  if (orderType === 'FOK' || orderType === 'FAK') {
    return saveOrder(state, { ...after, status: 'CANCELED' }, 'CANCELLATION');
  }
  // An order that was held back and found nobody rests under another word.
  const status = delayedUntilMs !== undefined && quantity === 0 ? 'UNMATCHED' : 'LIVE';
  const resting = saveOrder(state, { ...after, status }, 'UPDATE');
  const { orderId, owner, side, token, price, size } = resting;
  market.book.add({
    id: orderId,
    userId: owner,
    side: bookSideOf(side, token),
    price: tokenPrice(price, token),
    remaining: microContracts(size - matched),
  });
  emit(state, { kind: 'book', market });
  return resting;
}
