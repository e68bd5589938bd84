import { assertNever } from '../domain/assert.ts';
import { formatDecimal, formatUsd } from '../domain/decimal.ts';
import type { Quote } from '../domain/market.ts';
import type { Mending, Quotes, WayOut } from '../domain/mending.ts';
import { decideMending, waysOut } from '../domain/mending.ts';
import type { Excess } from '../domain/placing.ts';
import { boughtFor, excessOf, whyTooSmall } from '../domain/placing.ts';
import type { LegPlan } from '../domain/trade-plan.ts';
import { isTerminal } from '../domain/trade.ts';
import type { TradeUnderWayStanding } from '../ledger/verbs/standing.ts';
import type { ActivityDeps } from './deps.ts';
import type { Placing } from './orders.ts';
import { whereItStands } from './orders.ts';

/** A pair whose legs do not match: complete, unwind, wait, or give it to a person. */
export function mendingActivities(deps: ActivityDeps) {
  return {
    /** Reads both books and decides; what is sent next is for the leg's own queue. */
    async mendPair(tradeId: string): Promise<Placing> {
      const trade = await deps.ledger.readStanding(tradeId);
      if (isTerminal(trade.status)) return whereItStands(deps, trade);
      const quotes = await readQuotes(deps, trade);
      const { atMs } = await deps.clock.read();
      const mending = decideMending(trade, quotes, atMs);
      deps.log.info({ tradeId, mending: mending.kind }, 'legs do not match');
      return act(deps, trade, quotes, mending);
    },
  };
}

async function act(
  deps: ActivityDeps,
  trade: TradeUnderWayStanding,
  quotes: Quotes,
  mending: Mending,
): Promise<Placing> {
  const { tradeId, resolution } = trade;
  switch (mending.kind) {
    case 'send':
      return { ...(await whereItStands(deps, trade)), next: mending };
    case 'wait':
      return { ...(await whereItStands(deps, trade)), next: { kind: 'mend', inMs: mending.inMs } };
    case 'matched':
      return whereItStands(deps, trade);
    case 'exhausted':
      await deps.ledger.endResolution(resolution!.id, mending.why, await deps.clock.read());
      break;
    case 'strand': {
      const found = { why: mending.why, detail: describeNaked(trade, quotes) };
      await deps.ledger.strandTrade(tradeId, found, await deps.clock.read());
      deps.log.warn({ tradeId, ...found }, 'a pair stands on one leg: the desk is halted');
      break;
    }
    default:
      return assertNever(mending);
  }
  return whereItStands(deps, await deps.ledger.readStanding(tradeId), mending.why);
}

/** A venue that cannot be read offers no way out; the other one may. */
function readQuotes(deps: ActivityDeps, trade: TradeUnderWayStanding): Promise<Quotes> {
  return Promise.all(
    trade.plan.legs.map(async ({ leg, outcome }): Promise<Quote | undefined> => {
      try {
        return await deps.venue(leg.venue, trade.book).quote(leg.market, outcome);
      } catch (error) {
        deps.log.warn({ venue: leg.venue, err: error }, 'book could not be read');
        return undefined;
      }
    }),
  );
}

/** What is naked, what it may cost, both ways out with prices, and the command for each. */
export function describeNaked(trade: TradeUnderWayStanding, quotes: Quotes): string {
  const excess = excessOf(trade);
  if (excess === undefined) return 'the legs match by now';
  const long = trade.legs[excess.long]!;
  const paid = boughtFor(long, excess.quantity);
  const ways = waysOut(trade, excess, quotes, Number.MAX_SAFE_INTEGER);
  return [
    `naked: ${formatDecimal(excess.quantity)} × ${legName(long.plan)}, bought for $${formatUsd(paid)}, which is the most that can be lost`,
    ...(['complete', 'unwind'] as const).map((action) => wayLine(trade, excess, ways, action)),
    `or keep it: ballast trade resolve ${trade.tradeId} hold`,
  ].join('; ');
}

function wayLine(
  trade: TradeUnderWayStanding,
  excess: Excess,
  ways: readonly WayOut[],
  action: WayOut['action'],
): string {
  const way = ways.find((one) => one.action === action);
  const leg = trade.legs[action === 'complete' ? excess.short : excess.long]!.plan;
  if (way === undefined) {
    const tooSmall = whyTooSmall(trade, excess, action);
    return `${action}: ${tooSmall ?? `nothing on offer at ${leg.leg.venue}`}`;
  }
  const verb = action === 'complete' ? 'buy' : 'sell';
  const loss = formatUsd(Math.max(0, way.lossMicros));
  return (
    `${action}: ${verb} ${formatDecimal(way.quantity)} × ${legName(leg)} at ${formatDecimal(way.limitPrice)} or better, ` +
    `loses $${loss}: ballast trade resolve ${trade.tradeId} ${action} --max-loss ${loss}`
  );
}

function legName({ leg, market, outcome }: LegPlan): string {
  return `${leg.venue} ${leg.market} ${market.outcomes[outcome]}`;
}
