/** Markets, events, positions and redemptions as Gamma and the Data API tell them. */
import { formatDecimal } from '../../domain/decimal.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import { descriptionOf, numberOf, priceOf } from './market-views.ts';
import type { Account, Market, Redemption } from './records.ts';
import type { ExchangeState } from './state.ts';
import { marketOf, tokensOf, walletOf, worth } from './state.ts';

/** Gamma's own form, which is not ISO 8601. @source reference §5.11 */
function spacedTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')}+00`;
}

/** A market. Lists inside it are JSON in strings. @source reference §5.11 */
export function gammaMarket(market: Market): Record<string, unknown> {
  const { fee, closedAtMs } = market;
  const prices = ([0, 1] as const).map((token) => formatDecimal(priceOf(market, token)));
  return {
    id: market.gammaId,
    question: market.question,
    conditionId: market.conditionId,
    questionID: market.questionId,
    slug: market.slug,
    description: descriptionOf(market),
    endDate: new Date(market.endAtMs).toISOString(),
    startDate: new Date(market.listedAtMs).toISOString(),
    createdAt: new Date(market.listedAtMs).toISOString(),
    outcomes: JSON.stringify(market.outcomes),
    outcomePrices: JSON.stringify(prices),
    clobTokenIds: JSON.stringify(market.tokenIds),
    // Stays true after the close.
    active: true,
    closed: closedAtMs !== undefined,
    archived: false,
    acceptingOrders: market.accepting,
    enableOrderBook: true,
    orderPriceMinTickSize: numberOf(market.tickMicros),
    orderMinSize: numberOf(market.minSize),
    secondsDelay: market.secondsDelay,
    negRisk: market.negRisk,
    volume: formatDecimal(market.volume),
    feesEnabled: fee !== undefined,
    ...(fee === undefined
      ? {}
      : {
          feeType: 'general_fees_v2',
          feeSchedule: {
            rate: numberOf(fee.rateMillionths),
            exponent: fee.exponent,
            takerOnly: true,
            rebateRate: 0.25,
          },
        }),
    ...(market.uma === ''
      ? {}
      : {
          umaResolutionStatus: market.uma,
          umaResolutionStatuses: JSON.stringify(market.umaHistory),
        }),
    ...(closedAtMs === undefined
      ? {}
      : { closedTime: spacedTime(closedAtMs), umaEndDate: new Date(closedAtMs).toISOString() }),
    events: [{ slug: market.eventSlug, title: market.eventSlug }],
    ...market.fields,
  };
}

/** An event with its markets. */
export function gammaEvent(slug: string, markets: readonly Market[]): Record<string, unknown> {
  return {
    id: markets[0]?.gammaId,
    slug,
    title: slug,
    active: true,
    closed: markets.every(({ closedAtMs }) => closedAtMs !== undefined),
    negRisk: markets.some(({ negRisk }) => negRisk),
    markets: markets.map(gammaMarket),
  };
}

/** Below this the Data API drops a position, micro-shares. @source reference §3.2 */
const DUST = 10_000;

/** `GET /positions?user=`: numbers, as told at `asOfMs`. */
export function positionViews(
  state: ExchangeState,
  { owner, funder }: Account,
  asOfMs: number,
): Record<string, unknown>[] {
  const wallet = walletOf(state, owner);
  return [...wallet.tokens.keys()].flatMap((tokenId) => {
    const found = state.tokens.get(tokenId);
    const size = wallet.told.get(tokenId)?.at(asOfMs) ?? 0;
    if (found === undefined || size < DUST) return [];
    const { market, token } = found;
    const price = priceOf(market, token);
    const other = token === 0 ? 1 : 0;
    return [
      {
        proxyWallet: funder,
        asset: tokenId,
        conditionId: market.conditionId,
        size: numberOf(size),
        curPrice: numberOf(price),
        currentValue: numberOf(Math.floor((size * price) / MICROS_PER_UNIT)),
        redeemable: market.payouts !== undefined,
        mergeable: tokensOf(wallet, market.tokenIds[other]).held >= DUST,
        title: market.question,
        slug: market.slug,
        eventSlug: market.eventSlug,
        outcome: market.outcomes[token],
        outcomeIndex: token,
        oppositeOutcome: market.outcomes[other],
        oppositeAsset: market.tokenIds[other],
        endDate: new Date(market.endAtMs).toISOString().slice(0, 10),
        negativeRisk: market.negRisk,
      },
    ];
  });
}

/** A row of `GET /activity?type=REDEEM`. */
export function redemptionView(
  state: ExchangeState,
  redemption: Redemption,
): Record<string, unknown> {
  const market = marketOf(state, redemption.conditionId);
  return {
    proxyWallet: redemption.funder,
    timestamp: Math.floor(redemption.atMs / 1000),
    conditionId: redemption.conditionId,
    type: 'REDEEM',
    size: numberOf(redemption.quantity),
    usdcSize: numberOf(redemption.amountMicros),
    transactionHash: redemption.transactionHash,
    price: 0,
    asset: '',
    side: '',
    outcomeIndex: 999,
    title: market.question,
    slug: market.slug,
    eventSlug: market.eventSlug,
    outcome: '',
  };
}

/** What an account's tokens would be redeemed for now, µ$. */
export function redeemableMicros(state: ExchangeState, owner: string, market: Market): number {
  const { payouts, tokenIds } = market;
  if (payouts === undefined) return 0;
  const wallet = walletOf(state, owner);
  return ([0, 1] as const).reduce<number>(
    (sum, token) => sum + worth(tokensOf(wallet, tokenIds[token]).held, payouts[token]),
    0,
  );
}
