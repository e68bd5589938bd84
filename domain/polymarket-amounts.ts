/**
 * What an order on Polymarket gives and takes, in millionths of pUSD and of shares. The venue
 * recomputes the amounts and refuses what is rounded, so everything here is exact or refused.
 */
import { formatDecimal } from './decimal.ts';
import type { MicroContracts, PriceMicros } from './money.ts';
import { MICROS_PER_UNIT, mulDivFloor } from './money.ts';

/** Shares have two decimals. @source reference/polymarket.md §2.4 (clob-client-v2 1.1.0) */
export const SHARE_STEP_MICROS = 10_000;
/** What a FAK or FOK sale asks for has four decimals at most, whatever the tick. @source the same */
const MARKET_PROCEEDS_STEP_MICROS = 100;

/** The order in our words. */
export interface AmountTerms {
  readonly action: 'buy' | 'sell';
  readonly quantity: MicroContracts;
  readonly limitPrice: PriceMicros;
  readonly tickMicros: number;
  readonly minQuantity: MicroContracts;
}

/** What is given (`maker`) and taken (`taker`), millionths; or why no order can say it. */
export type AmountReading =
  | { readonly kind: 'amounts'; readonly makerAmount: number; readonly takerAmount: number }
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string };

/**
 * Amounts of an order: a buy gives dollars for shares, a sale shares for dollars. Nothing is
 * rounded: the limit is what both sides of the fraction say.
 * @returns refused where price or quantity is off the market's grid, or the size below its minimum
 * @source reference/polymarket.md §2.3, §2.4
 */
export function polymarketAmounts(terms: AmountTerms): AmountReading {
  const fault = faultOf(terms);
  if (fault !== undefined) return { kind: 'refused', ...fault };
  const { action, quantity, limitPrice } = terms;
  // Exact: hundredths of a share at ten-thousandths of a dollar are whole millionths.
  const dollars = mulDivFloor(quantity, limitPrice, MICROS_PER_UNIT);
  return action === 'buy'
    ? { kind: 'amounts', makerAmount: dollars, takerAmount: quantity }
    : { kind: 'amounts', makerAmount: quantity, takerAmount: dollars };
}

/**
 * Whether a sale can be sent as FAK or FOK: what it asks for has four decimals at most. Rounded up
 * its price would lie above every bid at its limit, rounded down below the limit.
 */
export function fitsMarketSale(amounts: { readonly takerAmount: number }): boolean {
  return amounts.takerAmount % MARKET_PROCEEDS_STEP_MICROS === 0;
}

interface Fault {
  readonly code: string;
  readonly detail: string;
}

function faultOf(terms: AmountTerms): Fault | undefined {
  const { quantity, limitPrice, tickMicros, minQuantity } = terms;
  const price = formatDecimal(limitPrice);
  if (limitPrice % tickMicros !== 0) {
    const detail = `the price ${price} is no multiple of the tick ${formatDecimal(tickMicros)}`;
    return { code: 'off_tick', detail };
  }
  if (limitPrice < tickMicros || limitPrice > MICROS_PER_UNIT - tickMicros) {
    const [least, most] = [tickMicros, MICROS_PER_UNIT - tickMicros].map((one) =>
      formatDecimal(one),
    );
    return { code: 'price_range', detail: `the price ${price} must lie in ${least} to ${most}` };
  }
  const shares = formatDecimal(quantity);
  if (quantity === 0 || quantity % SHARE_STEP_MICROS !== 0) {
    return { code: 'off_lot', detail: `${shares} shares: two decimals at most, and some` };
  }
  if (quantity < minQuantity) {
    const detail = `${shares} shares are fewer than the minimum of ${formatDecimal(minQuantity)}`;
    return { code: 'below_minimum', detail };
  }
  if ((BigInt(quantity) * BigInt(limitPrice)) % BigInt(MICROS_PER_UNIT) !== 0n) {
    return { code: 'inexact', detail: `${shares} shares at ${price} are no whole millionths` };
  }
  return undefined;
}
