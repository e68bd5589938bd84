/** The second gate, right before the first POST: expiry, venue, market and price once more. */
import { formatDecimal } from '../decimal.ts';
import type { Quote, VenueMarket, VenueStatus } from '../market.ts';
import { depthWithin } from '../market.ts';
import type { MicroContracts, PriceMicros } from '../money.ts';
import type { TimeInForce } from '../venue-id.ts';
import type { Verdict } from './codes.ts';
import { verdict } from './codes.ts';
import { marketOpen } from './facts.ts';

export interface SendingView {
  readonly atMs: number;
  readonly expiresAtMs: number;
  readonly limitPrice: PriceMicros;
  readonly quantity: MicroContracts;
  readonly minQuantity: MicroContracts;
  readonly timeInForce: TimeInForce;
  /** Null where the venue no longer knows the market. */
  readonly market: VenueMarket | null;
  readonly quote: Quote;
  readonly status: VenueStatus;
}

/** Judges an order about to be sent; the desk's state is judged by the permit itself. */
export function judgeSending(view: SendingView): Verdict[] {
  const expires = new Date(view.expiresAtMs).toISOString();
  const verdicts = [
    verdict('STALE_PROPOSAL', view.atMs < view.expiresAtMs, `expires ${expires}`, { expires }),
    verdict('VENUE_UNAVAILABLE', view.status.trading, view.status.detail),
    priceRule(view),
  ];
  if (view.market === null) {
    return [...verdicts, verdict('MARKET_CLOSED', false, 'the venue no longer knows the market')];
  }
  return [...verdicts, ...marketOpen(view.market, view.atMs)];
}

/** PRICE_MOVED: enough must be on offer at the limit; a resting order waits for its price. */
function priceRule(view: SendingView): Verdict {
  const available = depthWithin(view.quote, view.limitPrice);
  const needed = neededNow(view);
  const bestAsk = view.quote.asks[0]?.priceMicros;
  const best = bestAsk === undefined ? 'none' : formatDecimal(bestAsk);
  return verdict(
    'PRICE_MOVED',
    available >= needed,
    `${formatDecimal(available)} contracts on offer at ${formatDecimal(view.limitPrice)} or better, ${formatDecimal(needed)} needed; best ask ${best}`,
    {
      availableContracts: formatDecimal(available),
      neededContracts: formatDecimal(needed),
      limitPriceUsd: formatDecimal(view.limitPrice),
      bestAskUsd: best,
    },
  );
}

function neededNow(view: SendingView): number {
  if (view.timeInForce === 'gtd') return 0;
  return view.timeInForce === 'fok' ? view.quantity : Math.max(1, view.minQuantity);
}
