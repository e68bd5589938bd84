/** The amounts in the answer to a send, which come in two units. */
import type { PolymarketPostedOrder } from '../../contracts/polymarket/orders.ts';
import { parseDecimal } from '../../domain/decimal.ts';
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import { microContracts, MICROS_PER_UNIT, mulDivCeil, priceMicros } from '../../domain/money.ts';
import { SHARE_STEP_MICROS } from '../../domain/polymarket-amounts.ts';
import type { OrderRequest } from '../venue.ts';

/** What was matched at once. */
export interface Matched {
  readonly filled: MicroContracts;
  readonly averagePriceMicros: PriceMicros;
}

/** What a price may be off by: both amounts are rounded to a millionth, or one to a hundredth. */
const PRICE_SLACK_MICROS = 1;

/**
 * What an answer says was matched. Amounts were seen in dollars and shares (`"9.999999"`) and are
 * documented in millionths; the unit that fits the order is meant: no fill is below 0.01 share.
 * @returns undefined where neither fits, or both do: no number is better than a wrong one
 * @source Polymarket/py-clob-client#217 (2025-12); reference/polymarket.md §2.5
 */
export function matchedIn(
  { makingAmount, takingAmount }: Pick<PolymarketPostedOrder, 'makingAmount' | 'takingAmount'>,
  request: Pick<OrderRequest, 'action' | 'quantity' | 'limitPrice'>,
): Matched | undefined {
  const [shares, dollars] =
    request.action === 'buy' ? [takingAmount, makingAmount] : [makingAmount, takingAmount];
  const fits = [parseDecimal, baseUnits].flatMap((read) => {
    const amounts = { shares: read(shares ?? ''), dollars: read(dollars ?? '') };
    return fitting(amounts, request) ?? [];
  });
  return fits.length === 1 ? fits[0] : undefined;
}

function baseUnits(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function fitting(
  {
    shares,
    dollars,
  }: { readonly shares: number | undefined; readonly dollars: number | undefined },
  { action, quantity, limitPrice }: Pick<OrderRequest, 'action' | 'quantity' | 'limitPrice'>,
): Matched | undefined {
  if (shares === undefined || dollars === undefined) return undefined;
  if (shares < SHARE_STEP_MICROS || shares > quantity) return undefined;
  if (dollars <= 0 || dollars > shares) return undefined;
  const average = mulDivCeil(dollars, MICROS_PER_UNIT, shares);
  const over = action === 'buy' ? average - limitPrice : limitPrice - average;
  if (over > PRICE_SLACK_MICROS) return undefined;
  const price = over > 0 ? limitPrice : priceMicros(average);
  return { filled: microContracts(shares), averagePriceMicros: price };
}
