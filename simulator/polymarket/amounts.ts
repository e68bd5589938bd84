/** What an order's two amounts say, and whether the venue takes them. @source reference §2.3, §2.4 */
import { formatDecimal } from '../../domain/decimal.ts';
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import {
  floorToStep,
  microContracts,
  MICROS_PER_UNIT,
  mulDivCeil,
  mulDivFloor,
} from '../../domain/money.ts';
import { onGrid } from '../engine/grid.ts';
import { refusals } from './errors.ts';
import type { OrderPayload } from './order-request.ts';
import type { Market } from './records.ts';

/** Two decimals of millionths. */
const CENTS = 10_000;
/** Four decimals of millionths. */
const FOUR = 100;
/** The least fill of the simulator, micro-shares: 0.01. */
export const SHARE_STEP = CENTS;

/** An order's terms, in micro-shares and µ$. */
export interface Terms {
  readonly size: MicroContracts;
  /** The worst price it may trade at. */
  readonly price: PriceMicros;
  /** The price its amounts say, as the venue writes it. */
  readonly priceText: string;
  /** A FOK or FAK buy: what it spends. */
  readonly budgetMicros?: number;
  /** pUSD of the whole order. */
  readonly dollarsMicros: number;
}

const LIMIT_TEXTS = {
  BUY: 'the buy orders maker amount supports a max accuracy of 4 decimals, taker amount a max of 2 decimals',
  SELL: 'the sell orders maker amount supports a max accuracy of 2 decimals, taker amount a max of 4 decimals',
} as const;
const MARKET_TEXTS = {
  BUY: 'the market buy orders maker amount supports a max accuracy of 2 decimals, taker amount a max of 4 decimals',
  SELL: LIMIT_TEXTS.SELL,
} as const;

/**
 * Reads an order's amounts. A limit order's must be exact: shares to two decimals, and a price on
 * the market's tick. A FOK or FAK order's have at most 2 and 4 decimals, whatever the tick.
 * @throws PolymarketRefusal 400
 */
export function termsOf(market: Market, orderId: string, payload: OrderPayload): Terms {
  const { side, makerAmount, takerAmount } = payload.order;
  const [shares, dollars] = (
    side === 'BUY' ? [takerAmount, makerAmount] : [makerAmount, takerAmount]
  ).map(Number) as [number, number];
  const rests = payload.orderType === 'GTC' || payload.orderType === 'GTD';
  const terms = rests
    ? limitTerms(market, { orderId, side, shares, dollars })
    : marketTerms(market, { orderId, side, shares, dollars });
  if (rests && shares < market.minSize) throw refusals.size(orderId, shares, market.minSize);
  return { ...terms, dollarsMicros: dollars };
}

interface Amounts {
  readonly orderId: string;
  readonly side: 'BUY' | 'SELL';
  readonly shares: number;
  readonly dollars: number;
}

function limitTerms(market: Market, { orderId, side, shares, dollars }: Amounts) {
  if (shares % CENTS !== 0) throw refusals.amounts(LIMIT_TEXTS[side]);
  const price = mulDivFloor(dollars, MICROS_PER_UNIT, shares);
  const exact = price === mulDivCeil(dollars, MICROS_PER_UNIT, shares);
  const { tickMicros } = market;
  const grid = [{ startMicros: 0, endMicros: MICROS_PER_UNIT, stepMicros: tickMicros }];
  if (!exact) throw inexact(market, { orderId, side, shares, dollars });
  if (!onGrid(grid, price)) throw refusals.tick(orderId, formatDecimal(price), tickMicros);
  return {
    size: microContracts(shares),
    price: price as PriceMicros,
    priceText: formatDecimal(price),
  };
}

/** The venue says what the amount should have been at the nearest price of the grid. */
function inexact({ tickMicros }: Market, { side, shares, dollars }: Amounts): Error {
  const price = Math.round((dollars / shares) * (MICROS_PER_UNIT / tickMicros)) * tickMicros;
  const which = side === 'BUY' ? 'maker' : 'taker';
  const should = formatDecimal(mulDivFloor(shares, price, MICROS_PER_UNIT));
  return refusals.amounts(
    `the ${which} amount for a $${formatDecimal(price)} order of size ${formatDecimal(shares)} should be '${should}' but the value submited is '${formatDecimal(dollars)}'`,
  );
}

function marketTerms(market: Market, { orderId, side, shares, dollars }: Amounts) {
  const [maker, taker] = side === 'BUY' ? [dollars, shares] : [shares, dollars];
  if (maker % CENTS !== 0 || taker % FOUR !== 0) throw refusals.amounts(MARKET_TEXTS[side]);
  // The worst price whole millionths can tell: never worse than the amounts say.
  const round = side === 'BUY' ? mulDivFloor : mulDivCeil;
  const price = round(dollars, MICROS_PER_UNIT, shares);
  const { tickMicros } = market;
  if (price < tickMicros || price > MICROS_PER_UNIT - tickMicros) {
    throw refusals.tick(orderId, formatDecimal(price), tickMicros);
  }
  return {
    size: microContracts(floorToStep(shares, SHARE_STEP)),
    price: price as PriceMicros,
    priceText: formatDecimal(price),
    ...(side === 'BUY' ? { budgetMicros: dollars } : {}),
  };
}
