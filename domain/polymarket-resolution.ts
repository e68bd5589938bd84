/**
 * When a Polymarket market has a result. Only a strict winner or a half for each is one; what is
 * closed without either, disputed, still open to a dispute or told differently by two sources is
 * not. The sources: the CLOB's winner flags, and Gamma with the state of the oracle.
 */
import type { PriceMicros } from './money.ts';
import { MICROS_PER_UNIT, priceMicros } from './money.ts';

/** Undefined where a price is no whole number of millionths. */
type TokenPrice = number | undefined;

/** The CLOB's record of a market, in the order of its outcomes. */
export interface ClobWord {
  readonly closed: boolean;
  readonly isFiftyFifty: boolean;
  readonly tokens: readonly { readonly winner: boolean; readonly priceMicros: TokenPrice }[];
}

/** Gamma's record of the same market. */
export interface GammaWord {
  readonly closed: boolean;
  /** `umaResolutionStatus`; undefined where there is none. */
  readonly umaStatus: string | undefined;
  /** Empty where it tells none. */
  readonly pricesMicros: readonly TokenPrice[];
}

type Payouts = readonly [PriceMicros, PriceMicros];

/** What the sources come to. `disputed` and `unresolved` say why, in words. */
export type PolymarketResolution =
  | { readonly kind: 'resolved'; readonly payoutMicros: Payouts }
  | { readonly kind: 'disputed' | 'unresolved'; readonly why: string };

const WON_MICROS_MIN = 999_000;
const LOST_MICROS_MAX = 1_000;
const HALF = priceMicros(MICROS_PER_UNIT / 2);
const HALVES: Payouts = [HALF, HALF];

/** States of the oracle, by whether its answer can still change. */
const OPEN_STATES = new Set(['requested', 'proposed']);
const KNOWN_STATES = new Set([...OPEN_STATES, 'disputed', 'settled', 'resolved']);

/**
 * Judges what was heard; a source that was not asked or does not have the market is left out.
 * @source reference/polymarket.md §3.3 (resolution, traps), 2026-11
 */
export function polymarketResolution(heard: {
  readonly clob?: ClobWord | undefined;
  readonly gamma?: GammaWord | undefined;
}): PolymarketResolution {
  const { clob, gamma } = heard;
  if (gamma?.umaStatus === 'disputed') return { kind: 'disputed', why: 'its result is disputed' };
  if (clob?.closed !== true && gamma?.closed !== true) return unresolved('it is not closed');
  if (clob?.closed === false) return unresolved('the CLOB says that it is not closed');
  if (gamma?.closed === false) return unresolved('Gamma says that it is not closed');
  const state = gamma?.umaStatus;
  if (state !== undefined && !KNOWN_STATES.has(state)) {
    return unresolved(`the state ${JSON.stringify(state)} of its resolution is not known`);
  }
  if (state !== undefined && OPEN_STATES.has(state)) {
    return unresolved(`its result is ${state} and may still be disputed`);
  }
  return judged(clob && saidByClob(clob), gamma && saidByGamma(gamma));
}

/** What one source says: a result, none, or things that contradict each other. */
type Said =
  | { readonly kind: 'result'; readonly final: boolean; readonly payouts: Payouts }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'contradiction'; readonly why: string };

function judged(clob: Said | undefined, gamma: Said | undefined): PolymarketResolution {
  const said = [clob, gamma].filter((one) => one !== undefined);
  const wrong = said.find((one) => one.kind === 'contradiction');
  if (wrong !== undefined) return unresolved(wrong.why);
  const [first, second] = said.filter((one) => one.kind === 'result');
  if (first === undefined) return unresolved('it is closed without a winner');
  if (second !== undefined && first.payouts[0] !== second.payouts[0]) {
    return unresolved('the CLOB and Gamma say different results');
  }
  if (!first.final && second?.final !== true) {
    return unresolved('it is closed with prices of a result, and nobody says that it is one');
  }
  return { kind: 'resolved', payoutMicros: first.payouts };
}

function saidByClob({ tokens, isFiftyFifty }: ClobWord): Said {
  if (tokens.length !== 2) return contradiction(`the CLOB tells ${tokens.length} outcomes of it`);
  const prices = strictOf(tokens.map(({ priceMicros: price }) => price));
  const winners = tokens.filter(({ winner }) => winner).length;
  if (winners > 1) return contradiction('the CLOB names two winners');
  if (winners === 1) {
    const payouts = payoutsOf(tokens[0]?.winner === true);
    const fits = !isFiftyFifty && prices?.[0] === payouts[0];
    if (fits) return { kind: 'result', final: true, payouts };
    return contradiction('the CLOB names a winner, and prices or a 50/50 that contradict it');
  }
  if (isFiftyFifty) {
    if (prices?.[0] === HALF) return { kind: 'result', final: true, payouts: HALVES };
    return contradiction('the CLOB says 50/50 with other prices');
  }
  // Prices of 0.5 are what a market starts with; those of 0 and 1 count if Gamma says resolved.
  if (prices === undefined || prices[0] === HALF) return { kind: 'nothing' };
  return { kind: 'result', final: false, payouts: prices };
}

function saidByGamma({ umaStatus, pricesMicros }: GammaWord): Said {
  if (pricesMicros.length !== 2 && pricesMicros.length !== 0) {
    return contradiction(`Gamma tells ${pricesMicros.length} outcomes of it`);
  }
  const payouts = strictOf(pricesMicros);
  const final = umaStatus === 'resolved';
  if (payouts === undefined) return { kind: 'nothing' };
  if (payouts[0] === HALF && !final) return { kind: 'nothing' };
  return { kind: 'result', final, payouts };
}

/** The payouts that two prices stand for; undefined where they are neither a win nor halves. */
function strictOf(prices: readonly TokenPrice[]): Payouts | undefined {
  const [first, second] = prices;
  if (first === undefined || second === undefined) return undefined;
  if (first === HALF && second === HALF) return HALVES;
  // Beyond a dollar it is no price of a share: it may be one in cents.
  if (Math.min(first, second) < 0 || Math.max(first, second) > MICROS_PER_UNIT) return undefined;
  if (first >= WON_MICROS_MIN && second <= LOST_MICROS_MAX) return payoutsOf(true);
  if (second >= WON_MICROS_MIN && first <= LOST_MICROS_MAX) return payoutsOf(false);
  return undefined;
}

function payoutsOf(firstWins: boolean): Payouts {
  const [whole, nothing] = [priceMicros(MICROS_PER_UNIT), priceMicros(0)];
  return firstWins ? [whole, nothing] : [nothing, whole];
}

function unresolved(why: string): PolymarketResolution {
  return { kind: 'unresolved', why };
}

function contradiction(why: string): Said {
  return { kind: 'contradiction', why };
}
