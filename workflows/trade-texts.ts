/** What people read of a trade in the Temporal Web UI. */
import type { Placing } from '../activities/orders.ts';
import { formatDecimal, formatUsd } from '../domain/decimal.ts';
import { legName } from '../domain/leg-name.ts';
import type { LegPlan, TradePlan } from '../domain/trade-plan.ts';
import type { TradeStatus } from '../domain/trade.ts';
import type { Book } from '../domain/venue-id.ts';
import type { TradeProgress } from './messages.ts';
import type { Shown } from './trade-inspection.ts';

/** A pair that holds nothing any more: it is closed once its last fill is booked, with no signal. */
export function isSold({ held }: Placing): boolean {
  return held.length > 1 && held.every((quantity) => quantity === 0);
}

/**
 * What a placed trade is found as. Where its fills are still being booked, that is where it will
 * be then: open as soon as its legs match by the venues' answers.
 */
export function statusToFind(placed: Placing): TradeStatus {
  if (isSold(placed)) return 'placing';
  const isMatched = placed.held.every((quantity) => quantity === placed.held[0]);
  return placed.tradeStatus === 'one_legged' && !isMatched ? 'one_legged' : 'open';
}

/** The trade's current details, in Markdown. */
export function detailsOf(
  { tradeId, step, status, detail }: TradeProgress,
  notes: readonly string[],
  held: readonly string[],
): string {
  const lines = [
    ...notes,
    ...held,
    `Trade \`${tradeId}\`: \`ballast trades ${tradeId}\` shows its orders, fills and every verdict`,
  ];
  return `**${step}** · ${status}\n\n${detail}\n\n${lines.map((line) => `- ${line}`).join('\n')}`;
}

/** What is about to be sent, and what is held for it. */
export function describe(plan: TradePlan): string {
  const legs = plan.legs.map((leg) => {
    const price = formatDecimal(leg.priceMaxMicros);
    return `${formatDecimal(leg.quantity)} × ${nameOf(leg)} at ${price} or better`;
  });
  return `${legs.join(' + ')}; holds ${formatUsd(plan.worstCaseMicros)}`;
}

/** Markets, holds, limits and the return expected: lines that stay for the trade's whole life. */
export function heldFor(
  plan: TradePlan,
  { book, day }: { book: Book; day: string | undefined },
): string[] {
  const { worstCaseMicros, riskMicros, roi } = plan;
  const when = day === undefined ? 'its day' : day;
  return [
    ...plan.legs.map(
      ({ leg, market, outcome, quantity, worstCaseMicros: cost }) =>
        `${leg.venue} \`${leg.market}\` — ${market.title}: ${market.outcomes[outcome]}; ` +
        `planned ${formatDecimal(quantity)} for at most $${formatUsd(cost)}`,
    ),
    `Held at most: $${formatUsd(worstCaseMicros)} of the ${book} book’s cash and exposure, ` +
      `$${formatUsd(riskMicros)} of the loss limit of ${when}; what is not needed is given back`,
    `Planned return ${formatDecimal(roi.roiMillionths * 100)} % after fees`,
  ];
}

/** What a proposal waits for that only a person can let through. */
export function awaitingApproval(tradeId: string, untilMs: number): Shown {
  const until = new Date(untilMs).toISOString();
  return {
    step: 'validate risk',
    status: 'awaiting_approval',
    detail: `too good to be believed: an admin may approve it until ${until}`,
    notes: [
      `Approve it: \`ballast approve ${tradeId} --reason "…"\` with the admin’s token`,
      'Nothing is held and nothing is sent meanwhile; without a word it is denied then',
    ],
  };
}

/**
 * What a placed trade holds, and what it waits for.
 * @param checkAtMs when it asks the venue for the result by itself, Unix ms
 */
export function awaiting(
  tradeId: string,
  plan: TradePlan,
  placed: Placing,
  checkAtMs: number,
): Shown {
  const held = plan.legs.map(
    (leg, index) =>
      `${formatDecimal(placed.held[index] ?? 0)} × ${leg.market.title}: ${leg.market.outcomes[leg.outcome]}`,
  );
  const status = statusToFind(placed);
  const waits = `Waits for signal \`settled\`, which the venue watch sends; asks the venue itself at ${new Date(checkAtMs).toISOString()}`;
  if (status === 'placing') {
    const detail = 'everything was sold again; closed as soon as the last fill is booked';
    return { step: 'place', status, detail };
  }
  if (status !== 'one_legged') {
    const detail = `holds ${held.join(' + ')}; result expected ${expected(plan)}`;
    return { step: 'await settlement', status, detail, notes: [waits, 'P&L: none booked yet'] };
  }
  const resolve = `ballast trade resolve ${tradeId}`;
  return {
    step: 'await settlement',
    status,
    detail: `stands on one leg and needs a person: ${held.join(' + ')}. ${placed.detail}`,
    notes: [
      `Buy what is missing: \`${resolve} complete --max-loss <usd> --reason "…"\``,
      `Sell what stands alone: \`${resolve} unwind --max-loss <usd> --reason "…"\``,
      `Keep it to its settlement: \`${resolve} hold --reason "…"\``,
      '`ballast alerts` says what each costs at the prices then; the desk is halted until `ballast rearm`',
      waits,
    ],
  };
}

function expected(plan: TradePlan): string {
  const times = plan.legs.map(({ market }) => market.settlesAtMs);
  const known = times.filter((time) => time !== undefined);
  return known.length < times.length
    ? 'at an unknown time'
    : `about ${new Date(Math.max(...known)).toISOString()}`;
}

/** “Kalshi CBJ yes”. */
export function nameOf({ leg, market, outcome }: LegPlan): string {
  return legName(leg.venue, leg.market, market.outcomes[outcome]);
}
