/** The way to live and back: the desk's phase, arming, and what a live book holds. */
import { sql } from 'kysely';
import { accountRef } from '../../domain/accounts.ts';
import type { ClockReading } from '../../domain/clock.ts';
import { formatUsd } from '../../domain/decimal.ts';
import { utcDate } from '../../domain/day.ts';
import type { DeskId, LiveBook } from '../../domain/desk.ts';
import { LIVE_BOOKS } from '../../domain/desk.ts';
import { depositEntries } from '../../domain/ledger-entries.ts';
import type { Micros } from '../../domain/money.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { DeskMissing } from '../errors.ts';
import { readReceivables } from '../read/redeemable.ts';
import { appendAudit } from './audit.ts';
import { isBound } from './bindings.ts';
import { post } from './postings.ts';

interface By {
  readonly actor: string;
  readonly reason: string;
}

export type PhaseOutcome =
  { readonly kind: 'moved' } | { readonly kind: 'refused'; readonly detail: string };

/**
 * Takes a desk from paper to live on the book of these accounts, each of which must be bound. What
 * an account holds at the first time is the book's opening cash. The audit entry is the record
 * without which a phase never rises (I10); nothing is armed by it.
 * @throws DeskMissing
 */
export async function promoteDesk(
  db: LedgerDb,
  id: DeskId,
  asked: By & {
    readonly liveBook: LiveBook;
    readonly accounts: readonly { readonly venue: VenueId; readonly cashMicros: Micros }[];
  },
  reading: ClockReading,
): Promise<PhaseOutcome> {
  const { liveBook, accounts, actor, reason } = asked;
  return db.transaction().execute(async (tx) => {
    const desk = await lockDesk(tx, id);
    const refused = (detail: string) => ({ kind: 'refused', detail }) as const;
    if (desk.phase !== 'paper') return refused(`the desk is in phase ${desk.phase} already`);
    if (desk.state !== 'active') return refused(`the desk is ${desk.state}: ${desk.reason}`);
    if (desk.live_book !== null && desk.live_book !== liveBook) {
      return refused(
        `the desk has traded the ${desk.live_book} book: start on a data directory of its own for the ${liveBook} book`,
      );
    }
    // All of them first: what is refused must leave no opening cash behind.
    for (const { venue } of accounts) {
      if (!(await isBound(tx, liveBook, venue))) {
        return refused(
          `${venue} is not bound in the ${liveBook} book: ballast venue setup ${venue}`,
        );
      }
    }
    for (const { venue, cashMicros } of accounts) {
      await post(tx, depositEntries(liveBook, venue, cashMicros), {
        day: utcDate(reading.atMs),
        recordedAtMs: reading.atMs,
      });
      await beginFacts(tx, { book: liveBook, venue }, reading);
    }
    await tx
      .updateTable('desk')
      .set({ phase: 'live', live_book: liveBook, armed_until_ms: null, reconciled_at_ms: null })
      .set({ changed_by: actor, changed_at_ms: reading.atMs, reason })
      .where('id', '=', id)
      .execute();
    const cash = accounts.map(({ venue, cashMicros }) => ({ venue, cash: formatUsd(cashMicros) }));
    const detail = { from: 'paper', to: 'live', book: liveBook, accounts: cash };
    const entry = { desk: id, action: 'desk.promoted', actor, reason, verified: true, detail };
    await appendAudit(tx, entry, reading.atMs);
    return { kind: 'moved' };
  });
}

/**
 * What an account did before the first promotion is in the book's opening cash: the watch begins
 * here, less its overlap. A trade by hand within those ten minutes is still a discrepancy.
 */
