/** How a market ends: closed, proposed, disputed, voted on, resolved, amended. @source reference §3.3 */
import { formatDecimal } from '../../domain/decimal.ts';
import { MICROS_PER_UNIT, priceMicros } from '../../domain/money.ts';
import type { Account, Market, Payouts, Redemption } from './records.ts';
import type { ExchangeState } from './state.ts';
import {
  emit,
  hash32,
  moveCash,
  moveTokens,
  nextSequence,
  openOrders,
  tokensOf,
  walletOf,
  worth,
} from './state.ts';
import { endOrder } from './trading.ts';

/** A vote of token holders takes about four days. @source reference §3.3 */
const VOTE_MS = 96 * 3_600_000;

/** The three results there are: either outcome, or half each. @throws Error for any other */
export function payoutsOf(first: number): Payouts {
  if (first !== 0 && first !== MICROS_PER_UNIT && first !== MICROS_PER_UNIT / 2) {
    throw new Error(`Polymarket pays 1, 0 or 0.5 a share, not ${formatDecimal(first)}`);
  }
  return [priceMicros(first), priceMicros(MICROS_PER_UNIT - first)];
}

/** Ends trading without a result: closed is not resolved. Open orders go. */
export function closeMarket(state: ExchangeState, market: Market): void {
  if (market.closedAtMs !== undefined) return;
  market.closedAtMs = state.nowMs;
  market.accepting = false;
  const open = openOrders(state, ({ conditionId }) => conditionId === market.conditionId);
  for (const order of open) endOrder(state, market, order, 'CANCELED_MARKET_RESOLVED');
  market.book.clearHouse();
  emit(state, { kind: 'book', market });
}

function say(market: Market, uma: 'proposed' | 'disputed' | 'resolved'): void {
  market.uma = uma;
  market.umaHistory = [...market.umaHistory, uma];
}

function requireOpen({ slug, payouts }: Market): void {
  if (payouts !== undefined)
    throw new Error(`market ${slug} is resolved; amend changes its result`);
}

/** Proposes a result: it becomes final after the challenge period unless somebody disputes it. */
export function propose(state: ExchangeState, market: Market, payouts: Payouts): void {
  requireOpen(market);
  market.proposed = payouts;
  market.resolvesAtMs = state.nowMs + market.livenessMs;
  say(market, 'proposed');
}

/**
 * Disputes a proposal. The first time somebody has to propose again; the second time the vote
 * decides, after four days by itself for what was proposed last, or by `resolve`.
 * @throws Error where nothing is proposed
 */
export function dispute(state: ExchangeState, market: Market): void {
  requireOpen(market);
  if (market.uma !== 'proposed') throw new Error(`market ${market.slug}: nothing is proposed`);
  say(market, 'disputed');
  delete market.resolvesAtMs;
  const disputes = market.umaHistory.filter((word) => word === 'disputed').length;
  if (disputes > 1) market.resolvesAtMs = state.nowMs + VOTE_MS;
}

/** Makes a result final: orders go, and tokens can be redeemed for what they pay. */
export function resolve(state: ExchangeState, market: Market, payouts: Payouts): void {
  requireOpen(market);
  closeMarket(state, market);
  delete market.resolvesAtMs;
  market.payouts = payouts;
  say(market, 'resolved');
  emit(state, { kind: 'resolved', market });
}

/** What a due proposal or vote does. */
export function resolveProposed(state: ExchangeState, market: Market): void {
  if (market.proposed !== undefined) resolve(state, market, market.proposed);
}

/** Tells another result than before; what was redeemed stays redeemed. @throws Error before there is one */
export function amend(state: ExchangeState, market: Market, payouts: Payouts): void {
  if (market.payouts === undefined) throw new Error(`market ${market.slug} is not resolved`);
  market.payouts = payouts;
  emit(state, { kind: 'resolved', market });
}

/**
 * Redeems all that an account holds of a resolved market; worthless tokens pay nothing and go too.
 * @returns the redemption, or undefined where nothing is held
 * @throws Error before there is a result
 */
export function redeem(
  state: ExchangeState,
  account: Pick<Account, 'owner' | 'funder'>,
  market: Market,
): Redemption | undefined {
  const { payouts, conditionId } = market;
  if (payouts === undefined) throw new Error(`market ${market.slug} is not resolved`);
  const { owner, funder } = account;
  let amountMicros = 0;
  let quantity = 0;
  for (const token of [0, 1] as const) {
    const tokenId = market.tokenIds[token];
    const { held } = tokensOf(walletOf(state, owner), tokenId);
    if (held === 0) continue;
    amountMicros += worth(held, payouts[token]);
    quantity += held;
    moveTokens(state, owner, tokenId, { held: -held });
  }
  if (quantity === 0) return undefined;
  moveCash(state, owner, amountMicros);
  const redemption = {
    owner,
    funder,
    conditionId,
    amountMicros,
    quantity,
    atMs: state.nowMs,
    transactionHash: hash32(`redeem ${state.seed} ${nextSequence(state)}`),
  };
  state.redemptions.push(redemption);
  return redemption;
}
