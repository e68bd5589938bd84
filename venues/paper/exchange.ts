/** What every verb of the paper exchange works with. */
import type { Pool } from 'pg';
import { AssertionError } from '../../domain/assert.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Micros } from '../../domain/money.ts';
import { messageOf } from '../../domain/thrown.ts';
import { isVenueFailure, VenueUnreachable } from '../venue.ts';
import type { Owner } from './identity.ts';
import type { MarketReading, MarketSource } from './source.ts';

/** Where tests can lose an answer. */
export interface PaperHooks {
  /** Runs after COMMIT and before the answer; when it throws, the answer is lost (`unknown`). */
  readonly afterEffect?: () => void | Promise<void>;
}

/** One venue in one book, as this process knows it; the truth is in the database. */
export interface Exchange {
  readonly pool: Pool;
  readonly owner: Owner;
  readonly clock: Clock;
  readonly source: MarketSource;
  readonly initialCashMicros: Micros;
  readonly hooks: PaperHooks;
  readonly known: Known;
}

/** What never changes once it is true, remembered to save statements. */
interface Known {
  accountOpen: boolean;
  /** The markets of the reading before, which are all listed. */
  listed?: ReadonlyMap<string, MarketReading>;
  /** Listing time by market id, Unix ms. */
  readonly listedAtMs: Map<string, number>;
  readonly settled: Set<string>;
}

/** The Clock's now, Unix ms. */
export async function now(exchange: Exchange): Promise<number> {
  return (await exchange.clock.read()).atMs;
}

const INTEGRITY_VIOLATION_CLASS = '23';

/** Whether an error says that the program is wrong, not that the exchange was not heard. */
export function isBug(error: unknown): boolean {
  if (error instanceof AssertionError || error instanceof TypeError) return true;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith(INTEGRITY_VIOLATION_CLASS);
}

/** Runs a verb that rejects. @throws VenueUnreachable for whatever is neither a no nor a bug */
export async function heard<Value>(exchange: Exchange, verb: () => Promise<Value>): Promise<Value> {
  try {
    return await verb();
  } catch (error) {
    if (isBug(error) || isVenueFailure(error)) throw error;
    const { venue } = exchange.owner;
    throw new VenueUnreachable({ venue, detail: messageOf(error), cause: error });
  }
}
