/**
 * Cancelling by the hash, which is known before anything is sent. What a cancel did is in its
 * answer, in the order and in its trades, each as late as the other: it is over once they agree.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseJson } from '../../contracts/json.ts';
import { canceledSchema } from '../../contracts/polymarket/orders.ts';
import { asOutcome } from '../as-outcome.ts';
import { raw } from '../http/json-client.ts';
import type { LookupOutcome, OrderRef } from '../venue.ts';
import { VenueUnreachable } from '../venue.ts';
import type { PolymarketAccount } from './account.ts';
import { remember } from './account.ts';
import { unheard } from './client.ts';
import type { HashedRef } from './order-reads.ts';
import { hashOf, outcomeOf, readEvidence, readOpenOrders } from './order-reads.ts';
import { modeOfAnswer } from './trading-mode.ts';

/** A cancel waits this long for the lists. */
const SETTLE_MS = 3_000;
const FIRST_PAUSE_MS = 50;
const PAUSE_MS_MAX = 800;
/**
 * Of 1,000 that a call may name: half of what the Standard tier's bucket holds, for a batch that
 * costs more is refused whole, however long one waits.
 * @source reference/polymarket.md §2.3, §4
 */
const CANCELS_AT_ONCE = 60;

/** Ends an order's rest and says what it came to. Can be repeated. */
export function cancelOrder(
  account: PolymarketAccount,
  ref: OrderRef,
  signal?: AbortSignal,
): Promise<LookupOutcome> {
  return asOutcome(async () => {
    const hash = hashOf(account, ref);
    return hash === undefined ? { kind: 'absent' } : endOf(account, { ...ref, hash }, signal);
  });
}

async function endOf(
  account: PolymarketAccount,
  ref: HashedRef,
  signal?: AbortSignal,
): Promise<LookupOutcome> {
  const untilMs = performance.now() + SETTLE_MS;
  let asked = await askCancel(account, [ref.hash], signal);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
    const read = await readEnd(account, ref, signal);
    if (read.outcome !== undefined) return read.outcome;
    if (performance.now() + pauseMs > untilMs) {
      return { kind: 'unknown', detail: `cancel of ${ref.hash}: ${asked.detail}; ${read.detail}` };
    }
    await sleep(pauseMs, undefined, { signal });
    // A cancel has one effect however often it is asked for.
    if (asked.again) asked = await askCancel(account, [ref.hash], signal);
  }
}

/** What ends the waiting: an order that is over, one that is nowhere, one that is still delayed. */
async function readEnd(
  account: PolymarketAccount,
  ref: HashedRef,
  signal?: AbortSignal,
): Promise<{ readonly outcome?: LookupOutcome; readonly detail: string }> {
  try {
    const evidence = await readEvidence(account, ref, signal);
    const outcome = outcomeOf(account, ref, evidence);
    // While it is delayed nobody can cancel it; it rests, and may be asked again.
    const isDelayed = evidence.order?.status === 'DELAYED';
    if (outcome.kind !== 'found' || outcome.order.status === 'final' || isDelayed) {
      return { outcome, detail: '' };
    }
    return { detail: 'it still reads as resting' };
  } catch (error) {
    if (!(error instanceof VenueUnreachable)) throw error;
    return { detail: error.message };
  }
}

interface Asked {
  /** Whether the venue may not have heard it. */
  readonly again: boolean;
  readonly detail: string;
}

/** Asks once, for one order or for many: the answer is a 200 even where nothing was cancelled. */
async function askCancel(
  account: PolymarketAccount,
  hashes: readonly string[],
  signal?: AbortSignal,
): Promise<Asked> {
  const { clob, modes } = account;
  const [path, body] =
    hashes.length === 1 ? ['/order', { orderID: hashes[0] }] : ['/orders', hashes];
  const exchanged = await clob.send({
    method: 'DELETE',
    path,
    body: JSON.stringify(body),
    signal,
  });
  if (exchanged.kind !== 'answered') return { again: true, detail: exchanged.detail };
  const mode = modeOfAnswer(exchanged);
  if (mode !== undefined) modes.learn(mode);
  if (exchanged.status !== 200) {
    const why = clob.failure(exchanged, path);
    return { again: why instanceof VenueUnreachable, detail: why.message };
  }
  const answer = canceledSchema.safeParse(parseJson(exchanged.text));
  if (!answer.success) return { again: true, detail: `unreadable; ${raw(exchanged.text)}` };
  for (const hash of answer.data.canceled ?? []) remember(account, hash, { canceled: true });
  const [reason] = Object.values(answer.data.not_canceled ?? {});
  return { again: false, detail: reason ?? 'the venue took the cancel' };
}

/**
 * Cancels what rests on the account, by its ids: the venue's own cancel-all would cost as many
 * tokens and say less.
 * @returns how many cancels were asked for
 * @throws VenueUnreachable where the list cannot be read, or an order still rests after 3 s
 */
export async function cancelAllOrders(
  account: PolymarketAccount,
  signal?: AbortSignal,
): Promise<number> {
  const open = (await readOpenOrders(account, signal)).map(({ venueOrderId }) => venueOrderId);
  const untilMs = performance.now() + SETTLE_MS;
  let left = open;
  let pauseMs = FIRST_PAUSE_MS;
  while (left.length > 0) {
    const asked = await askAll(account, left, signal);
    const listed = new Set(
      (await readOpenOrders(account, signal)).map(({ venueOrderId }) => venueOrderId),
    );
    left = left.filter((hash) => listed.has(hash));
    if (left.length === 0) break;
    if (performance.now() + pauseMs > untilMs) {
      throw unheard(`${left.length} of ${open.length} orders still rest: ${asked}`);
    }
    await sleep(pauseMs, undefined, { signal });
    pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
  }
  return open.length;
}

/** What the last of them was answered. */
async function askAll(
  account: PolymarketAccount,
  hashes: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  let detail = '';
  for (let start = 0; start < hashes.length; start += CANCELS_AT_ONCE) {
    const asked = await askCancel(account, hashes.slice(start, start + CANCELS_AT_ONCE), signal);
    detail = asked.detail;
  }
  return detail;
}
