import { sql } from 'kysely';
import type { ClockReading } from '../../domain/clock.ts';
import { isLossCounter, isTradesCounter } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import { deskOf } from '../../domain/desk.ts';
import { formatUsd } from '../../domain/decimal.ts';
import { buyEntries } from '../../domain/ledger-entries.ts';
import type { VenueFill } from '../../domain/market.ts';
import { costCeil } from '../../domain/money.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { holdToday } from './day.ts';
import { breachDesk } from './desk-state.ts';
import { captureHold, extendHold, holdsOf, lockCountersOf } from './holds.ts';
import { completePlacing } from './outcomes.ts';
import { post } from './postings.ts';

/**
 * Books a venue's fill exactly once (I5), even where it breaks a limit: then entries pause. A
 * fill is attributed through its client id, else through the venue's order id; a foreign one is a
 * discrepancy and pauses entries too.
 * @returns false where it was booked before
 */
export async function bookFill(
  db: LedgerDb,
  book: Book,
  venue: VenueId,
  fill: VenueFill,
  reading: ClockReading,
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const day = await holdToday(tx, book, reading);
    const order = await attribute(tx, book, venue, fill);
    const inserted = await tx
      .insertInto('fill')
      .values({
        book,
        venue,
        fill_id: fill.fillId,
        order_id: order?.id ?? null,
        body: JSON.stringify(fill),
        recorded_at_ms: reading.atMs,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('fill_id')
      .executeTakeFirst();
    if (inserted === undefined) return false;
    if (order === undefined) {
      const detail = `fill ${fill.fillId} on ${fill.marketId} belongs to no order of ours`;
      await recordDiscrepancy(tx, { book, venue, id: `fill/${fill.fillId}`, detail, day, reading });
      return true;
    }
    await bookOwnFill(tx, { book, venue, fill, order, day, reading });
    return true;
  });
}

interface OwnFill {
  readonly book: Book;
  readonly venue: VenueId;
  readonly fill: VenueFill;
  readonly order: { id: string; trade_id: string; leg: number };
  readonly day: UtcDate;
  readonly reading: ClockReading;
}

async function bookOwnFill(tx: LedgerTx, own: OwnFill): Promise<void> {
  const { book, venue, fill, order, day, reading } = own;
  const costMicros = costCeil(fill.quantity, fill.priceMicros);
  const spent = costMicros + fill.feeMicros;
  await tx
    .updateTable('venue_order')
    .set((eb) => ({
      booked_quantity: eb('booked_quantity', '+', BigInt(fill.quantity)),
      venue_order_id: fill.venueOrderId,
    }))
    .where('id', '=', order.id)
    .execute();
  const { rows } = await sql<{ total: bigint }>`
    UPDATE leg SET filled = filled + ${fill.quantity}, cost = cost + ${costMicros},
      fees = fees + ${fill.feeMicros}
    WHERE trade_id = ${order.trade_id} AND leg = ${order.leg}
    RETURNING cost + fees AS total`.execute(tx);
  const beyond = await captureSpent(tx, order, spent, toNumber(rows[0]!.total));
  const overdrawn = await post(
    tx,
    buyEntries({
      book,
      venue,
      market: fill.marketId,
      outcome: fill.outcome,
      fillId: fill.fillId,
      costMicros,
      feeMicros: fill.feeMicros,
    }),
    {
      day,
      recordedAtMs: reading.atMs,
      tradeId: order.trade_id,
      venueAtMs: fill.filledAtMs,
    },
  );
  if (beyond > 0 || overdrawn > 0) {
    const detail = `fill ${fill.fillId} of trade ${order.trade_id} took ${formatUsd(beyond)} more than was held`;
    await recordDiscrepancy(tx, { book, venue, id: `fill/${fill.fillId}`, detail, day, reading });
  }
  await completePlacing(tx, order.trade_id, reading);
}

/**
 * Turns what a fill cost from held into used. The position's risk stays held until it is over, and
 * grows with a leg that has cost more than was reserved.
 * @returns µ$ spent beyond the cash hold, 0 as a rule
 */
async function captureSpent(
  tx: LedgerTx,
  order: { trade_id: string; leg: number },
  spent: number,
  legTotal: number,
): Promise<number> {
  let beyond = 0;
  for (const hold of await holdsOf(tx, order.trade_id)) {
    if (hold.leg !== order.leg || isTradesCounter(hold.id)) continue;
    if (isLossCounter(hold.id)) {
      const more = hold.remaining === 0 ? 0 : legTotal - hold.remaining;
      if (more > 0) await extendHold(tx, order.trade_id, hold, more);
      continue;
    }
    if (hold.kind === 'account') beyond = Math.max(0, spent - hold.remaining);
    await captureHold(tx, order.trade_id, hold, spent);
  }
  return beyond;
}

async function attribute(
  tx: LedgerTx,
  book: Book,
  venue: VenueId,
  fill: VenueFill,
): Promise<OwnFill['order'] | undefined> {
  const found = await tx
    .selectFrom('venue_order')
    .select(['id', 'trade_id', 'leg'])
    .where('book', '=', book)
    .where('venue', '=', venue)
    .where((eb) =>
      eb.or([
        eb('id', '=', fill.clientOrderId ?? ''),
        eb('venue_order_id', '=', fill.venueOrderId),
      ]),
    )
    .executeTakeFirst();
  if (found === undefined) return undefined;
  await tx.selectFrom('trade').select('id').where('id', '=', found.trade_id).forUpdate().execute();
  await lockCountersOf(tx, found.trade_id);
  return found;
}

/** Writes down what ledger and venue disagree on, and pauses entries until a person looked. */
export async function recordDiscrepancy(
  tx: LedgerTx,
  found: {
    book: Book;
    venue: VenueId;
    id: string;
    detail: string;
    day: UtcDate;
    reading: ClockReading;
  },
): Promise<void> {
  await tx
    .insertInto('discrepancy')
    .values({
      id: `${found.book}/${found.venue}/${found.id}`,
      book: found.book,
      venue: found.venue,
      detail: found.detail,
      recorded_at_ms: found.reading.atMs,
      day: found.day,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const desk = deskOf(found.book);
  const reason = `discrepancy at ${found.venue}: ${found.detail}`;
  await sql`
    INSERT INTO outbox (book, venue, workflow_id, signal, payload, created_at_ms)
    VALUES (${found.book}, ${found.venue}, ${`rollout:${deskOf(found.book)}`}, 'desk-changed', '{}',
      ${found.reading.atMs})`.execute(tx);
  await breachDesk(tx, desk, { actor: 'ledger', reason }, found.reading);
}
