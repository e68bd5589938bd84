/**
 * A bet of the predecessor's file as a two-leg trade: which markets and outcomes it names, what it
 * cost, and why it is no trade of ours where it is none. @source reference/peers.md §2
 */
import { assert } from './assert.ts';
import { microsOfCents, microsOfFloat } from './float-text.ts';
import type { MicroContracts, Micros, PriceMicros } from './money.ts';
import { microContracts, micros, MICROS_PER_UNIT, mulDivFloor, priceMicros } from './money.ts';
import { formatDecimal, formatUsd } from './decimal.ts';
import { formatPercent } from './roi.ts';
import type { OutcomeIndex, VenueId } from './venue-id.ts';

/** A bet's leg; `price` in cents, money in dollars, all of them floats. */
export interface PredecessorLeg {
  readonly platform: 'Kalshi' | 'Polymarket';
  readonly price: number;
  readonly team: string;
  readonly code: string;
  readonly url: string;
  readonly fee_usd: number;
  readonly market_id?: string | null | undefined;
  readonly order_id?: string | null | undefined;
}

/** A bet as the file has it. `id` is `AWAY@HOME`; times are of no zone and read as UTC. */
export interface PredecessorBet {
  readonly id: string;
  readonly game: string;
  readonly sport: string;
  readonly timestamp: string;
  /** Empty where it was not known. */
  readonly game_time: string;
  readonly legs: readonly PredecessorLeg[];
  readonly quantity: number;
  readonly status: string;
  readonly realized_profit: number;
}

export interface ImportedLeg {
  readonly venue: VenueId;
  readonly market: string;
  readonly outcome: OutcomeIndex;
  readonly label: string;
  readonly priceMicros: PriceMicros;
  /** Price × quantity. */
  readonly costMicros: Micros;
  readonly feeMicros: Micros;
}

export interface ImportedTrade {
  readonly id: string;
  readonly event: string;
  readonly title: string;
  /** Of each leg. */
  readonly quantity: MicroContracts;
  readonly legs: readonly ImportedLeg[];
  /** Both legs with fees. */
  readonly costMicros: Micros;
  /** What is lost if the markets resolve alike: cost beyond the dollar a contract pays. */
  readonly riskMicros: Micros;
  readonly roiMillionths: number;
  readonly placedAtMs: number;
  /** The game's start; absent where the file does not tell it. */
  readonly settlesAtMs?: number;
}

/** What a bet comes to here. */
export type BetJudgement =
  | { readonly kind: 'trade'; readonly trade: ImportedTrade }
  | { readonly kind: 'refused'; readonly reasons: readonly string[] }
  /** Over before it came here: no position, and its result is no result of this book. */
  | { readonly kind: 'history'; readonly reasons: readonly string[] };

/** The status of a bet whose markets have not paid yet; `locked` is a hedged one. */
const OPEN_STATUSES = ['pending', 'locked'];

/** Both venues quoted whole cents and the predecessor took the middle: a price is half cents. */
const PRICE_STEP_MICROS = 5_000;

/** A pair that doubles its money is no hedge but a mistake in units, which are a hundredfold. */
const ROI_MILLIONTHS_MAX = MICROS_PER_UNIT;

const VENUES = { Kalshi: 'kalshi', Polymarket: 'polymarket' } as const;

/** The id a bet's trade has here; the date keeps `AWAY@HOME` of two games apart. */
export function importedTradeId(bet: PredecessorBet): string {
  const [away, home] = teamsOf(bet);
  return `import-${sportOf(bet)}-${dateOf(bet)}-${away}-${home}`;
}

/** The AWAY and HOME of a bet's id. */
export function teamsOf(bet: { readonly id: string }): readonly [string, string] {
  const [away = '', home = ''] = bet.id.split('@');
  return [away, home];
}

/** An instant of the file, which names no zone and is read as UTC; undefined where it is none. */
export function instantOf(text: string): number | undefined {
  const shape = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?Z?$/.exec(text);
  if (shape === null) return undefined;
  const [, minute = '', seconds = ':00'] = shape;
  const atMs = Date.parse(`${minute}${seconds.slice(0, 7)}Z`);
  // 30 February would be read as 2 March.
  const isReal = !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(minute);
  return isReal ? atMs : undefined;
}

/** Judges a bet whose fields are sound. @throws AssertionError where they are not */
export function judgeBet(bet: PredecessorBet): BetJudgement {
  if (bet.status === 'settled') {
    const profit = formatUsd(known(microsOfFloat(bet.realized_profit)));
    return {
      kind: 'history',
      reasons: [`status: settled there already, with a profit of ${profit}`],
    };
  }
  const legs = bet.legs.map((leg, index) => readLeg(bet, leg, index));
  const trade = tradeOf(
    bet,
    legs.map(({ leg }) => leg),
  );
  const reasons = [
    ...statusReasons(bet),
    ...(bet.legs[0]?.platform === bet.legs[1]?.platform
      ? [`legs: both are at ${bet.legs[0]?.platform}; a pair has one leg a venue`]
      : []),
    ...legs.flatMap((leg) => leg.reasons),
    ...roiReasons(trade),
  ];
  return reasons.length > 0 ? { kind: 'refused', reasons } : { kind: 'trade', trade };
}

