/** Lists markets, changes them, and scripts the house's books. */
import { formatDecimal } from '../../domain/decimal.ts';
import { MICROS_PER_UNIT, microContracts, priceMicros } from '../../domain/money.ts';
import { Book } from '../engine/book.ts';
import { onGrid } from '../engine/grid.ts';
import type { HouseBook, SidedLevel } from '../engine/house.ts';
import { levelsOf } from '../engine/house.ts';
import { planMatch } from '../engine/matching.ts';
import { SHARE_STEP } from './amounts.ts';
import { modeOf } from './modes.ts';
import type { Market } from './records.ts';
import type { ExchangeState } from './state.ts';
import { emit, hash32, nextSequence } from './state.ts';
import { execute, houseTaker } from './trading.ts';

/** A market to list; all but the slug has a default that makes it tradable now. */
export interface Listing {
  readonly slug: string;
  readonly event?: string | undefined;
  readonly question?: string | undefined;
  readonly outcomes?: readonly [string, string] | undefined;
  readonly tokenIds?: readonly [string, string] | undefined;
  readonly negRisk?: boolean | undefined;
  readonly tickMicros?: number | undefined;
  readonly minSize?: number | undefined;
  /** Millionths, as `PolymarketRate`; null: no fees. */
  readonly feeRate?: number | null | undefined;
  readonly feeExponent?: number | undefined;
  readonly secondsDelay?: number | undefined;
  readonly endAtMs?: number | undefined;
  /** The CLOB tells of it only so much later than Gamma does. */
  readonly clobDelayMs?: number | undefined;
  readonly livenessMs?: number | undefined;
  /** Any other field of Gamma's market. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

const OPEN_FOR_MS = 30 * 86_400_000;
/** UMA's usual challenge period. @source reference §3.3 */
const LIVENESS_MS = 2 * 3_600_000;
const CENT = 10_000;
/** Five shares. @source reference §2.3 */
const MIN_SIZE = 5_000_000;
/** "Other" markets. @source reference §3.1 */
const FEE_RATE = 50_000;
/** The ticks there are. @source reference §2.3 */
export const TICKS_MICROS: readonly number[] = [100_000, 10_000, 5000, 2500, 1000, 100];

/** Lists a market. @throws Error where the slug is taken */
export function listMarket(state: ExchangeState, listing: Listing): Market {
  const { slug, feeRate = FEE_RATE } = listing;
  if (state.slugs.has(slug)) throw new Error(`market ${slug} is there already`);
  const sequence = nextSequence(state);
  const token = (outcome: number): string => BigInt(hash32(`token ${slug} ${outcome}`)).toString();
  const market: Market = {
    slug,
    conditionId: hash32(`condition ${slug}`),
    questionId: hash32(`question ${slug}`),
    gammaId: String(500_000 + sequence),
    tokenIds: listing.tokenIds ?? [token(0), token(1)],
    outcomes: listing.outcomes ?? ['Yes', 'No'],
    question: listing.question ?? `Will ${slug} happen?`,
    eventSlug: listing.event ?? `${slug}-event`,
    negRisk: listing.negRisk ?? false,
    minSize: listing.minSize ?? MIN_SIZE,
    fee:
      feeRate === null
        ? undefined
        : { rateMillionths: feeRate, exponent: listing.feeExponent ?? 1 },
    sequence,
    listedAtMs: state.nowMs,
    book: new Book(),
    houseTokens: new Map(),
    fields: listing.fields ?? {},
    tickMicros: listing.tickMicros ?? CENT,
    secondsDelay: listing.secondsDelay ?? 0,
    clobFromMs: state.nowMs + (listing.clobDelayMs ?? 0),
    endAtMs: listing.endAtMs ?? state.nowMs + OPEN_FOR_MS,
    accepting: true,
    uma: '',
    umaHistory: [],
    livenessMs: listing.livenessMs ?? LIVENESS_MS,
    lastPrice: priceMicros(MICROS_PER_UNIT / 2),
    volume: 0,
  };
  state.markets.set(market.conditionId, market);
  state.slugs.set(slug, market.conditionId);
  state.tokens.set(market.tokenIds[0], { market, token: 0 });
  state.tokens.set(market.tokenIds[1], { market, token: 1 });
  emit(state, { kind: 'listed', market });
  return market;
}

/** A market by slug or condition id. @throws Error where there is none */
export function listed(state: ExchangeState, name: string): Market {
  const market = state.markets.get(state.slugs.get(name) ?? name);
  if (market !== undefined) return market;
  throw new Error(`no market ${name}; open it with openMarket`);
}

/** Changes the tick, also while orders rest. @throws Error for a tick the venue does not have */
export function setTick(state: ExchangeState, market: Market, tickMicros: number): void {
  if (!TICKS_MICROS.includes(tickMicros)) {
    const ticks = TICKS_MICROS.map((tick) => formatDecimal(tick)).join(', ');
    throw new Error(`no tick ${formatDecimal(tickMicros)}; there are: ${ticks}`);
  }
  const { tickMicros: oldTickMicros } = market;
  market.tickMicros = tickMicros;
  if (tickMicros !== oldTickMicros) emit(state, { kind: 'tick', market, oldTickMicros });
}

/**
 * Replaces the house's liquidity. What crosses a client's resting order trades with it at the
 * client's price, as a taker would; the house's own two sides never trade with each other.
 * @throws Error for a level off the grid; then nothing has changed
 */
export function setHouseBook(state: ExchangeState, market: Market, quotes: HouseBook): void {
  const levels = levelsOf(quotes);
  const grid = [{ startMicros: 0, endMicros: MICROS_PER_UNIT, stepMicros: market.tickMicros }];
  for (const { price, quantity } of levels) {
    if (!onGrid(grid, price) || quantity % SHARE_STEP !== 0) {
      const level = `${formatDecimal(price)} × ${formatDecimal(quantity)}`;
      throw new Error(`${market.slug}: ${level} is off the tick or off 0.01 shares`);
    }
  }
  market.book.clearHouse();
  market.houseTokens.clear();
  const trades = market.accepting && modeOf(state).mode === 'normal';
  for (const level of levels) quote(state, market, level, trades);
  emit(state, { kind: 'book', market });
}

function quote(
  state: ExchangeState,
  market: Market,
  { side, price, quantity, outcome }: SidedLevel,
  trades: boolean,
): void {
  let left = quantity;
  if (trades) {
    const incoming = { side, limit: price, quantity, selfTrade: 'maker' } as const;
    const plan = planMatch(market.book.entries(), incoming);
    const taken = execute(state, market, houseTaker(state, outcome, side), plan.executions);
    left = microContracts(quantity - taken.quantity);
  }
  if (left === 0) return;
  const id = `house:${nextSequence(state)}`;
  market.houseTokens.set(id, outcome);
  market.book.add({ id, side, price, remaining: left });
}
