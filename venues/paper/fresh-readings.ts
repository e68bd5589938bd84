/** Readings of one kind from a venue: asked once for whoever asks at the same time. */
import type { Clock } from '../../domain/clock.ts';
import { orAborted } from './session.ts';

/** What was read, and when the reading began: it is at least as new as that. Unix ms. */
export interface Timed<Value> {
  readonly value: Value;
  readonly asOfMs: number;
}

/** One asking of the venue, under way or done. */
interface Flight<Value> {
  readonly startedAtMs: number;
  readonly answer: Promise<Value>;
  done: boolean;
}

/** How one kind of reading is made. */
export interface FreshReadingsOptions<Value> {
  readonly clock: Clock;
  readonly ask: (key: string, signal: AbortSignal) => Promise<Value>;
  /** What the lack of an answer is told as. */
  readonly late: (timeoutMs: number) => Error;
}

/** Readings by key. */
export interface FreshReadings<Value> {
  /**
   * A reading begun less than `ageMsMax` ago, or one that is under way since then, or else a new
   * one. A failure counts as a reading: a venue that is silent is not asked more often either.
   * @throws what the asking failed with, or the signal's reason; the asking itself goes on then
   */
  get(
    key: string,
    options: { readonly ageMsMax: number; readonly signal?: AbortSignal | undefined },
  ): Promise<Timed<Value>>;
  /** What was heard last, however old; undefined where nothing is kept. */
  latest(key: string): Value | undefined;
}

/** An answer later than this is of no use to an order, whose permit lasts 2 s. */
const TIMEOUT_MS = 3000;
/** Markets looked at are forgotten again, those not asked about for longest first. */
const KEPT_MAX = 500;

/** Makes the readings of one kind. */
export function createFreshReadings<Value>(
  options: FreshReadingsOptions<Value>,
): FreshReadings<Value> {
  const flights = new Map<string, Flight<Value>>();
  const heard = new Map<string, Value>();

  function start(key: string, startedAtMs: number): Flight<Value> {
    const answer = inTime(options, key);
    const flight: Flight<Value> = { startedAtMs, answer, done: false };
    const end = (): void => {
      flight.done = true;
    };
    answer.then((value) => keep(heard, key, value)).then(end, end);
    keep(flights, key, flight);
    return flight;
  }

  return {
    async get(key, { ageMsMax, signal }) {
      const { atMs } = await options.clock.read();
      const earlier = flights.get(key);
      const flight = earlier !== undefined && serves(earlier, atMs, ageMsMax) ? earlier : undefined;
      const { answer, startedAtMs } = flight ?? start(key, atMs);
      return { value: await orAborted(answer, signal), asOfMs: startedAtMs };
    },
    latest: (key) => heard.get(key),
  };
}

/** A clock that was set back makes nothing young. */
function serves(flight: Flight<unknown>, nowMs: number, ageMsMax: number): boolean {
  const ageMs = nowMs - flight.startedAtMs;
  if (ageMs < 0) return false;
  return flight.done ? ageMs < ageMsMax : ageMs <= ageMsMax;
}

async function inTime<Value>(options: FreshReadingsOptions<Value>, key: string): Promise<Value> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(options.late(TIMEOUT_MS)), TIMEOUT_MS);
  try {
    return await orAborted(options.ask(key, deadline.signal), deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}

function keep<Value>(kept: Map<string, Value>, key: string, value: Value): void {
  kept.delete(key);
  kept.set(key, value);
  const [oldest] = kept.keys();
  if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest);
}