function statusReasons(bet: PredecessorBet): string[] {
  const real = bet.legs.some(({ order_id }) => order_id != null && order_id !== '');
  return [
    ...(OPEN_STATUSES.includes(bet.status)
      ? []
      : [`status: ${bet.status} is neither an open position nor a result`]),
    ...(real
      ? ['legs: carries a venue order id; a real order has no place in the paper book']
      : []),
  ];
}

function roiReasons({ roiMillionths }: ImportedTrade): string[] {
  return roiMillionths <= ROI_MILLIONTHS_MAX
    ? []
    : [
        `roi_percent: it comes to ${formatPercent(roiMillionths)}, above the plausible ` +
          `${formatPercent(ROI_MILLIONTHS_MAX)}: a unit error`,
      ];
}

function readLeg(
  bet: PredecessorBet,
  leg: PredecessorLeg,
  index: number,
): { readonly leg: ImportedLeg; readonly reasons: readonly string[] } {
  const price = priceMicros(known(microsOfCents(leg.price)));
  const quantity = known(microsOfFloat(bet.quantity));
  const named = leg.platform === 'Kalshi' ? kalshiSide(bet, leg) : polymarketSide(bet, leg);
  const offStep = price % PRICE_STEP_MICROS !== 0;
  return {
    leg: {
      venue: VENUES[leg.platform],
      market: '',
      outcome: 0,
      label: leg.team,
      ...(typeof named === 'string' ? {} : named),
      priceMicros: price,
      costMicros: micros(mulDivFloor(quantity, price, MICROS_PER_UNIT)),
      feeMicros: micros(known(microsOfFloat(leg.fee_usd))),
    },
    reasons: [
      ...(typeof named === 'string' ? [`legs.${index}.url: ${named}`] : []),
      ...(offStep
        ? [
            `legs.${index}.price: ${leg.price} cents is $${formatDecimal(price)}, ` +
              'off the tick: prices there are whole half cents',
          ]
        : []),
    ],
  };
}

/** The ticker's last part is the team it pays for: where that is the other one, the leg is a no. */
function kalshiSide(bet: PredecessorBet, leg: PredecessorLeg) {
  const market = /^https:\/\/kalshi\.com\/markets\/([A-Z0-9][A-Z0-9.-]{0,63})$/.exec(leg.url)?.[1];
  if (market === undefined) return noMarket(leg, 'https://kalshi.com/markets/<ticker>');
  const pays = market.slice(market.lastIndexOf('-') + 1);
  if (!teamsOf(bet).includes(pays)) return `${market} pays for ${pays}, neither team of ${bet.id}`;
  return pays === leg.code
    ? { market, outcome: 0 as const, label: 'yes' }
    : { market, outcome: 1 as const, label: 'no' };
}

/** A game's slug names the away team first, and so does its market's list of outcomes. */
function polymarketSide(bet: PredecessorBet, leg: PredecessorLeg) {
  const market = /^https:\/\/polymarket\.com\/event\/([a-z0-9][a-z0-9-]{0,118})$/.exec(
    leg.url,
  )?.[1];
  if (market === undefined) return noMarket(leg, 'https://polymarket.com/event/<slug>');
  const outcome: OutcomeIndex = leg.code === teamsOf(bet)[0] ? 0 : 1;
  return { market, outcome, label: leg.team };
}

function noMarket(leg: PredecessorLeg, form: string): string {
  const id =
    leg.market_id == null ? '' : `; no venue has a market ${JSON.stringify(leg.market_id)}`;
  return `${JSON.stringify(leg.url)} names no market of ${leg.platform} (${form})${id}`;
}

function tradeOf(bet: PredecessorBet, legs: readonly ImportedLeg[]): ImportedTrade {
  const quantity = microContracts(known(microsOfFloat(bet.quantity)));
  const cost = legs.reduce((sum, leg) => sum + leg.costMicros + leg.feeMicros, 0);
  assert(cost > 0, `bet ${bet.id} cost nothing`);
  const settlesAtMs = instantOf(bet.game_time);
  return {
    id: importedTradeId(bet),
    event: `${sportOf(bet)}:${dateOf(bet)}:${bet.id}`,
    title: bet.game,
    quantity,
    legs,
    costMicros: micros(cost),
    // A matched pair pays one dollar a contract: micro-contracts are the micro-dollars they pay.
    riskMicros: micros(Math.max(0, cost - quantity)),
    roiMillionths: mulDivFloor(quantity - cost, MICROS_PER_UNIT, cost),
    placedAtMs: known(instantOf(bet.timestamp)),
    ...(settlesAtMs === undefined ? {} : { settlesAtMs }),
  };
}

/** The game's date; where the file has none, the bet's. */
function dateOf(bet: PredecessorBet): string {
  return (instantOf(bet.game_time) === undefined ? bet.timestamp : bet.game_time).slice(0, 10);
}

function sportOf({ sport }: PredecessorBet): string {
  return sport.toLowerCase();
}

function known(value: number | undefined): number {
  assert(value !== undefined, 'a field of the file was not checked before');
  return value;
}
