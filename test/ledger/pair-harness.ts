/** A pair's life in one line a step: its orders, their answers, fills and reversals, its results. */
import type { VenueFill } from '../../domain/market.ts';
import type { OrderKind } from '../../domain/desk.ts';
import { micros, priceMicros } from '../../domain/money.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import type { OrderOutcome, OrderStanding } from '../../ledger/verbs/outcomes.ts';
import type { LegOrder, PermitOutcome, StoreOutcome } from '../../ledger/verbs/orders.ts';
import { balanceOf, counterOf } from './books-in-sql.ts';
import type { LedgerUnderTest } from './harness.ts';
import { codesOf, contracts, equal, matches, usd } from './harness.ts';
import type { PairWish } from './pair-wishes.ts';
import { proposePair, registerPair } from './pair-wishes.ts';
import { settlementOf } from './wishes.ts';

/** Kalshi's leg and Polymarket's, which is sent first. */
export const [KALSHI, POLYMARKET] = [0, 1] as const;
export const VENUES: readonly VenueId[] = ['kalshi', 'polymarket'];

/** An order of a leg; whole contracts, dollars a contract. */
export interface Sent {
  readonly kind: OrderKind;
  readonly leg: number;
  readonly quantity: number;
  readonly price: number;
  readonly attempt?: number;
  readonly resolutionId?: string;
}

/** Registers and proposes a pair, which must be accepted: 100 at 0.48 on Kalshi, 0.46 on Polymarket. */
export async function acceptPair(
  it: LedgerUnderTest,
  id: string,
  wish: PairWish = {},
): Promise<void> {
  await registerPair(it, wish.name ?? id);
  equal(codesOf(await proposePair(it, id, wish)), ['accepted']);
}

export async function orderOf(it: LedgerUnderTest, id: string, sent: Sent): Promise<LegOrder> {
  const { kind, quantity, price, resolutionId } = sent;
  return {
    ...(await it.ledger.readLegOrder(id, sent.leg, sent.attempt ?? 0)),
    kind,
    quantity: contracts(quantity),
    limitPrice: priceMicros(Math.round(price * 1_000_000)),
    resolutionId,
  };
}

/** Stores identity and bytes. */
export async function store(it: LedgerUnderTest, id: string, sent: Sent): Promise<StoreOutcome> {
  const order = await orderOf(it, id, sent);
  const request = {
    action: sent.kind === 'exit' ? 'sell' : 'buy',
    quantity: order.quantity,
    limitPrice: order.limitPrice,
  };
  return it.ledger.storeOrder(order, { request, wire: `wire ${order.orderId}` }, it.reading());
}

export async function permit(it: LedgerUnderTest, id: string, sent: Sent): Promise<PermitOutcome> {
  const { orderId, desk, kind, resolutionId } = await orderOf(it, id, sent);
  return it.ledger.grantPermit({ orderId, desk, kind, resolutionId }, it.reading());
}

/** Stores an order and gets its permit. */
export async function send(it: LedgerUnderTest, id: string, sent: Sent): Promise<void> {
  equal(await store(it, id, sent), { kind: 'stored' });
  matches(await permit(it, id, sent), { kind: 'granted' });
}

/** Books an order's final answer: whole contracts at dollars a contract. */
export function answer(
  it: LedgerUnderTest,
  id: string,
  sent: Pick<Sent, 'leg' | 'attempt' | 'price'>,
  filled: number,
): Promise<OrderStanding> {
  return hear(it, id, sent, {
    event: { type: 'order.finished' },
    detail: 'finished',
    finalQuantity: contracts(filled),
    ...(filled === 0 ? {} : { averagePrice: priceMicros(Math.round(sent.price * 1_000_000)) }),
  });
}

/** Books any outcome of an order. */
export async function hear(
  it: LedgerUnderTest,
  id: string,
  { leg, attempt = 0 }: Pick<Sent, 'leg' | 'attempt'>,
  outcome: OrderOutcome,
): Promise<OrderStanding> {
  const { orderId } = await it.ledger.readLegOrder(id, leg, attempt);
  return it.ledger.bookOutcome(orderId, outcome, it.reading());
}

/** A fill of an order as its venue tells it; `name` makes its id. */
export async function fillAt(
  it: LedgerUnderTest,
  id: string,
  sent: Sent,
  quantity: number,
  { name = 'f', fee = 0 }: { name?: string; fee?: number } = {},
): Promise<{ venue: VenueId; fill: VenueFill }> {
  const { leg, attempt = 0, kind } = sent;
  const order = await it.ledger.readLegOrder(id, leg, attempt);
  return {
    venue: order.venue,
    fill: {
      fillId: `${name}/${id}/${leg}/${attempt}`,
      venueOrderId: `venue-${order.orderId}`,
      clientOrderId: order.orderId,
      marketId: order.market,
      outcome: order.outcome,
      action: kind === 'exit' ? 'sell' : 'buy',
      quantity: contracts(quantity),
      priceMicros: priceMicros(Math.round(sent.price * 1_000_000)),
      feeMicros: micros(Math.round(fee * 1_000_000)),
      filledAtMs: it.reading().atMs,
    },
  };
}

