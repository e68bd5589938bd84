/**
 * Names every await of the activities on a ledger, a venue or a workflow, so that a crash run can
 * stop a process exactly there. Nothing is listed by hand: a new verb has its points at once.
 */
import type { ActivityDeps } from '../../activities/deps.ts';
import type { Venue } from '../../venues/venue.ts';

/** The call a point belongs to; `result` is there after it, unless the call came to nothing. */
export interface Call {
  readonly args: readonly unknown[];
  readonly result?: unknown;
}

/**
 * Called at every point with its name, e.g. `after place` or `before bookFill`. What it returns is
 * waited for before the activity goes on.
 */
export type AtPoint = (point: string, call: Call) => void | Promise<void>;

type Verb = (...args: unknown[]) => unknown;

/** The same dependencies, with `at` called before and after each of their verbs. */
export function interfere(deps: ActivityDeps, at: AtPoint): ActivityDeps {
  return {
    ...deps,
    ledger: watched(deps.ledger, at),
    venue: (venue, book) => watchedVenue(deps.venue(venue, book), at),
    signal: watchedVerb('signal', deps.signal.bind(deps) as Verb, at) as typeof deps.signal,
  };
}

/** The same object; each of its functions that answers with a promise has its two points. */
function watched<Watched extends object>(whole: Watched, at: AtPoint): Watched {
  return new Proxy(whole, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function'
        ? watchedVerb(String(name), value.bind(target) as Verb, at)
        : value;
    },
  });
}

/** What every venue answers from memory. */
const WITHOUT_AWAIT = new Set(['capabilities']);

function watchedVerb(name: string, verb: Verb, at: AtPoint): Verb {
  if (WITHOUT_AWAIT.has(name)) return verb;
  return async (...args) => {
    await at(`before ${name}`, { args });
    const result = await verb(...args);
    // After a look that found nothing there is nothing to lose.
    const nothing = Array.isArray(result) && result.length === 0;
    if (!nothing) await at(`after ${name}`, { args, result });
    return result;
  };
}

function watchedVenue(venue: Venue, at: AtPoint): Venue {
  const place: Venue['place'] = async (order, mayWrite, signal) => {
    const stops: Promise<void>[] = [];
    const allowed = (): boolean => {
      if (!mayWrite()) return false;
      // The last moment there is: the same turn writes the bytes. A process that is to end here
      // cannot wait in this turn; it writes nothing, and goes on with nothing.
      const stop = at('write allowed', { args: [order] });
      if (stop !== undefined) stops.push(stop);
      return stop === undefined;
    };
    const answer = await venue.place(order, allowed, signal);
    await Promise.all(stops);
    return answer;
  };
  const placed = { ...venue, place };
  return watched(placed, at);
}
