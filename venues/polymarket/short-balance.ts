/**
 * Refusals for want of balance. The venue checks against figures of its own: they lag behind a buy
 * that is not settled yet, and what its sum of matched orders holds back may stay held.
 * @source reference/polymarket.md §3.2, §5.3 (py-clob-client#342), §5.4 (#287, #290, #265)
 */
import type { OrderRequest, PlaceOutcome } from '../venue.ts';
import { isVenueFailure } from '../venue.ts';
import type { PolymarketAccount } from './account.ts';

/** So many in a row are no coincidence: the next buys would be refused too. */
const REFUSALS_MAX = 3;
const BREAK_MS = 60_000;
/** Shares of a buy arrive 10 to 50 seconds after its match. @source reference/polymarket.md §5.6 */
const RETRY_SALE_MS = 2_000;

/** A buy that shall not even be tried: the venue has refused several for want of balance. */
export function brokenFor(
  { balance }: PolymarketAccount,
  { action }: OrderRequest,
): PlaceOutcome | undefined {
  const leftMs = balance.openUntilMs - performance.now();
  if (action !== 'buy' || leftMs <= 0) return undefined;
  const detail = `the venue refused ${balance.refusals} buys in a row for want of balance; the next one is tried in ${Math.ceil(leftMs / 1000)} s`;
  return { kind: 'rejected', code: 'balance_locked', detail };
}

/** An order that was taken shows that the balance is there. */
export function balanceHolds({ balance }: PolymarketAccount): void {
  balance.refusals = 0;
  balance.openUntilMs = 0;
}

/**
 * Asks the venue to look at the chain again, and says what the refusal means: a sale of shares that
 * are on their way is to be tried again soon.
 */
export async function shortOfBalance(
  account: PolymarketAccount,
  request: OrderRequest,
  detail: string,
  signal?: AbortSignal,
): Promise<PlaceOutcome> {
  await refreshBalance(account, request, signal);
  if (request.action === 'sell') {
    return account.unsettled.get(request.marketId) === true
      ? {
          kind: 'deferred',
          detail: `${detail}; a buy is not settled yet`,
          retryAfterMs: RETRY_SALE_MS,
        }
      : { kind: 'rejected', code: 'not_enough_balance', detail };
  }
  const { balance, options } = account;
  balance.refusals += 1;
  if (balance.refusals >= REFUSALS_MAX) {
    balance.openUntilMs = performance.now() + BREAK_MS;
    const words = `${balance.refusals} buys in a row were refused for want of balance; compare the wallet with the venue's figure`;
    options.onDoubt?.({ marketId: request.marketId, detail: words });
  }
  return { kind: 'rejected', code: 'not_enough_balance', detail };
}

const REFRESH_MS_MAX = 1_000;

/** Best effort: the refusal stands whatever comes of it. */
async function refreshBalance(
  account: PolymarketAccount,
  { action, marketId, outcome }: OrderRequest,
  signal?: AbortSignal,
): Promise<void> {
  const within = AbortSignal.any([
    AbortSignal.timeout(REFRESH_MS_MAX),
    ...(signal === undefined ? [] : [signal]),
  ]);
  try {
    const isBuy = action === 'buy';
    const token = isBuy
      ? undefined
      : (await account.markets.terms(marketId, within))?.tokenIds[outcome];
    const query = {
      asset_type: isBuy ? 'COLLATERAL' : 'CONDITIONAL',
      token_id: token,
      signature_type: account.wallet.signatureType,
    };
    await account.clob.get({ path: '/balance-allowance/update', query, signal: within });
  } catch (error) {
    if (!isVenueFailure(error)) throw error;
  }
}