export function book(
  it: LedgerUnderTest,
  { venue, fill }: { venue: VenueId; fill: VenueFill },
): Promise<boolean> {
  return it.ledger.bookFill('paper', venue, fill, it.reading());
}

/** The venue's record that takes a fill back. */
export function reversalOf(
  { venue, fill }: { venue: VenueId; fill: VenueFill },
  fillId = `reversal/${fill.fillId}`,
): { venue: VenueId; fill: VenueFill } {
  return { venue, fill: { ...fill, fillId, reverts: fill.fillId } };
}

/** Sends an order, books one fill of `quantity` at its price, then its final answer. */
export async function trade(
  it: LedgerUnderTest,
  id: string,
  sent: Sent,
  { filled = sent.quantity, fee = 0 }: { filled?: number; fee?: number } = {},
): Promise<OrderStanding> {
  await send(it, id, sent);
  if (filled > 0) equal(await book(it, await fillAt(it, id, sent, filled, { fee })), true);
  return answer(it, id, sent, filled);
}

/** The usual two orders of `acceptPair`. */
export const ENTRY: Sent = { kind: 'entry', leg: POLYMARKET, quantity: 100, price: 0.46 };
export const HEDGE: Sent = { kind: 'hedge', leg: KALSHI, quantity: 100, price: 0.48 };

/** A pair of 100 at 0.48 + 0.46, both legs filled: $94, which pays $100. */
export async function openPair(
  it: LedgerUnderTest,
  id: string,
  wish: PairWish = {},
): Promise<void> {
  await acceptPair(it, id, wish);
  await trade(it, id, ENTRY);
  matches(await trade(it, id, HEDGE), { orderState: 'done', tradeStatus: 'open' });
}

/** A pair whose first leg filled 100 and whose hedge `hedged`: the rest is naked. */
export async function nakedPair(it: LedgerUnderTest, id: string, hedged = 0): Promise<void> {
  await acceptPair(it, id);
  await trade(it, id, ENTRY);
  matches(await trade(it, id, HEDGE, { filled: hedged }), { tradeStatus: 'placing' });
}

export function strand(it: LedgerUnderTest, id: string): Promise<void> {
  const found = { why: 'no offer', detail: 'naked: 100' };
  return it.ledger.strandTrade(id, found, it.reading());
}

/** Stores a leg's final result: what its `yes` pays. */
export async function result(
  it: LedgerUnderTest,
  id: string,
  leg: number,
  payoutYes: number,
): Promise<void> {
  const { venue, market } = await it.ledger.readLegOrder(id, leg);
  const fact = settlementOf(market, payoutYes, it.reading().atMs);
  equal(await it.ledger.storeSettlement({ book: 'paper', venue }, fact, it.reading()), true);
}

/** What is held and used, in dollars; only what is not zero. */
export async function amounts(it: LedgerUnderTest, name: string, day: string) {
  const counters = {
    exposure: 'paper/exposure',
    event: `paper/event/EVENT-${name}`,
    kalshi: `paper/market/kalshi/K-${name}`,
    polymarket: `paper/market/polymarket/P-${name}`,
    loss: `paper/loss/${day}`,
  };
  const rows = await Promise.all(
    Object.entries(counters).map(async ([label, id]) => {
      const { used, held } = await counterOf(it.db, id);
      return [label, [used / 1_000_000, held / 1_000_000]] as const;
    }),
  );
  const { used, held } = await counterOf(it.db, `paper/trades/${day}`);
  const cash = await Promise.all(
    VENUES.map(async (venue) => {
      const { balance, held: kept } = await balanceOf(it.db, `paper/${venue}/cash`);
      return [`${venue}Cash`, [(balance - usd(10_000)) / 1_000_000, kept / 1_000_000]] as const;
    }),
  );
  return Object.fromEntries([...rows, ['trades', [used, held]] as const, ...cash]);
}

/** The trade's row. */
export function rowOf(it: LedgerUnderTest, id: string) {
  return it.db.selectFrom('trade').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** Balances by account, in dollars, but those that are zero. */
export async function balances(it: LedgerUnderTest): Promise<Record<string, number>> {
  const rows = await it.db.selectFrom('account').selectAll().orderBy('id').execute();
  return Object.fromEntries(
    rows
      .map((row) => [row.id.slice('paper/'.length), Number(row.debits - row.credits) / 1_000_000])
      .filter(([, amount]) => amount !== 0),
  ) as Record<string, number>;
}
