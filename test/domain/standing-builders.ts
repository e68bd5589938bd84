/** A pair on its way, as the ledger would read it: legs, orders and terms in one line each. */
import type { FeeSchedule } from '../../domain/fees/schedule.ts';
import type { Level, Quote, VenueMarket } from '../../domain/market.ts';
import type { LegStanding, OrderOnLeg, TradeStanding } from '../../domain/placing.ts';
import { AT_MS, contracts, LIMITS, NO_FEES, price, usd } from './builders.ts';
import { KALSHI_MARKET, POLYMARKET_MARKET } from './pair-builders.ts';

/** Kalshi's leg, whose market takes any lot, and Polymarket's, which takes 5 contracts or more. */
export const [KALSHI, POLYMARKET] = [0, 1] as const;

/** A bought order that is final; `filled` and `at` in plain decimals. */
export function bought(filled: string, at: string, rest: Partial<OrderOnLeg> = {}): OrderOnLeg {
  return {
    state: 'done',
    action: 'buy',
    finalQuantity: contracts(filled),
    averagePriceMicros: filled === '0' ? null : price(at),
    restUntilMs: null,
    ...rest,
  };
}

/** A sold order that is final. */
export function sold(filled: string, at: string, rest: Partial<OrderOnLeg> = {}): OrderOnLeg {
  return bought(filled, at, { action: 'sell', ...rest });
}

/** An order whose end is not known. */
export function live(state: OrderOnLeg['state'], rest: Partial<OrderOnLeg> = {}): OrderOnLeg {
  return { ...bought('0', '0'), state, finalQuantity: null, ...rest };
}

export interface LegChanges {
  readonly orders?: readonly OrderOnLeg[];
  readonly allBooked?: boolean;
  readonly spendable?: string;
  readonly market?: Partial<VenueMarket>;
  readonly fees?: FeeSchedule;
}

function legOf(index: number, changes: LegChanges): LegStanding {
  const market = index === KALSHI ? KALSHI_MARKET : POLYMARKET_MARKET;
  const limitPrice = price(index === KALSHI ? '0.36' : '0.58');
  return {
    plan: {
      leg: {
        venue: index === KALSHI ? 'kalshi' : 'polymarket',
        market: market.marketId,
        outcome: index === KALSHI ? 'yes' : 'Panthers',
        limitPrice,
      },
      market: { ...market, fees: changes.fees ?? NO_FEES, ...changes.market },
      outcome: index === KALSHI ? 0 : 1,
      quantity: contracts('50'),
      priceMaxMicros: limitPrice,
      worstCaseMicros: usd('30'),
    },
    orders: changes.orders ?? [],
    bookedQuantity: 0,
    allBooked: changes.allBooked ?? true,
    spendableMicros: usd(changes.spendable ?? '1000'),
  };
}

export interface StandingChanges extends Partial<
  Omit<TradeStanding, 'legs' | 'plan' | 'terms' | 'entry'>
> {
  readonly kalshi?: LegChanges;
  readonly polymarket?: LegChanges;
  readonly terms?: Partial<TradeStanding['terms']>;
  readonly entry?: Partial<TradeStanding['entry']>;
  /** Only Kalshi's leg. */
  readonly single?: boolean;
}

/** The design's hockey pair, 50 contracts at 0.36 and 0.58 within 0.945, nothing sent, no fees. */
export function standingOf(changes: StandingChanges = {}): TradeStanding {
  const { kalshi, polymarket, terms, entry, single, ...rest } = changes;
  const both = [legOf(KALSHI, kalshi ?? {}), legOf(POLYMARKET, polymarket ?? {})];
  const legs = single === true ? both.slice(0, 1) : both;
  return {
    tradeId: 't-1',
    status: legs.some(({ orders }) => orders.length > 0) ? 'placing' : 'reserved',
    deskState: 'active',
    plan: {
      legs: legs.map(({ plan }) => plan),
      first: single === true ? KALSHI : POLYMARKET,
      worstCaseMicros: usd('60'),
      riskMicros: usd('30'),
      ...(single === true ? {} : { maxPairCostMicros: price('0.945') }),
      roi: {} as TradeStanding['plan']['roi'],
    },
    legs,
    unhedgedSinceMs: null,
    entry: { timeInForce: 'ioc', expiresAtMs: AT_MS + 10_000, ...entry },
    terms: {
      legMs: LIMITS.legMs,
      unhedgedMsMax: LIMITS.unhedgedMsMax,
      unwindLossMicrosMax: LIMITS.unwindLossMicrosMax,
      ...terms,
    },
    resolution: null,
    ...rest,
  };
}

/** Levels of a book, best first, as `[price, contracts]`. */
export function levels(...rows: readonly (readonly [string, string])[]): Level[] {
  return rows.map(([at, quantity]) => ({
    priceMicros: price(at),
    quantity: contracts(quantity),
  }));
}

/** A book of one outcome. */
export function bookOf(asks: readonly Level[], bids: readonly Level[]): Quote {
  return { marketId: 'M', outcome: 0, asks, bids, asOfMs: AT_MS };
}
