/** I6 of single trades: what each paid and brought in, by its fills, its transfers and the venue. */
import { AssertionError } from '../assert.ts';
import { payoutOf } from '../ledger-entries.ts';
import { costCeil, microContracts, priceMicros, proceedsFloor } from '../money.ts';
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
  /** Of sales; none where they are absent. */
  readonly sold?: bigint;
  readonly realised?: bigint;
  readonly realisedFees?: bigint;
  readonly payout: bigint | null;
  readonly tradePayout: bigint | null;
  readonly tradePnl: bigint | null;
  /** Of a trade that came with the predecessor's file: no venue knows a fill of it. */
  readonly imported?: boolean;
}
/** A fill as booked; the trade is null where it is no trade of ours. */
export interface BookedFillRow {
  readonly book: string;
  readonly venue: string;
  readonly fillId: string;
  readonly tradeId: string | null;
  readonly leg: number | null;
  readonly action?: 'buy' | 'sell';
  /** The fill it takes back, of its venue and book; null for most. */
  readonly reverts?: string | null;
  readonly quantity: bigint;
  readonly priceMicros: bigint;
  readonly feeMicros: bigint;
  /** Its cash is in suspense: no leg could take it. */
  readonly inSuspense?: boolean;
  /** What it did to its leg; null for a bought one of the first versions, and for one in suspense. */
  readonly effect?: FillEffect | null;
}
/** A fill's effect as stored: JSON numbers. */
export interface FillEffect {
  readonly filled: number;
  readonly cost: number;
  readonly fees: number;
  readonly sold: number;
  readonly realised: number;
  readonly realisedFees: number;
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
  const found = legs
    .filter(({ imported }) => imported !== true)
    .flatMap((leg) => fillFaults(leg, filled.get(`${leg.tradeId}/${leg.leg}`) ?? []));
  for (const [tradeId, mine] of grouped(legs, (leg) => leg.tradeId)) {
    found.push(...postingFaults(tradeId, mine, posted.get(tradeId) ?? []), ...pnlFaults(mine));
    posted.delete(tradeId);
  }
  for (const tradeId of posted.keys()) found.push(`I6 ${tradeId}: has transfers and is no trade`);
  return found;
}

const FIELDS = ['filled', 'cost', 'fees', 'sold', 'realised', 'realisedFees'] as const;

function fillFaults(leg: LegRow, fills: readonly BookedFillRow[]): string[] {
  const byId = new Map(fills.map((fill) => [fill.fillId, fill]));
  const effects = fills.map((fill) => effectOf(fill));
  const wrong = FIELDS.flatMap((field) => {
    const is = leg[field] ?? 0n;
    const by = sum(effects.map((effect) => BigInt(effect[field])));
    return is === by ? [] : [`I6 ${leg.tradeId}: ${field} is ${is}, its fills come to ${by}`];
  });
  return [...wrong, ...fills.flatMap((fill) => effectFaults(fill, byId)), ...twice(leg, fills)];
}

/** A fill can fail once: no two records take the same one back. */
function twice({ tradeId }: LegRow, fills: readonly BookedFillRow[]): string[] {
  const taken = fills.filter(({ reverts, effect }) => reverts != null && effect != null);
  return [...grouped(taken, ({ reverts }) => reverts ?? '')]
    .filter(([, records]) => records.length > 1)
    .map(([fillId]) => `I6 ${tradeId}: fill ${fillId} is taken back twice`);
}

/** What a fill did: as stored, else by the rule of a bought one; nothing where it is in suspense. */
function effectOf(fill: BookedFillRow): FillEffect {
  if (fill.effect != null) return fill.effect;
  const none = { filled: 0, cost: 0, fees: 0, sold: 0, realised: 0, realisedFees: 0 };
  // Sales and reversals always store what they did; without it they are in suspense.
  if (fill.reverts != null || fill.action === 'sell' || fill.inSuspense === true) return none;
  const cost = Number(costOf(fill.quantity, fill.priceMicros));
  return { ...none, filled: Number(fill.quantity), cost, fees: Number(fill.feeMicros) };
}

