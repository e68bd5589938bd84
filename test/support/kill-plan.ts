/** Where trades are killed: derived from the points that undisturbed trades have passed. */

/** A point of a branch, as the n-th of its name that a trade of the branch passes. */
export interface Stop {
  readonly branch: string;
  /** `<occurrence> <point>` */
  readonly place: string;
  /** Whether every trade of the branch comes there. */
  readonly sure: boolean;
}

/** The way of a branch: every place that its undisturbed trades passed, in order. */
export interface Way {
  readonly branch: string;
  readonly passed: readonly string[];
  /** What not all of them passed is a matter of time. */
  readonly isPassedByAll: (place: string) => boolean;
}

/** What only asks. A death right after its n-th time leaves what a death before that left. */
const ASKS = /^(read|known|unsent|fillsSince|settlementsSince|market|quote|status|prepare)/;
/** The pass over a venue's facts, by its watch, or by a trade's own activity that is there first. */
const PASS =
  /^(readCursor|fillsSince|settlementsSince|knownFills|bookFill|storeSettlement|writeCursor)/;
/** Paced loops pass the same points again and again, and not always as often. */
const OCCURRENCES_MAX = 2;

interface Point {
  readonly occurrence: number;
  readonly when: 'before' | 'after' | 'write';
  readonly verb: string;
  readonly watch: boolean;
  /** Its name, whichever venue's watch it is. */
  readonly name: string;
}

function pointOf(place: string): Point {
  const [, count, name, when, verb] = /^(\d+) ((before|after|write) (\w+).*)$/.exec(place)!;
  return {
    occurrence: Number(count),
    when: when as Point['when'],
    verb: verb!,
    watch: stopsWatch({ place }) !== undefined,
    name: name!.replace(/ on (kalshi|polymarket)/, ''),
  };
}

/** The venue whose whole watch stops there; undefined where it is one trade's own activity. */
export function stopsWatch({ place }: Pick<Stop, 'place'>): string | undefined {
  return / on (kalshi|polymarket)/.exec(place)?.[1];
}

/** The venue of a fill before the trade is open, for which no other fact needs to be read. */
export function firstFillOn({ place }: Pick<Stop, 'place'>): string | undefined {
  return /^1 after bookFill on (\w+)$/.exec(place)?.[1];
}

/**
 * Whether every trade of the branch passes it. How often a loop goes round, whether the watch was
 * there first and whether a trade looked for its result too early are a matter of time.
 */
function isSure({ occurrence, verb, watch }: Point): boolean {
  if (occurrence > 1) return false;
  return watch || (verb !== 'recordSettlement' && !PASS.test(verb));
}

/**
 * Chooses the places to kill at, one trade each. In every branch: after each call of the trade's
 * own activities that changes something, the second time too; and after each fill that is booked.
 * In one of all branches: before a call and after one that only asks, which leave what the change
 * before them left; and the rest of a watch's work and of passes over a venue's facts, which does
 * not depend on the branch, but that on one leg a watch signals what a person ordered.
 */
export function planOf(ways: readonly Way[]): Stop[] {
  const seen = new Set<string>();
  const isNew = (name: string): boolean => seen.size < seen.add(name).size;
  const isChosen = ({ occurrence, when, verb, watch, name }: Point): boolean => {
    const changes = when !== 'before' && !ASKS.test(verb);
    if (occurrence > OCCURRENCES_MAX || (watch && !changes)) return false;
    if (changes && (verb === 'bookFill' || !(watch || PASS.test(verb)))) return true;
    const isSignal = watch && verb === 'signal';
    return occurrence === 1 && isNew(isSignal ? name : name.replace(', on one leg', ''));
  };
  return ways.flatMap(({ branch, passed, isPassedByAll }) =>
    passed
      .map((place) => ({ place, point: pointOf(place) }))
      .filter(({ point }) => isChosen(point))
      .map(({ place, point }) => ({ branch, place, sure: isSure(point) && isPassedByAll(place) })),
  );
}
