/** Facts for tests: proposals, markets, fills and results with plain numbers and no fees. */
import type { FeeSchedule } from '../../domain/fees/schedule.ts';
import type { Limits } from '../../domain/limits.ts';
import type { MicroContracts, Micros, PriceMicros } from '../../domain/money.ts';
import { microContracts, micros, priceMicros } from '../../domain/money.ts';
import type { Proposal } from '../../domain/proposal.ts';
import type { OutcomeIndex, VenueId } from '../../domain/venue-id.ts';
import type { FetchedFacts } from '../../ledger/verbs/facts.ts';
import type { VenueFill } from '../../domain/market.ts';
import type { LegOrder } from '../../ledger/verbs/orders.ts';
import type { VenueSettlement } from '../../domain/market.ts';

/** What a trade is to be; the default is 100 contracts at 0.50, $50, on a market of its own. */
export interface Wish {
  readonly venue?: VenueId;
  readonly market?: string;
  readonly event?: string;
  readonly strategy?: string;
  readonly outcome?: 'yes' | 'no';
  /** Whole contracts. */
  readonly quantity?: number;
  /** Dollars a contract. */
  readonly price?: number;
  /** Dollars a contract is believed to be worth; 0.10 above the price where absent. */
  readonly fairPrice?: number;
  readonly fees?: FeeSchedule;
  /** When the result is expected; absent means unknown. */
  readonly settlesAt?: string;
  readonly expiresAt?: string;
}

const NO_FEES: FeeSchedule = { kind: 'polymarket', rateMillionths: 0 };

export function usd(dollars: number): Micros {
  return micros(Math.round(dollars * 1_000_000));
}

export function contracts(count: number): MicroContracts {
  return microContracts(Math.round(count * 1_000_000));
}

function price(dollars: number): PriceMicros {
  return priceMicros(Math.round(dollars * 1_000_000));
}

/** Limits that stand in no test's way, but for those named. */
export function limitsOf(limits: Partial<Limits> = {}): Limits {
  return {
    initialBalanceMicros: { kalshi: usd(10_000), polymarket: usd(10_000) },
    betAmountMicros: usd(50),
    minRoiMillionths: 20_000,
    maxRoiMillionths: 100_000,
    positionMicrosMax: usd(5_000),
    dailyTradesMax: 1_000,
    dailyLossMicrosMax: usd(20_000),
    openExposureMicrosMax: usd(20_000),
    eventExposureMicrosMax: usd(20_000),
    quoteAgeMsMax: 5_000,
    strategyExecutionsMax: 1_000,
    strategyWindowMs: 600_000,
    legMs: 3_000,
    unhedgedMsMax: 20_000,
    unwindLossMicrosMax: usd(10),
    ...limits,
  };
}

function marketOf(id: string, wish: Wish): string {
  return wish.market ?? `MARKET-${id}`;
}

export function proposalOf(id: string, wish: Wish): Proposal {
  const limit = price(wish.price ?? 0.5);
  return {
    strategy: wish.strategy ?? 'tests',
    event: wish.event ?? `event:${id}`,
    legs: [
      {
        venue: wish.venue ?? 'kalshi',
        market: marketOf(id, wish),
        outcome: wish.outcome ?? 'yes',
        limitPrice: limit,
      },
    ],
    fairPrice: price(wish.fairPrice ?? Math.min(limit + 100_000, 999_999) / 1_000_000),
    quantity: contracts(wish.quantity ?? 100),
    tif: 'ioc',
    ...(wish.expiresAt === undefined ? {} : { expiresAt: Date.parse(wish.expiresAt) }),
  };
}

/** Fresh facts on the market of a wish. */
export function factsOf(id: string, wish: Wish, atMs: number): FetchedFacts {
  const marketId = marketOf(id, wish);
  const outcome: OutcomeIndex = wish.outcome === 'no' ? 1 : 0;
  const level = { priceMicros: price(wish.price ?? 0.5), quantity: contracts(1_000_000) };
  return {
    venue: wish.venue ?? 'kalshi',
    marketId,
    market: {
      marketId,
      title: `Title of ${marketId}`,
      outcomes: ['Home', 'Away'],
      tickMicros: 10_000,
      lotMicroContracts: 10_000,
      minQuantity: contracts(1),
      fees: wish.fees ?? NO_FEES,
      tradable: true,
      ...(wish.settlesAt === undefined ? {} : { settlesAtMs: Date.parse(wish.settlesAt) }),
    },
    quote: { marketId, outcome, asks: [level], bids: [], asOfMs: atMs },
    status: { trading: true, detail: 'open' },
    asOfMs: atMs,
  };
}

/** A fill of our order, known by its client id. */
export function fillOf(
  order: Pick<LegOrder, 'orderId' | 'tradeId' | 'market' | 'outcome'>,
  fill: { number: number; quantity: number; price: number; atMs: number },
): VenueFill {
  return {
    fillId: `fill-${fill.number}`,
    venueOrderId: `venue-${order.tradeId}`,
    clientOrderId: order.orderId,
    marketId: order.market,
    outcome: order.outcome,
    action: 'buy',
    quantity: contracts(fill.quantity),
    priceMicros: price(fill.price),
    feeMicros: micros(0),
    filledAtMs: fill.atMs,
  };
}

export function settlementOf(market: string, payoutYes: number, atMs: number): VenueSettlement {
  return {
    settlementId: `result-${market}`,
    marketId: market,
    payoutMicros: [price(payoutYes), price(1 - payoutYes)],
    settledAtMs: atMs,
  };
}
