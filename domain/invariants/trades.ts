/** I6 of single trades: what each paid and brought in, by its fills, its transfers and the venue. */
import { AssertionError } from '../assert.ts';
import { payoutOf } from '../ledger-entries.ts';
import { costCeil, microContracts, priceMicros } from '../money.ts';
import type { TradeStatus } from '../trade.ts';
import type { OutcomeIndex } from '../venue-id.ts';
import { grouped } from './grouped.ts';

/** A leg with its trade's totals; µ-contracts and µ$. */
export interface LegRow {
  readonly tradeId: string;
  readonly leg: number;
  readonly book: string;
  readonly venue: string;
  readonly market: string;
  readonly outcome: OutcomeIndex;
  readonly status: TradeStatus;
  readonly filled: bigint;
  readonly cost: bigint;
  readonly fees: bigint;
  readonly payout: bigint | null;
  readonly tradePayout: bigint | null;
  readonly tradePnl: bigint | null;
}
/** A fill as booked; the trade is null where it is no trade of ours. */
export interface BookedFillRow {
  readonly book: string;
  readonly venue: string;
  readonly fillId: string;
  readonly tradeId: string | null;
  readonly leg: number | null;
  readonly quantity: bigint;
  readonly priceMicros: bigint;
  readonly feeMicros: bigint;
}
/** A posting as its trade counts it. */
export interface TradeTransferRow {
  readonly tradeId: string | null;
  readonly code: string;
  readonly amount: bigint;
}
/** A market's final payout, µ$ a contract of each outcome. */
export interface SettlementRow {
  readonly book: string;
  readonly venue: string;
  readonly settlementId: string;
  readonly market: string;
  readonly payoutYes: bigint;
  readonly payoutNo: bigint;
}

/**
 * I6: each trade's legs come to its fills, its transfers to its legs, and its P&L to what it
 * brought in less what it cost.
 */
export function checkI6Trades(
  legs: readonly LegRow[],
  transfers: readonly TradeTransferRow[],
  fills: readonly BookedFillRow[],
): string[] {
  const posted = grouped(transfers, ({ tradeId }) => tradeId ?? '');
  const filled = grouped(fills, ({ tradeId, leg }) => `${tradeId ?? ''}/${leg ?? ''}`);
  posted.delete('');
  const found = legs.flatMap((leg) =>
    fillFaults(leg, filled.get(`${leg.tradeId}/${leg.leg}`) ?? []),
  );
  for (const [tradeId, mine] of grouped(legs, (leg) => leg.tradeId)) {
    found.push(...postingFaults(tradeId, mine, posted.get(tradeId) ?? []), ...pnlFaults(mine));
    posted.delete(tradeId);
  }
  for (const tradeId of posted.keys()) found.push(`I6 ${tradeId}: has transfers and is no trade`);
  return found;
}

function fillFaults(leg: LegRow, fills: readonly BookedFillRow[]): string[] {
  const sums = {
    filled: sum(fills.map(({ quantity }) => quantity)),
    cost: sum(fills.map(({ quantity, priceMicros: price }) => costOf(quantity, price))),
    fees: sum(fills.map(({ feeMicros }) => feeMicros)),
  };
  return (Object.keys(sums) as (keyof typeof sums)[])
    .filter((field) => leg[field] !== sums[field])
    .map((field) => {
      return `I6 ${leg.tradeId}: ${field} is ${leg[field]}, its fills come to ${sums[field]}`;
    });
}

function postingFaults(
  tradeId: string,
  legs: readonly LegRow[],
  transfers: readonly TradeTransferRow[],
): string[] {
  const ended = legs.filter(({ status }) => status === 'settled');
  const expected: Readonly<Record<string, bigint>> = {
    buy: sum(legs.map(({ cost }) => cost)),
    fee: sum(legs.map(({ fees }) => fees)),
    settle: sum(ended.map(({ cost, payout }) => least(cost, payout ?? 0n))),
    gain: sum(ended.map(({ cost, payout }) => excess(payout ?? 0n, cost))),
    loss: sum(ended.map(({ cost, payout }) => excess(cost, payout ?? 0n))),
  };
  return Object.entries(expected).flatMap(([code, amount]) => {
    const is = sum(transfers.filter((one) => one.code === code).map((one) => one.amount));
    return is === amount
      ? []
      : [`I6 ${tradeId}: its ${code} transfers come to ${is}, its legs to ${amount}`];
  });
}