/** A stored effect is what the fill's quantity, price and fee say, or the opposite of another's. */
function effectFaults(fill: BookedFillRow, byId: ReadonlyMap<string, BookedFillRow>): string[] {
  const { effect, reverts, quantity, feeMicros } = fill;
  if (effect == null) return [];
  const fault = [`I6 ${fill.tradeId ?? ''}: fill ${fill.fillId} is booked as something else`];
  if (reverts != null) {
    const earlier = byId.get(reverts);
    const undone = earlier && effectOf(earlier);
    const opposite = undone && FIELDS.every((field) => effect[field] === 0 - undone[field]);
    return opposite === true ? [] : fault;
  }
  if (fill.action !== 'sell') {
    const bought = effectOf({ ...fill, effect: null });
    return FIELDS.every((field) => effect[field] === bought[field]) ? [] : fault;
  }
  const brought = byRule(() =>
    proceedsFloor(microContracts(Number(quantity)), priceOf(fill.priceMicros)),
  );
  const right =
    effect.filled === -Number(quantity) &&
    effect.sold === Number(quantity) &&
    effect.fees === Number(feeMicros) &&
    effect.realisedFees >= effect.fees &&
    effect.cost <= 0 &&
    BigInt(effect.realised - effect.cost + effect.realisedFees) === brought;
  return right ? [] : fault;
}

function postingFaults(
  tradeId: string,
  legs: readonly LegRow[],
  transfers: readonly TradeTransferRow[],
): string[] {
  const net = (code: string): bigint => {
    const of = (name: string): bigint =>
      sum(transfers.filter((one) => one.code === name).map((one) => one.amount));
    return of(code) - of(`revert-${code}`);
  };
  const single = legs.length === 1;
  const paid = legs.filter(({ payout }) => payout !== null);
  const recognised = paid.filter(({ status }) => status === 'settled' || single);
  const found: readonly [what: string, is: bigint, expected: bigint][] = [
    ['buy', net('buy') - net('sell') - net('sale-loss'), sum(legs.map(({ cost }) => cost))],
    ['fee', net('fee'), sum(legs.map(({ fees }) => fees))],
    [
      'sale',
      net('sale-gain') - net('sale-loss'),
      sum(legs.map(({ realised = 0n, realisedFees = 0n }) => realised + realisedFees)),
    ],
    ['settle', net('settle'), single ? sum(paid.map((leg) => least(leg.cost, leg.payout!))) : 0n],
    ['payout', net('payout'), single ? 0n : sum(paid.map(({ payout }) => payout!))],
    ['payout-cost', net('payout-cost'), single ? 0n : sum(paid.map(({ cost }) => cost))],
    ['gain', net('gain'), sum(recognised.map(({ cost, payout }) => excess(payout!, cost)))],
    ['loss', net('loss'), sum(recognised.map(({ cost, payout }) => excess(cost, payout!)))],
  ];
  return found
    .filter(([, is, expected]) => is !== expected)
    .map(([what, is, expected]) => {
      return `I6 ${tradeId}: its ${what} transfers come to ${is}, its legs to ${expected}`;
    });
}

function pnlFaults(legs: readonly LegRow[]): string[] {
  const [{ tradeId, status, tradePayout, tradePnl }] = legs as [LegRow, ...LegRow[]];
  if (status !== 'settled' && status !== 'closed') return [];
  const payout = sum(legs.map((leg) => leg.payout ?? 0n));
  const spent = legs.map(({ cost, fees, realisedFees = 0n }) => cost + fees - realisedFees);
  const pnl = payout - sum(spent) + sum(legs.map(({ realised = 0n }) => realised));
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
    .filter(({ payout, filled }) => payout !== null && filled > 0n)
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