async function beginFacts(
  tx: LedgerTx,
  { book, venue }: { readonly book: LiveBook; readonly venue: VenueId },
  { atMs }: ClockReading,
): Promise<void> {
  await tx
    .insertInto('watch')
    .values({ book, venue, cursor_ms: atMs, read_at_ms: atMs })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/**
 * Takes a desk back to paper, whatever its phase; what is open in its live book stays there, to be
 * settled. Audited. @returns false where it is in paper already @throws DeskMissing
 */
export async function demoteDesk(
  db: LedgerDb,
  id: DeskId,
  { actor, reason }: By,
  reading: ClockReading,
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const desk = await lockDesk(tx, id);
    if (desk.phase === 'paper') return false;
    await tx
      .updateTable('desk')
      .set({ phase: 'paper', caps: null, armed_until_ms: null, reconciled_at_ms: null })
      .set({ changed_by: actor, changed_at_ms: reading.atMs, reason })
      .where('id', '=', id)
      .execute();
    const detail = { from: desk.phase, to: 'paper' };
    const entry = { desk: id, action: 'desk.demoted', actor, reason, verified: true, detail };
    await appendAudit(tx, entry, reading.atMs);
    return true;
  });
}

/**
 * Lets a live desk enter trades until `untilMs`, its accounts having been compared with the ledger.
 * Audited. @throws DeskMissing
 */
export async function armDesk(
  db: LedgerDb,
  id: DeskId,
  { untilMs, actor, reason }: By & { readonly untilMs: number },
  reading: ClockReading,
): Promise<PhaseOutcome> {
  return db.transaction().execute(async (tx) => {
    const desk = await lockDesk(tx, id);
    if (desk.phase === 'paper') {
      return { kind: 'refused', detail: 'the desk is in phase paper, which needs no arming' };
    }
    await tx
      .updateTable('desk')
      .set({ armed_until_ms: untilMs, reconciled_at_ms: reading.atMs })
      .where('id', '=', id)
      .execute();
    const detail = { until: new Date(untilMs).toISOString() };
    const entry = { desk: id, action: 'desk.armed', actor, reason, verified: true, detail };
    await appendAudit(tx, entry, reading.atMs);
    return { kind: 'moved' };
  });
}

/** Something a live book still holds. */
interface OpenInLiveBook {
  readonly id: string;
  readonly book: LiveBook;
  /** Where: of a pair both. */
  readonly venues: readonly VenueId[];
  /** A pair that stands on one leg at this moment. */
  readonly isUnhedged: boolean;
}

/**
 * What is open in live books. A won position whose cash nobody has seen is open too: its venue is
 * still read.
 */
export async function openInLiveBooks(db: LedgerDb): Promise<OpenInLiveBook[]> {
  const { rows } = await sql<OpenInLiveBook>`
    SELECT id, book, coalesce(unhedged_since_ms IS NOT NULL AND status = 'placing', false)
        AS "isUnhedged",
      ARRAY(SELECT venue FROM leg WHERE trade_id = trade.id ORDER BY leg) AS venues
    FROM trade WHERE ended_at_ms IS NULL AND book = ANY(${[...LIVE_BOOKS]})
    ORDER BY id`.execute(db);
  const owed = await Promise.all(
    LIVE_BOOKS.map(async (book) => {
      const claims = await readReceivables(db, { book });
      return claims.map(({ venue, market }): OpenInLiveBook => {
        return { id: `redeemable/${market}`, book, venues: [venue], isUnhedged: false };
      });
    }),
  );
  return [...rows, ...owed.flat()];
}

/** µ$ of cash the ledger has at a venue in a book; 0 where it has no such account. */
export async function ledgerCash(
  db: LedgerDb,
  of: { readonly book: Book; readonly venue: VenueId },
): Promise<number> {
  const row = await db
    .selectFrom('account')
    .select(['debits', 'credits'])
    .where('id', '=', accountRef(of.book, of.venue, { kind: 'cash' }).id)
    .executeTakeFirst();
  return row === undefined ? 0 : toNumber(row.debits - row.credits);
}

async function lockDesk(tx: LedgerTx, id: DeskId) {
  const row = await tx
    .selectFrom('desk')
    .select(['phase', 'state', 'reason', 'live_book'])
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row === undefined) throw new DeskMissing(id);
  return row;
}