function pnlFaults(legs: readonly LegRow[]): string[] {
  const [{ tradeId, status, tradePayout, tradePnl }] = legs as [LegRow, ...LegRow[]];
  if (status !== 'settled') return [];
  const payout = sum(legs.map((leg) => leg.payout ?? 0n));
  const pnl = payout - sum(legs.map(({ cost, fees }) => cost + fees));
  return [
    ...(tradePayout === payout ? [] : [`I6 ${tradeId}: payout is ${tradePayout}, not ${payout}`]),
    ...(tradePnl === pnl ? [] : [`I6 ${tradeId}: P&L is ${tradePnl}, not ${pnl}`]),
  ];
}

/** I6: the ledger's results are the venues', and each settled leg was paid by the venue's. */
export function checkI6Settlements(
  legs: readonly LegRow[],
  stored: readonly SettlementRow[],
  venues: readonly SettlementRow[],
): string[] {
  const byId = new Map(venues.map((row) => [settlementKey(row), row]));
  const byMarket = new Map(venues.map((row) => [marketKey(row), row]));
  const known = new Set(stored.map(settlementKey));
  const differing = stored.flatMap((row) => {
    const venue = byId.get(settlementKey(row));
    if (venue === undefined) return [`I6 ${settlementKey(row)}: unknown to the venue`];
    return venue.market === row.market && payouts(venue) === payouts(row)
      ? []
      : [
          `I6 ${settlementKey(row)}: pays ${payouts(row)} on ${row.market} here, ` +
            `${payouts(venue)} on ${venue.market} at the venue`,
        ];
  });
  const missing = venues
    .filter((row) => !known.has(settlementKey(row)))
    .map((row) => `I6 ${settlementKey(row)}: the result of ${row.market} is not stored`);
  const unpaid = legs
    .filter(({ status }) => status === 'settled')
    .flatMap((leg) => payoutFaults(leg, byMarket.get(marketKey(leg))));
  return [...differing, ...missing, ...unpaid];
}

function payoutFaults(leg: LegRow, venue: SettlementRow | undefined): string[] {
  if (venue === undefined) {
    return [`I6 ${leg.tradeId}: is settled, and the venue has no result of ${leg.market}`];
  }
  const price = leg.outcome === 0 ? venue.payoutYes : venue.payoutNo;
  const pays = byRule(() => payoutOf(microContracts(Number(leg.filled)), priceOf(price)));
  return pays === leg.payout
    ? []
    : [`I6 ${leg.tradeId}: payout is ${leg.payout}, by the venue's result ${pays}`];
}

function costOf(quantity: bigint, price: bigint): bigint {
  return byRule(() => costCeil(microContracts(Number(quantity)), priceOf(price))) ?? -1n;
}

function priceOf(price: bigint) {
  return priceMicros(Number(price));
}

/** Damaged rows may hold what the rules never take: then the rule has no answer. */
function byRule(rule: () => number): bigint | undefined {
  try {
    return BigInt(rule());
  } catch (error) {
    if (error instanceof AssertionError) return undefined;
    throw error;
  }
}

function settlementKey({ book, venue, settlementId }: SettlementRow): string {
  return `${book}/${venue}/${settlementId}`;
}

function marketKey({ book, venue, market }: Pick<SettlementRow, 'book' | 'venue' | 'market'>) {
  return `${book}/${venue}/${market}`;
}

function payouts({ payoutYes, payoutNo }: SettlementRow): string {
  return `${payoutYes}/${payoutNo}`;
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function excess(a: bigint, b: bigint): bigint {
  return a > b ? a - b : 0n;
}
