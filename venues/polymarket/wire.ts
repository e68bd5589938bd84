/** Orders between Ballast's words and the venue's: amounts, kind, fuse, bytes. */
import { z } from 'zod';
import { parseJson } from '../../contracts/json.ts';
import type { PolymarketOrderBody } from '../../contracts/polymarket/orders.ts';
import { fitsMarketSale, polymarketAmounts } from '../../domain/polymarket-amounts.ts';
import type { OrderRequest } from '../venue.ts';
import { saltOf } from './identity.ts';
import type { OrderTerms } from './sign.ts';
import type { MarketTerms } from './terms.ts';

/** Why no order can say what was asked for. */
export interface Refusal {
  readonly code: string;
  readonly detail: string;
}

/** An order before it is signed. */
export interface OrderDraft {
  readonly terms: OrderTerms;
  readonly orderType: PolymarketOrderBody['orderType'];
  /** Unix seconds as text; `"0"`: none. */
  readonly expiration: string;
}

/** The least time to an expiration that the venue takes. @source reference/polymarket.md §2.3 */
const EXPIRATION_MS_MIN = 180_000;
/** The venue ends an order so long before the second it states. @source the same */
const EARLY_EXPIRY_MS = 60_000;
/** From the decision to the send: what leaves later is refused by the venue, and shall be. */
const SEND_MARGIN_MS = 60_000;

/**
 * What is signed and sent for a request: nothing in it depends on when it is drawn up.
 *
 * A buy is always a limit order for shares: FAK and FOK buys spend their dollars on more shares
 * when the price is better. A sale that is over at once is FAK or FOK, and where its dollars have
 * more decimals than those take, `ioc` is a limit order, which is exact at every tick.
 * @source DESIGN §8; reference/polymarket.md §2.3, §2.4
 */
export function draftOf(request: OrderRequest, market: MarketTerms): OrderDraft | Refusal {
  const { action, quantity, limitPrice, outcome, timeInForce } = request;
  const { tickMicros, minQuantity } = market;
  if (!market.tradable) {
    return { code: 'market_closed', detail: `${request.marketId} takes no orders now` };
  }
  if (action === 'buy' && timeInForce === 'fok') {
    const detail =
      'a FOK buy on Polymarket spends its budget on more shares when the price is better; use ioc';
    return { code: 'fok_buy', detail };
  }
  const amounts = polymarketAmounts({ action, quantity, limitPrice, tickMicros, minQuantity });
  if (amounts.kind === 'refused') return { code: amounts.code, detail: amounts.detail };
  const isMarket = action === 'sell' && timeInForce !== 'gtd' && fitsMarketSale(amounts);
  if (!isMarket && timeInForce === 'fok') {
    const detail = 'a FOK sale may ask for four decimals of dollars at most; use ioc';
    return { code: 'inexact', detail };
  }
  return {
    terms: {
      salt: saltOf(request.clientOrderId),
      tokenId: market.tokenIds[outcome],
      makerAmount: String(amounts.makerAmount),
      takerAmount: String(amounts.takerAmount),
      side: action === 'buy' ? 'BUY' : 'SELL',
      timestamp: String(request.decidedAtMs),
    },
    orderType: !isMarket ? 'GTD' : timeInForce === 'fok' ? 'FOK' : 'FAK',
    expiration: isMarket ? '0' : fuseOf(request),
  };
}

/** When the venue itself ends what rests: the engine cancels earlier, unless it is gone. */
function fuseOf({ decidedAtMs, restUntilMs = 0 }: OrderRequest): string {
  const leastMs = decidedAtMs + EXPIRATION_MS_MIN + EARLY_EXPIRY_MS + SEND_MARGIN_MS;
  return String(Math.ceil(Math.max(leastMs, restUntilMs + EARLY_EXPIRY_MS) / 1000));
}

const refusedWireSchema = z.object({
  refused: z.object({ code: z.string(), detail: z.string() }),
});

/** What is stored in place of bytes where nothing may leave: the send answers it, and sends nothing. */
export function refusedWire(refused: Refusal): string {
  return JSON.stringify({ refused });
}

/** The refusal that was stored; undefined where bytes were. */
export function refusalIn(wire: string): Refusal | undefined {
  const parsed = refusedWireSchema.safeParse(parseJson(wire));
  return parsed.success ? parsed.data.refused : undefined;
}
