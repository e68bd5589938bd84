/** Whose host and account a live book is at each venue. */
import type { ClockReading } from '../../domain/clock.ts';
import type { LiveBook } from '../../domain/desk.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { appendAudit } from './audit.ts';

/** Whose host and account a live book is at one venue. */
export interface VenueBinding {
  readonly book: LiveBook;
  readonly venue: VenueId;
  readonly host: string;
  readonly account: string;
  /** The key last seen to belong to that account. */
  readonly keyId: string;
  /** The venue-side fuse: Kalshi's order group. */
  readonly fuseId?: string | undefined;
}

export type BindOutcome =
  | { readonly kind: 'bound' }
  /** The same host and account as before; key and fuse are those given from now on. */
  | { readonly kind: 'known' }
  /** Another host or account has this book: its money must never be mixed with this one's. */
  | { readonly kind: 'differs'; readonly host: string; readonly account: string };

/** Binds a book to a host and an account at first use; afterwards it only compares. Audited. */
export async function bindVenue(
  db: LedgerDb,
  asked: VenueBinding & { readonly actor: string; readonly reason: string },
  reading: ClockReading,
): Promise<BindOutcome> {
  const { book, venue, host, account, keyId, fuseId, actor, reason } = asked;
  return db.transaction().execute(async (tx) => {
    const inserted = await tx
      .insertInto('venue_binding')
      .values({
        book,
        venue,
        host,
        account,
        key_id: keyId,
        bound_at_ms: reading.atMs,
        bound_by: actor,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('book')
      .executeTakeFirst();
    const known = await tx
      .selectFrom('venue_binding')
      .selectAll()
      .where('book', '=', book)
      .where('venue', '=', venue)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (known.host !== host || known.account !== account) {
      return { kind: 'differs', host: known.host, account: known.account };
    }
    const fuse = fuseId ?? known.fuse_id;
    const isNew = inserted !== undefined || keyId !== known.key_id || fuse !== known.fuse_id;
    if (isNew) {
      await tx
        .updateTable('venue_binding')
        .set({ key_id: keyId, fuse_id: fuse })
        .where('book', '=', book)
        .where('venue', '=', venue)
        .execute();
      const detail = { book, venue, host, account, keyId, fuseId: fuse };
      const entry = { action: 'venue.bound', actor, reason, verified: true, detail };
      await appendAudit(tx, entry, reading.atMs);
    }
    return { kind: inserted === undefined ? 'known' : 'bound' };
  });
}

/** The bindings of a book. */
export async function readBindings(db: LedgerDb, book: LiveBook): Promise<VenueBinding[]> {
  const rows = await db
    .selectFrom('venue_binding')
    .select(['book', 'venue', 'host', 'account', 'key_id', 'fuse_id'])
    .where('book', '=', book)
    .orderBy('venue')
    .execute();
  return rows.map(({ key_id: keyId, fuse_id: fuseId, ...row }) => ({
    ...row,
    keyId,
    ...(fuseId === null ? {} : { fuseId }),
  }));
}

/** Whether a book has an account at a venue. */
export async function isBound(tx: LedgerTx, book: LiveBook, venue: VenueId): Promise<boolean> {
  const row = await tx
    .selectFrom('venue_binding')
    .select('book')
    .where('book', '=', book)
    .where('venue', '=', venue)
    .executeTakeFirst();
  return row !== undefined;
}
