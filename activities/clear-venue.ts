/** Cancels every open order of ours at one venue by id and asks the venue whether any is left. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClearedBook, OrderLeft } from '../domain/halt.ts';
import { messageOf } from '../domain/thrown.ts';
import type { OpenOrder, OrderRef, Venue } from '../venues/venue.ts';
import { inTime } from './in-time.ts';

/** From the first cancel to the last look: DESIGN §11 gives a halt 10 s to zero open orders. */
const CLEAR_MS_MAX = 8_000;
/** One cancel or one list. */
const CALL_MS_MAX = 2_500;
/** The last look is worth waiting for. */
const LIST_MS_MIN = 1_000;
/** Cancels at once: few enough for a venue's rate limit, enough for a full book in time. */
const LANES = 4;
const LOOK_AGAIN_MS = 250;
/** How often an order without a final word is cancelled; its own run goes on asking. */
const TRIES_MAX = 3;

interface Clearing {
  readonly venue: Venue;
  readonly untilMs: number;
  /** Orders with a final word. */
  readonly ended: Set<string>;
  /** Why the others have none. */
  readonly why: Map<string, string>;
}

/**
 * Clears one venue's book: the ledger's orders by their identity, then whatever else the venue
 * lists, until its list is empty or the time is over. Never rejects.
 * @param known orders the ledger has no end of
 * @param quietMs how long after this call bytes that left before may still arrive at the venue: the
 *   list counts as empty only after that
 */
export async function clearVenue(
  venue: Venue,
  known: readonly OrderRef[],
  { quietMs = 0 }: { quietMs?: number } = {},
): Promise<ClearedBook> {
  const startedMs = performance.now();
  const untilMs = startedMs + CLEAR_MS_MAX;
  const clearing: Clearing = { venue, untilMs, ended: new Set(), why: new Map() };
  const listed = new Map<string, OpenOrder>();
  let open: readonly OpenOrder[] = [];
  let failure: string | undefined = 'the venue was not asked';
  for (let round = 0; ; round += 1) {
    // The list comes first, so that what it had and has no more is known to have ended; and last.
    ({ open, failure } = await listOpen(clearing));
    for (const order of open) listed.set(idOf(order), order);
    const mine = round < TRIES_MAX ? known.filter((order) => !hasEnded(clearing, order)) : [];
    const now = performance.now();
    const isQuiet = now >= startedMs + quietMs;
    const isOver = failure === undefined && open.length + mine.length === 0 && isQuiet;
    if (isOver || now >= untilMs) break;
    const others = open.filter((order) => !mine.some((own) => idOf(own) === idOf(order)));
    await cancelAll(clearing, [...mine, ...others]);
    if (round > 0) await delay(LOOK_AGAIN_MS);
  }
  return report(clearing, known, { listed: [...listed.values()], open, failure });
}

async function listOpen({
  venue,
  untilMs,
}: Clearing): Promise<{ open: readonly OpenOrder[]; failure: string | undefined }> {
  try {
    const ms = Math.max(LIST_MS_MIN, timeLeft(untilMs));
    const open = await inTime(ms, 'list open orders', (signal) => venue.openOrders(signal));
    return { open, failure: undefined };
  } catch (error) {
    return { open: [], failure: messageOf(error) };
  }
}

/** A few at a time; each answer is noted, none stops the others. */
async function cancelAll(clearing: Clearing, orders: readonly OrderRef[]): Promise<void> {
  const rest = [...orders];
  const lane = async (): Promise<void> => {
    for (let order = rest.shift(); order !== undefined; order = rest.shift()) {
      // oxlint-disable-next-line no-await-in-loop -- a lane takes one after the other
      await cancelOne(clearing, order);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function cancelOne(clearing: Clearing, order: OrderRef): Promise<void> {
  const { venue, untilMs, ended, why } = clearing;
  const id = idOf(order);
  try {
    const found = await inTime(timeLeft(untilMs), 'cancel', (signal) =>
      venue.cancel(order, signal),
    );
    if (found.kind === 'found' && found.order.status === 'final') {
      ended.add(id);
      why.delete(id);
    } else if (found.kind === 'found') why.set(id, 'it still rests after the cancel');
    else if (found.kind === 'absent') why.set(id, 'the venue does not know it, or not yet');
    else why.set(id, found.detail);
  } catch (error) {
    why.set(id, messageOf(error));
  }
}

function hasEnded({ ended }: Clearing, order: OrderRef): boolean {
  return ended.has(idOf(order));
}

function report(
  { venue, ended, why }: Clearing,
  known: readonly OrderRef[],
  seen: {
    listed: readonly OpenOrder[];
    open: readonly OpenOrder[];
    failure: string | undefined;
  },
): ClearedBook {
  const open = new Set(seen.failure === undefined ? seen.open.map(idOf) : []);
  const left = (id: string): OrderLeft => ({ id, why: why.get(id) ?? 'no answer to the cancel' });
  const ours = known.map(idOf);
  // What the venue listed and lists no more has ended, whatever it said to the cancel.
  const gone = seen.listed.map(idOf).filter((id) => !open.has(id));
  if (seen.failure === undefined) for (const id of gone) ended.add(id);
  const asked = [...new Set([...ours, ...seen.listed.map(idOf)])];
  return {
    venue: venue.id,
    book: venue.book,
    cancelled: asked.filter((id) => ended.has(id) && !open.has(id)),
    unresolved: asked.filter((id) => !ended.has(id) && !open.has(id)).map(left),
    open: [...open].map((id) => ({ id, why: why.get(id) ?? 'the venue still lists it' })),
    listed: seen.failure === undefined,
    detail: seen.failure ?? '',
  };
}

/** An order that somebody made without our identity is named as the venue names it. */
function idOf({ clientOrderId, venueOrderId }: OrderRef): string {
  return clientOrderId === '' ? (venueOrderId ?? '') : clientOrderId;
}

function timeLeft(untilMs: number): number {
  return Math.max(1, Math.min(CALL_MS_MAX, Math.round(untilMs - performance.now())));
}
