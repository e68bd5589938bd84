/** Alerts: what needs a person, one open row a key, until it is resolved. */
import { sql } from 'kysely';
import type { AlertCode } from '../../domain/alerts.ts';
import { ALERTS } from '../../domain/alerts.ts';
import type { ClockReading } from '../../domain/clock.ts';
import type { DeskId } from '../../domain/desk.ts';
import { deskOf } from '../../domain/desk.ts';
import type { Book } from '../../domain/venue-id.ts';
import { BOOKS } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { appendAudit } from './audit.ts';

/** What happened, and where. `key` says what counts as the same thing happening again. */
export interface RaisedAlert {
  readonly code: AlertCode;
  readonly key: string;
  readonly book: Book;
  /** The trade or the proposal concerned; only a trade's row is linked. */
  readonly tradeId?: string;
  readonly detail: string;
}

/**
 * Raises an alert in the transaction that found its cause. While one with this key is open, a
 * repeat only raises its count and its last time and brings its detail up to date; who has
 * acknowledged it stays.
 */
export async function raiseAlert(
  tx: LedgerTx,
  { code, key, book, tradeId, detail }: RaisedAlert,
  { atMs }: ClockReading,
): Promise<void> {
  await sql`
    INSERT INTO alert AS open
      (key, level, code, book, trade_id, detail, raised_at_ms, last_at_ms)
    VALUES (${key}, ${ALERTS[code].level}, ${code}, ${book},
      (SELECT id FROM trade WHERE id = ${tradeId ?? null}), ${detail}, ${atMs}, ${atMs})
    ON CONFLICT (key) WHERE resolved_at_ms IS NULL DO UPDATE SET
      times = open.times + 1, detail = excluded.detail,
      trade_id = coalesce(open.trade_id, excluded.trade_id),
      last_at_ms = greatest(open.last_at_ms, excluded.last_at_ms)`.execute(tx);
}

/** Closes the open alert of a key, whether or not somebody has seen it; none is as good. */
export async function resolveAlert(
  tx: LedgerTx,
  key: string,
  { atMs }: ClockReading,
): Promise<void> {
  await tx
    .updateTable('alert')
    .set({ resolved_at_ms: atMs })
    .where('key', '=', key)
    .where('resolved_at_ms', 'is', null)
    .execute();
}

/** An admin has looked at what ledger and venues disagreed on, and lets the desk go on. */
export async function resolveDiscrepancies(
  tx: LedgerTx,
  desk: DeskId,
  { atMs }: ClockReading,
): Promise<void> {
  const books = BOOKS.filter((book) => deskOf(book) === desk);
  await tx
    .updateTable('alert')
    .set({ resolved_at_ms: atMs })
    .where('code', 'in', ['DISCREPANCY', 'RESULT_AMENDED'])
    .where('book', 'in', books)
    .where('resolved_at_ms', 'is', null)
    .execute();
}

/** What came of an acknowledgement: the first one stands. */
export interface AckOutcome {
  readonly kind: 'acked' | 'already';
  readonly by: string;
  readonly atMs: number;
}

/**
 * Says that a person has seen an alert, in the audit log too; a resolved one may still be seen. A
 * repeat changes nothing and names who was first.
 * @returns undefined where there is no such alert
 */
export async function ackAlert(
  db: LedgerDb,
  asked: { id: number; actor: string; reason?: string | undefined },
  { atMs }: ClockReading,
): Promise<AckOutcome | undefined> {
  return db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('alert')
      .select(['key', 'code', 'acked_by', 'acked_at_ms'])
      .where('id', '=', BigInt(asked.id))
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) return undefined;
    if (row.acked_by !== null) {
      return { kind: 'already', by: row.acked_by, atMs: toNumber(row.acked_at_ms!) };
    }
    await tx
      .updateTable('alert')
      .set({ acked_by: asked.actor, acked_at_ms: atMs })
      .where('id', '=', BigInt(asked.id))
      .execute();
    const detail = { alert: asked.id, key: row.key, code: row.code };
    const { actor, reason = '' } = asked;
    const entry = { actor, reason, verified: true, action: 'alert.acked', detail };
    await appendAudit(tx, entry, atMs);
    return { kind: 'acked', by: actor, atMs };
  });
}
