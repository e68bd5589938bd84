/** The clients of a live book, whose hosts and keys must be those it was bound to. */
import type { Config } from '../../contracts/config.ts';
import { ConfigError } from '../../contracts/config.ts';
import type { FieldProblem } from '../../contracts/proposal.ts';
import type { LiveBook } from '../../domain/desk.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { VenueBinding } from '../../ledger/verbs/bindings.ts';
import type { LiveParts, LiveVenue } from './live-venue.ts';
import { openForCancels, openLiveVenues, problemsLine } from './venues.ts';

interface BoundParts extends Omit<LiveParts, 'book' | 'ledger' | 'fuseOf'> {
  readonly config: Config;
  readonly ledger: Ledger;
  /** Nothing is at stake yet: whose account it is will be seen by `venue setup`. */
  readonly mayBeUnbound?: boolean;
}

/** A fuse that was armed elsewhere counts for orders from this much later on. */
const FUSE_AGE_MS_MAX = 1_000;

/**
 * Opens the book's venues. Nothing is asked of them.
 * @throws ConfigError naming what is missing or another's
 */
export async function openBoundVenues(
  parts: BoundParts,
  book: LiveBook,
): Promise<readonly LiveVenue[]> {
  const { config, ledger, mayBeUnbound = false } = parts;
  const bindings = await ledger.readBindings(book);
  const venues = openLiveVenues(config, { ...parts, book, fuseOf: fusesOf(ledger, book) });
  const wrong = venues.flatMap((live) => {
    const bound = bindings.find(({ venue }) => venue === live.venue.id);
    return bound === undefined && mayBeUnbound ? [] : differences(live, book, bound);
  });
  if (wrong.length > 0) throw new ConfigError(wrong);
  return venues;
}

function differences(
  live: LiveVenue,
  book: LiveBook,
  bound: VenueBinding | undefined,
): FieldProblem[] {
  const { venue, keyId, settings } = live;
  const setUp = `ballast venue setup ${venue.id}`;
  if (bound === undefined) {
    return [{ field: settings.key, problem: `the ${book} book is bound to no account: ${setUp}` }];
  }
  const elsewhere = boundElsewhere(live, bound);
  if (elsewhere.length > 0 || bound.keyId === keyId) return elsewhere;
  const problem = `the ${book} book knows another key of its account; show that this one is its too: ${setUp}`;
  return [{ field: settings.key, problem }];
}

/** Why a venue as it is configured is not where its book is: no order of the book is there. */
function boundElsewhere(
  { host, settings, configured }: LiveVenue,
  bound: VenueBinding,
): FieldProblem[] {
  const found: FieldProblem[] = [];
  const { book } = bound;
  if (bound.host !== host) {
    const problem = `the ${book} book is bound to ${bound.host}, not ${host}`;
    found.push({ field: settings.host, problem });
  }
  if (configured !== undefined && bound.account !== configured.account) {
    const problem = `the ${book} book is bound to account ${bound.account}, and this is ${configured.account}; another account needs a data directory of its own (BALLAST_DATA_DIR)`;
    found.push({ field: configured.setting, problem });
  }
  return found;
}

/** A venue that no order can be cancelled at from here, and why. */
interface NotOpened {
  readonly venue: VenueId;
  readonly why: string;
}

/**
 * Opens whatever opens of a book's venues, to cancel its orders: what one venue lacks keeps no order
 * of the other alive. One that is configured elsewhere than its book is bound to stays shut: the
 * orders there are somebody else's.
 * @param bindings as far as the ledger could be asked
 */
export function openToCancel(
  config: Config,
  parts: LiveParts,
  bindings: readonly VenueBinding[],
): { readonly opened: readonly LiveVenue[]; readonly missing: readonly NotOpened[] } {
  const { opened, missing } = openForCancels(config, parts);
  const shut = opened.flatMap((live): NotOpened[] => {
    const bound = bindings.find(({ venue }) => venue === live.venue.id);
    const why = bound === undefined ? [] : boundElsewhere(live, bound);
    return why.length === 0 ? [] : [{ venue: live.venue.id, why: problemsLine(why) }];
  });
  return {
    opened: opened.filter((live) => shut.every(({ venue }) => venue !== live.venue.id)),
    missing: [...missing, ...shut],
  };
}

/** The fuses as the ledger has them, read again after a moment. */
function fusesOf(ledger: Ledger, book: LiveBook): NonNullable<LiveParts['fuseOf']> {
  let read: Promise<readonly VenueBinding[]> | undefined;
  let readAtMs = 0;
  return async (venue: VenueId): Promise<string | undefined> => {
    if (read === undefined || performance.now() - readAtMs > FUSE_AGE_MS_MAX) {
      readAtMs = performance.now();
      const reading = ledger.readBindings(book);
      read = reading;
      // A failure is told to who asked, and the next one asks anew.
      reading.catch(() => {
        if (read === reading) read = undefined;
      });
    }
    return (await read).find((one) => one.venue === venue)?.fuseId;
  };
}
