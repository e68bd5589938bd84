/** How a trade is put into few words. */
import type { TradeView } from '../../contracts/http.ts';
import { printable } from './format.ts';

/** A trade's legs on one line: `50/50 CBJ yes kalshi 0.36 | 50/50 Panthers polymarket 0.58`. */
export function legsText(trade: TradeView): string {
  return trade.legs
    .map((leg) => {
      const market = leg.title === '' ? leg.market : leg.title;
      const filled = `${leg.filledQuantity}/${leg.quantity}`;
      return printable(`${filled} ${market} ${leg.outcome} ${leg.venue} ${leg.limitPrice}`);
    })
    .join(' | ');
}

/** The status, and what a person should see beside it. */
export function statusOf(trade: TradeView): string {
  const unhedged = trade.unhedgedSince === null ? '' : ' UNHEDGED';
  return `${trade.status}${unhedged}${trade.imported ? ' (imported)' : ''}`;
}
