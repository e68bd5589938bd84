import { sql } from 'kysely';
import type { ClockReading } from '../../domain/clock.ts';
import type { UtcDate } from '../../domain/day.ts';
import type { VenueFill } from '../../domain/market.ts';
import type { LegEffect } from '../../domain/position.ts';
import { effectOf, reversed } from '../../domain/position.ts';
import { isTerminal } from '../../domain/trade.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { dayOfFact } from './fact-day.ts';
import type { OwnOrder } from './own-fill.ts';
import { bookOwnFill } from './own-fill.ts';
import { lockLossAnd, positionsOf, tradeStatusOf } from './positions.ts';
import { bookUnwanted, breakOn } from './reverted-fill.ts';

/**
 * Books a venue's fill exactly once (I5), even where it breaks a limit: then entries pause. A
 * fill is attributed through its client id, else through the venue's order id; a foreign one is a
 * discrepancy and pauses entries too. The reversal of an earlier fill takes back what that did.
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
    const day = await dayOfFact(tx, book, reading);
    const order = await attribute(tx, { book, venue, day }, fill);
    const change =
      order === undefined ? undefined : await changeOf(tx, { book, venue }, fill, order);
    const inserted = await tx
      .insertInto('fill')
      .values({
        book,
        venue,
        fill_id: fill.fillId,
        order_id: order?.id ?? null,
        body: JSON.stringify(fill),
        ...(typeof change?.effect === 'object' ? { effect: JSON.stringify(change.effect) } : {}),
        recorded_at_ms: reading.atMs,
        day,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('fill_id')
      .executeTakeFirst();
    if (inserted === undefined) return false;
    const at = { book, venue, fill, day, reading };
    if (order === undefined || change === undefined) {
      await breakOn(tx, at, `fill ${fill.fillId} on ${fill.marketId} belongs to no order of ours`);
    } else if (change.effect === 'again') {
      const what = `fill ${fill.reverts ?? ''} of trade ${order.trade_id} is taken back twice`;
      await breakOn(tx, at, `${what}: ${fill.fillId} is not booked`);
    } else if (change.effect === 'gone') await bookUnwanted(tx, { ...at, order });
    else await bookOwnFill(tx, { ...at, order }, { effect: change.effect });
    return true;
  });
}

/**
 * What a fill of ours does to its leg; `gone` where it sells or takes back contracts that are not
 * there (any more), or comes after the leg was paid or its trade was over; `again` where another
 * record has taken them back.
 */
async function changeOf(
  tx: LedgerTx,
  of: { book: Book; venue: VenueId },
  fill: VenueFill,
  order: OwnOrder,
): Promise<{ effect: LegEffect | 'gone' | 'again' }> {
  const legs = await positionsOf(tx, order.trade_id);
  const leg = legs[order.leg]!;
  if (fill.reverts === undefined) {
    // A fill must be booked whatever it is; where no leg can take it, it waits for a person.
    const isOver = (await tradeStatusOf(tx, order.trade_id)) === 'closed';
    const lacks = fill.action === 'sell' && leg.filled < fill.quantity;
    const lost = leg.payout !== null || isOver || lacks;
    return { effect: lost ? 'gone' : effectOf(leg, fill) };
  }
  if (await isReverted(tx, of, fill)) return { effect: 'again' };
  const status = await tradeStatusOf(tx, order.trade_id);
  const earlier = await findEffect(tx, of, fill.reverts);
  const effect = earlier && reversed(earlier);
  const gone =
    effect === undefined ||
    isTerminal(status) ||
    leg.payout !== null ||
    (effect.filled < 0 && (leg.sold > 0 || leg.filled < -effect.filled));
  return { effect: gone ? 'gone' : effect };
}

/** Whether another record has taken the same fill back: cash and contracts moved once. */
async function isReverted(
  tx: LedgerTx,
  { book, venue }: { book: Book; venue: VenueId },
  { fillId, reverts }: VenueFill,
): Promise<boolean> {
  const { rows } = await sql`
    SELECT FROM fill WHERE book = ${book} AND venue = ${venue} AND fill_id <> ${fillId}
      AND order_id IS NOT NULL AND body->>'reverts' = ${reverts} LIMIT 1`.execute(tx);
  return rows.length > 0;
}

/** What a fill did to its leg when it was booked. */
async function findEffect(
  tx: LedgerTx,
  of: { book: Book; venue: VenueId },
  fillId: string,
): Promise<LegEffect | undefined> {
  const row = await tx
    .selectFrom('fill')
    .select('effect')
    .where('book', '=', of.book)
    .where('venue', '=', of.venue)
    .where('fill_id', '=', fillId)
    .executeTakeFirst();
  return (row?.effect ?? undefined) as LegEffect | undefined;
}

/** Locks the trade the fill belongs to, and its counters. */
async function attribute(
  tx: LedgerTx,
  { book, venue, day }: { book: Book; venue: VenueId; day: UtcDate },
  fill: VenueFill,
): Promise<OwnOrder | undefined> {
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
  await lockLossAnd(tx, { tradeId: found.trade_id, book, day });
  return found;
}
