/** Names every await of the activities, so that a crash run can stop a process exactly there. */
import type { ActivityDeps } from '../../activities/deps.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Venue } from '../../venues/venue.ts';

/** Called at every point with its name, e.g. `after place` or `before bookFill`. */
export type AtPoint = (point: string) => void;

const LEDGER_VERBS = [
  'readLegOrder',
  'storeOrder',
  'grantPermit',
  'bookOutcome',
  'readCursor',
  'knownFills',
  'bookFill',
  'storeSettlement',
  'writeCursor',
  'unsentSignals',
  'markSent',
  'recordSettlement',
] as const;

/** The same dependencies, with `at` called before and after each of their verbs. */
export function interfere(deps: ActivityDeps, at: AtPoint): ActivityDeps {
  return {
    ...deps,
    ledger: watchedLedger(deps.ledger, at),
    venue: (venue, book) => watchedVenue(deps.venue(venue, book), at),
    signal: watched(
      'signal',
      (...args: Parameters<typeof deps.signal>) => deps.signal(...args),
      at,
    ),
  };
}

function watched<Args extends unknown[], Result>(
  name: string,
  verb: (...args: Args) => Promise<Result>,
  at: AtPoint,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    at(`before ${name}`);
    const result = await verb(...args);
    // After a look that found nothing there is nothing to lose.
    if (!Array.isArray(result) || result.length > 0) at(`after ${name}`);
    return result;
  };
}

function watchedLedger(ledger: Ledger, at: AtPoint): Ledger {
  const verbs = LEDGER_VERBS.map((name) => [
    name,
    watched(name, ledger[name] as (...args: unknown[]) => Promise<unknown>, at),
  ]);
  return { ...ledger, ...(Object.fromEntries(verbs) as Partial<Ledger>) };
}

function watchedVenue(venue: Venue, at: AtPoint): Venue {
  return {
    ...venue,
    place: async (order, mayWrite, signal) => {
      at('before place');
      const allowed = (): boolean => {
        const may = mayWrite();
        // The last moment there is: the same turn writes the bytes.
        if (may) at('write allowed');
        return may;
      };
      const answer = await venue.place(order, allowed, signal);
      at('after place');
      return answer;
    },
    fillsSince: watched('fillsSince', (sinceMs: number) => venue.fillsSince(sinceMs), at),
    settlementsSince: watched(
      'settlementsSince',
      (sinceMs: number) => venue.settlementsSince(sinceMs),
      at,
    ),
  };
}
