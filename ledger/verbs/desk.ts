import { sql } from 'kysely';
import type { AuditEntry } from '../../domain/audit.ts';
import type { DeskGates } from '../../domain/caps.ts';
import type { ClockReading } from '../../domain/clock.ts';
import type { CounterKind } from '../../domain/counters.ts';
import { capOf } from '../../domain/counters.ts';
import type { Desk, DeskId } from '../../domain/desk.ts';
import { bookOf } from '../../domain/desk.ts';
import { depositEntries } from '../../domain/ledger-entries.ts';
import type { Limits } from '../../domain/limits.ts';
import { VENUE_IDS } from '../../domain/venue-id.ts';
import { utcDate } from '../../domain/day.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber, toNumberOrNull } from '../database.ts';
import { DeskMissing } from '../errors.ts';
import { appendAudit } from './audit.ts';
import { readToday } from './day.ts';
import { post } from './postings.ts';

/** One limit that differs between the ledger and this process. */
export interface LimitChange {
  readonly field: string;
  readonly was: string;
  readonly is: string;
}

/**
 * Writes a desk and its opening cash once; later calls only compare.
 * @returns the limits that differ from those stored; empty when the process may go on
 */
export async function setUpDesk(
  db: LedgerDb,
  desk: DeskId,
  limits: Limits,
  reading: ClockReading,
): Promise<LimitChange[]> {
  return db.transaction().execute(async (tx) => {
    const inserted = await tx
      .insertInto('desk')
      .values({
        id: desk,
        phase: 'paper',
        state: 'active',
        reason: 'set up',
        changed_by: 'start',
        changed_at_ms: reading.atMs,
        limits: JSON.stringify(limits),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (inserted === undefined) return differences((await readDesk(tx, desk)).limits, limits);
    const book = bookOf({ id: desk, phase: 'paper', liveBook: null });
    for (const venue of VENUE_IDS) {
      await post(tx, depositEntries(book, venue, limits.initialBalanceMicros[venue]), {
        day: utcDate(reading.atMs),
        recordedAtMs: reading.atMs,
      });
    }
    await appendAudit(tx, setUpEntry(desk, limits), reading.atMs);
    return [];
  });
}

/**
 * Replaces a desk's limits and the caps of its open counters. A lowered cap stops entries and
 * closes nothing: what stands above it becomes overrun (I14).
 * @returns what changed
 */
export async function applyLimits(
  db: LedgerDb,
  desk: DeskId,
  limits: Limits,
  by: { who: string; reason: string },
  reading: ClockReading,
): Promise<LimitChange[]> {
  return db.transaction().execute(async (tx) => {
    await tx.selectFrom('desk').select('id').where('id', '=', desk).forUpdate().execute();
    const stored = await readDesk(tx, desk);
    const changes = differences(stored.limits, limits).filter(
      ({ field }) => field !== 'initialBalanceMicros',
    );
    if (changes.length === 0) return [];
    const kept = { ...limits, initialBalanceMicros: stored.limits.initialBalanceMicros };
    await tx
      .updateTable('desk')
      .set({ limits: JSON.stringify(kept), changed_by: by.who, reason: by.reason })
      .set({ changed_at_ms: reading.atMs })
      .where('id', '=', desk)
      .execute();
    // The book it does not trade now is traded again one day.
    for (const book of new Set([bookOf({ ...stored.desk, phase: 'paper' }), bookOf(stored.desk)])) {
      await recap(tx, book, kept, await readToday(tx, book, reading));
    }
    const { who: actor, reason } = by;
    const entry = { desk, actor, reason, verified: true, action: 'limits.applied' };
    await appendAudit(tx, { ...entry, detail: { changes } }, reading.atMs);
    return changes;
  });
}

function setUpEntry(desk: DeskId, limits: Limits): AuditEntry {
  const action = 'desk.set-up';
  return {
    desk,
    actor: 'start',
    verified: true,
    action,
    reason: 'first start',
    detail: { limits },
  };
}

/** Closed days keep the caps they had. */
async function recap(tx: LedgerTx, book: string, limits: Limits, today: string): Promise<void> {
  const kinds: CounterKind[] = ['event', 'exposure', 'loss', 'market', 'trades'];
  for (const kind of kinds) {
    const cap = capOf(kind, limits);
    const daily = kind === 'loss' || kind === 'trades';
    await sql`
      UPDATE counter SET cap = ${cap}, overrun = greatest(0, used + held - ${cap})
      WHERE id IN (
        SELECT id FROM counter
        WHERE book = ${book} AND kind = ${kind} AND (NOT ${daily} OR id >= ${`${book}/${kind}/${today}`})
        ORDER BY id FOR UPDATE)`.execute(tx);
  }
}

/**
 * A desk with the limits it trades under and what else must hold before it may cost money.
 * @param options `keepLimits` lets nobody apply other limits until this transaction is over, so
 *   that no counter is made with a cap of yesterday; a pause or halt is not held up by it
 * @throws DeskMissing
 */
export async function readDesk(
  db: LedgerDb | LedgerTx,
  id: DeskId,
  options: { keepLimits: boolean } = { keepLimits: false },
): Promise<{ desk: Desk; limits: Limits; gates: DeskGates }> {
  const row = await db
    .selectFrom('desk')
    .selectAll()
    .where('id', '=', id)
    .$if(options.keepLimits, (query) => query.forKeyShare())
    .executeTakeFirst();
  if (row === undefined) throw new DeskMissing(id);
  return {
    desk: {
      id: row.id,
      phase: row.phase,
      liveBook: row.live_book,
      state: row.state,
      cause: row.cause,
      reason: row.reason,
      epoch: toNumber(row.epoch),
    },
    limits: row.limits as Limits,
    gates: {
      caps: (row.caps ?? null) as DeskGates['caps'],
      armedUntilMs: toNumberOrNull(row.armed_until_ms),
      reconciledAtMs: toNumberOrNull(row.reconciled_at_ms),
    },
  };
}

function differences(was: Limits, is: Limits): LimitChange[] {
  const before = was as unknown as Record<string, unknown>;
  const after = is as unknown as Record<string, unknown>;
  return Object.keys(after)
    .filter((field) => stable(before[field]) !== stable(after[field]))
    .map((field) => ({ field, was: stable(before[field]), is: stable(after[field]) }));
}

/** jsonb reorders keys; compare values, not spellings. */
function stable(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'nothing';
  return JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
