/** One half of an outcome's book at one time: what fills are taken from and kept with. */
import type { OutcomeIndex } from '../../domain/venue-id.ts';
import type { Level } from '../venue.ts';
import type { Side } from './book.ts';
import { hashOf } from './identity.ts';
import type { Owner } from './identity.ts';
import type { Half, MarketReading } from './source.ts';

/** Levels under the hash of what they say; equal books have equal ids. */
export interface Snapshot {
  readonly snapshotId: string;
  readonly marketId: string;
  readonly outcome: OutcomeIndex;
  readonly side: Side;
  readonly levels: readonly Level[];
}

/** The half of the book as it was read; undefined where it was not. */
export function snapshotOf(
  owner: Owner,
  marketId: string,
  options: { readonly market: MarketReading; readonly half: Half },
): Snapshot | undefined {
  const { outcome, side } = options.half;
  const levels = options.market.levels({ outcome, side });
  if (levels === undefined) return undefined;
  const content = { marketId, outcome, side, levels };
  return { snapshotId: hashOf([owner.book, owner.venue, content]), ...content };
}
