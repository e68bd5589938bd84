import type { Verdict } from '../domain/risk/codes.ts';
import { judgeSending } from '../domain/risk/sending.ts';
import type { LegPlan } from '../domain/trade-plan.ts';
import type { TradeUnderWayStanding } from '../ledger/verbs/standing.ts';
import type { OrderRequest } from '../venues/venue.ts';
import type { ActivityDeps } from './deps.ts';

/** The second gate: quotes, markets and status of every leg, read again right before the first POST. */
export async function judgeEntry(
  deps: ActivityDeps,
  trade: TradeUnderWayStanding,
  request: OrderRequest,
): Promise<Verdict[]> {
  const verdicts = await Promise.all(
    trade.plan.legs.map((leg) => judgeLeg(deps, trade, leg, request)),
  );
  return verdicts.flat();
}

async function judgeLeg(
  deps: ActivityDeps,
  trade: TradeUnderWayStanding,
  { leg, market, outcome, priceMaxMicros, quantity }: LegPlan,
  request: OrderRequest,
): Promise<Verdict[]> {
  const venue = deps.venue(leg.venue, trade.book);
  const [known, quote, status] = await Promise.all([
    venue.market(leg.market),
    venue.quote(leg.market, outcome),
    venue.status(leg.market),
  ]);
  // After the reading: what it took counts against the proposal's life.
  const { atMs } = await deps.clock.read();
  const isPair = trade.plan.legs.length > 1;
  return judgeSending({
    atMs,
    expiresAtMs: trade.entry.expiresAtMs,
    limitPrice: priceMaxMicros,
    quantity,
    minQuantity: Math.max(trade.quantityMin, market.minQuantity) as LegPlan['quantity'],
    // A pair's first leg may rest a moment, but is not sent on the hope of a price.
    timeInForce: isPair ? 'ioc' : request.timeInForce,
    market: known ?? null,
    quote,
    status,
  });
}
