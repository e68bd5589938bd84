/** Finds, cancels and lists orders by the identity their sender gave them. */
import { messageOf } from '../../domain/thrown.ts';
import type { LookupOutcome, OpenOrder } from '../venue.ts';
import { advance } from './advance.ts';
import type { Exchange } from './exchange.ts';
import { isBug, now } from './exchange.ts';
import type { Owner } from './identity.ts';
import { ANSWER_LOST, findOrder, lookupOf, restingOrders } from './orders.ts';
import { endOrder } from './resting.ts';
import type { Session } from './session.ts';
import { inTransaction, withSession } from './session.ts';
import { lockMarket } from './store.ts';

/**
 * Waits until no other transaction places this identity, and keeps it so until the end of ours.
 * Taken before any row: an absence seen under it is one that no transaction under way can change.
 */
export async function lockIdentity(
  session: Session,
  owner: Owner,
  clientOrderId: string,
): Promise<void> {
  await session.rows('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text', [
    `paper_exchange/${owner.book}/${owner.venue}/${clientOrderId}`,
  ]);
}

/** What an order has come to by now; a refused one is absent. */
export async function lookUpOrder(
  exchange: Exchange,
  clientOrderId: string,
  signal: AbortSignal | undefined,
): Promise<LookupOutcome> {
  return answered(async () => {
    await advance(exchange, { signal });
    const outcome = await inTransaction(exchange.pool, { signal }, async (session) => {
      await lockIdentity(session, exchange.owner, clientOrderId);
      const order = await findOrder(session, exchange.owner, clientOrderId);
      return lookupOf(order, await now(exchange));
    });
    if (outcome.kind === 'committed') return outcome.value;
    return { kind: 'unknown', detail: outcome.detail };
  });
}

/** Ends an order's rest, if it rests, and answers what it came to; needs no market. */
export async function cancelOrder(
  exchange: Exchange,
  clientOrderId: string,
  signal: AbortSignal | undefined,
): Promise<LookupOutcome> {
  return answered(async () => {
    const afterCommit = exchange.hooks.afterEffect;
    const outcome = await inTransaction(exchange.pool, { signal, afterCommit }, (session) =>
      cancelIn(exchange, session, clientOrderId),
    );
    if (outcome.kind === 'committed') return outcome.value;
    return { kind: 'unknown', detail: outcome.detail };
  });
}

async function cancelIn(
  exchange: Exchange,
  session: Session,
  clientOrderId: string,
): Promise<LookupOutcome> {
  const { owner } = exchange;
  await lockIdentity(session, owner, clientOrderId);
  const seen = await findOrder(session, owner, clientOrderId);
  if (seen === undefined || !('state' in seen) || seen.state.status === 'final') {
    return lookupOf(seen, await now(exchange));
  }
  await lockMarket(session, owner, seen.marketId);
  // Read again under the market's lock: it may have been filled while we waited.
  const order = await findOrder(session, owner, clientOrderId);
  const nowMs = await now(exchange);
  if (order === undefined || !('state' in order) || order.state.status === 'final') {
    return lookupOf(order, nowMs);
  }
  await endOrder(session, owner, { order, endReason: 'cancelled', nowMs });
  return lookupOf({ ...order, state: { ...order.state, status: 'final' } }, nowMs);
}

/**
 * Cancels whatever rests in this book on this venue.
 * @returns how many orders it asked for
 * @throws Error naming the orders whose cancel was not answered, after trying them all
 */
export async function cancelAllOrders(
  exchange: Exchange,
  signal: AbortSignal | undefined,
): Promise<number> {
  const open = await listOpenOrders(exchange, signal);
  const unanswered: string[] = [];
  for (const { clientOrderId } of open) {
    const outcome = await cancelOrder(exchange, clientOrderId, signal);
    // What a script keeps back about the order says nothing about the cancel: that was committed.
    if (outcome === ANSWER_LOST) continue;
    if (outcome.kind === 'unknown') unanswered.push(`${clientOrderId}: ${outcome.detail}`);
  }
  if (unanswered.length > 0) throw new Error(`not answered: ${unanswered.join('; ')}`);
  return open.length;
}

/** The orders that rest as of the last time the exchange was moved on. */
export async function listOpenOrders(
  exchange: Exchange,
  signal: AbortSignal | undefined,
): Promise<readonly OpenOrder[]> {
  const orders = await withSession(exchange.pool, signal, (session) =>
    restingOrders(session, exchange.owner),
  );
  return orders.map(({ state, clientOrderId, marketId }) => ({
    ...state,
    clientOrderId,
    marketId,
  }));
}

async function answered(verb: () => Promise<LookupOutcome>): Promise<LookupOutcome> {
  try {
    return await verb();
  } catch (error) {
    if (isBug(error)) throw error;
    return { kind: 'unknown', detail: messageOf(error) };
  }
}
