/**
 * A halt without Temporal, and without Postgres where that is gone too: the file HALT, then the
 * ledger, then every venue by its own client. Each step is tried whatever became of the others, and
 * each is bounded in time.
 */
import type { ClearingLedger } from '../activities/halting.ts';
import { clearBook } from '../activities/halting.ts';
import { clearVenue } from '../activities/clear-venue.ts';
import { inTime } from '../activities/in-time.ts';
import type { HaltView } from '../contracts/halt.ts';
import type { Acknowledgement } from '../domain/desk.ts';
import type { ClearedBook } from '../domain/halt.ts';
import { isClear, unheardBook } from '../domain/halt.ts';
import { messageOf } from '../domain/thrown.ts';
import type { Book, VenueId } from '../domain/venue-id.ts';
import type { Venue } from '../venues/venue.ts';
import { latchPath, setLatch } from './halt-latch.ts';

/** A stop holds 7 s after the last permit at the latest; the rest is for reaching Postgres. */
const LEDGER_MS_MAX = 12_000;
const OPEN_MS_MAX = 5_000;
/** What left right before the latch was set has arrived or been aborted by then. */
const IN_FLIGHT_MS = 5_000;

/** One venue's book, and why there may be no client for it. */
export interface BookToClear {
  readonly venue: VenueId;
  readonly book: Book;
  readonly ifMissing: string;
}

/** What a halt works with; bin hands it in. */
export interface HaltParts {
  readonly dataDir: string;
  readonly asked: { readonly actor: string; readonly reason: string };
  /** ISO, UTC. */
  readonly at: string;
  /** Halts the desk in the ledger and answers when that holds. */
  stopDesk(): Promise<Acknowledgement>;
  /** The venues to be cleared, and what to say of one without a client; asked after they opened. */
  books(): readonly BookToClear[];
  openVenues(): Promise<readonly Venue[]>;
  /** What the ledger knows of open orders; undefined where it was not reached. */
  clearing(): ClearingLedger | undefined;
  /** Hears of each step, for people. What it throws stops nothing. */
  tell(line: string): void;
}

/** Halts, cancels and verifies. Never rejects: what failed is in the answer. */
export async function haltEverything(parts: HaltParts): Promise<HaltView> {
  const problems: string[] = [];
  const tell = (line: string): void => {
    try {
      parts.tell(line);
    } catch {
      // Nobody to tell: the halt goes on.
    }
  };
  const failed = (step: string, error: unknown): void => {
    const problem = `${step}: ${messageOf(error)}`;
    problems.push(problem);
    tell(problem);
  };
  const latchedAtMs = performance.now();
  const latched = latch(parts, failed);
  if (latched) tell(`${latchPath(parts.dataDir)} is set: no process there sends an order`);
  const stop = await inTime(LEDGER_MS_MAX, 'the ledger', () => parts.stopDesk()).catch((error) =>
    failed('the ledger did not take the halt', error),
  );
  if (stop !== undefined) tell(`the ledger is ${stop.state} (epoch ${stop.epoch})`);
  const opened = await inTime(OPEN_MS_MAX, 'venues', () => parts.openVenues()).catch((error) => {
    failed('the venues were not opened', error);
    return [];
  });
  // Without the ledger's word nobody knows what left a moment ago.
  const sinceMs = performance.now() - latchedAtMs;
  const quietMs = stop === undefined ? Math.max(0, IN_FLIGHT_MS - sinceMs) : 0;
  const venues = await Promise.all(
    booksOf(parts, opened).map((at) => clearOne(parts, at, { opened, quietMs })),
  );
  return {
    // A latch alone halts: no process of the data directory sends an order.
    state: stop?.state ?? (latched ? 'halted' : 'active'),
    epoch: stop?.epoch ?? null,
    unresolved: [...(stop?.unresolved ?? [])],
    latched,
    verified: (latched || stop !== undefined) && venues.length > 0 && venues.every(isClear),
    venues: venues.map(toView),
    problems,
  };
}

function latch(parts: HaltParts, failed: (step: string, error: unknown) => void): boolean {
  const { actor: by, reason } = parts.asked;
  try {
    setLatch(parts.dataDir, { by, reason, at: parts.at });
    return true;
  } catch (error) {
    failed(`${latchPath(parts.dataDir)} could not be written`, error);
    return false;
  }
}

/** Those that are to be cleared, and any other that a client was opened for. */
function booksOf(parts: HaltParts, opened: readonly Venue[]): BookToClear[] {
  const books = parts.books();
  const others = opened
    .map(({ id, book }) => ({ venue: id, book, ifMissing: '' }))
    .filter((at) => !books.some((one) => one.venue === at.venue && one.book === at.book));
  return [...books, ...others];
}

async function clearOne(
  parts: HaltParts,
  at: BookToClear,
  { opened, quietMs }: { opened: readonly Venue[]; quietMs: number },
): Promise<ClearedBook> {
  const venue = opened.find(({ id, book }) => id === at.venue && book === at.book);
  if (venue === undefined) return unheardBook(at, at.ifMissing);
  try {
    const clearing = parts.clearing();
    return clearing === undefined
      ? await clearVenue(venue, [], { quietMs })
      : await clearBook(clearing, venue, { quietMs });
  } catch (error) {
    return unheardBook(at, messageOf(error));
  }
}

function toView(cleared: ClearedBook): HaltView['venues'][number] {
  const { cancelled, unresolved, open, ...rest } = cleared;
  return {
    ...rest,
    cancelled: [...cancelled],
    unresolved: unresolved.map((order) => ({ ...order })),
    open: open.map((order) => ({ ...order })),
  };
}
