/**
 * Where the paper exchange gets its markets, books and results from. Two implementations: a file
 * (`file-source.ts`), which tells all of its markets at once and can be read again under a lock,
 * and a venue's public data (`public-source.ts`), which is asked for single markets beforehand.
 */
import type { PaperScript } from '../../contracts/paper-script.ts';
import type { FeeReading } from '../../domain/fees/terms.ts';
import type { OutcomeIndex } from '../../domain/venue-id.ts';
import type { Level, MarketResult, VenueMarket, VenueStatus } from '../venue.ts';
import type { Side } from './book.ts';

/** What a market is doing: `open` matches, `suspended` keeps orders, `closed` ends them. */
export type MarketPhase = 'open' | 'suspended' | 'closed';

/** When a market is looked at, and what the exchange knows of it. */
export interface Moment {
  readonly listedAtMs: number;
  readonly settled: boolean;
  readonly nowMs: number;
}

/** One half of one outcome's book. */
export interface Half {
  readonly outcome: OutcomeIndex;
  readonly side: Side;
}

/** A market as it was read. */
export interface MarketReading {
  /** When its oldest part was read, Unix ms; absent where it cannot be out of date under a lock. */
  readonly asOfMs?: number;
  /** Told to be not heard, though orders go through: a lever of the file. */
  readonly unreachable: boolean;
  /** What happens to single orders; empty where nothing is scripted. */
  readonly script: PaperScript;
  /** Whether the venue, or the market's part of it, trades; undefined where that was not asked. */
  readonly venueTrades: boolean | undefined;
  /** Leaving aside whether the whole venue trades. */
  phase(moment: Moment): MarketPhase;
  facts(moment: Moment): VenueMarket;
  fees(moment: Moment): FeeReading;
  /** Undefined until the result is final, and where it was not asked for. */
  result(moment: Moment): MarketResult | undefined;
  /** One a price, best first, whole lots only; undefined where this book was not asked for. */
  levels(half: Half): readonly Level[] | undefined;
}

/** What was read at one time. */
export interface Reading {
  /** By id; a market that is missing is not known to the venue, or was not heard. */
  readonly markets: ReadonlyMap<string, MarketReading>;
  /** Whether fills that a script gave a time are taken back by this reading. */
  readonly reverts: boolean;
  /** The same as new as it can be had without waiting for anybody: for use under a lock. */
  again(): Promise<Reading>;
}

/** What is asked about one market. */
export interface Wanted {
  readonly marketId: string;
  /** Whose books. */
  readonly outcomes: readonly OutcomeIndex[];
  /** Whether its part of the venue trades. */
  readonly status: boolean;
}

/** What the exchange has under way. */
export interface UnderWay {
  /** Markets with resting orders, each once, with the books those orders wait for. */
  readonly resting: readonly Wanted[];
  /** Markets with a position and without a result yet, each once. */
  readonly held: readonly string[];
}

/** Where markets come from. */
export interface MarketSource {
  /** Whether every reading tells all markets, with results, whatever was asked. */
  readonly whole: boolean;
  /** How often the watch may ask for facts. */
  readonly pollIntervalMs: number;
  /**
   * What was asked, read now.
   * @throws VenueUnreachable, or PaperFileError, when any of it was not heard; VenueRefused
   */
  read(wanted: readonly Wanted[], signal?: AbortSignal): Promise<Reading>;
  /**
   * What is heard, at the source's own pace, of what is under way; the rest is left out. For verbs
   * about what is already recorded, which a source that is silent must not hide.
   * @throws the signal's reason
   */
  glance(underWay: UnderWay, signal?: AbortSignal): Promise<Reading>;
  /** Whether the venue trades. @throws as `read` does */
  status(marketId?: string, signal?: AbortSignal): Promise<VenueStatus>;
}

/** Room for waiting for a lock (2 s) after the reading. */
const READING_AGE_MS_MAX = 3000;

/** Whether a reading is too old to decide an order by. */
export function isTooOld(market: MarketReading, nowMs: number): boolean {
  return market.asOfMs !== undefined && nowMs - market.asOfMs > READING_AGE_MS_MAX;
}
