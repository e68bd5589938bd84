/** Stopping a desk and letting it go on: who may, what is written, and when a stop holds. */
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import type { ClockReading } from '../../domain/clock.ts';
import type { Acknowledgement, DeskId, DeskState } from '../../domain/desk.ts';
import { forbiddenKinds } from '../../domain/desk.ts';
import type { DeskEvent } from '../../domain/rollout-machine.ts';
import { nextStanding } from '../../domain/rollout-machine.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { DeskMissing } from '../errors.ts';
import { resolveDiscrepancies } from './alerts.ts';
import { appendAudit } from './audit.ts';
import { consumeIntent } from './intents.ts';

/** Who asks for something, why, and whether a role was proven for it. */
export interface Asked {
  readonly actor: string;
  readonly reason: string;
  readonly verified: boolean;
}

/** Where a desk stands after it was asked to change. */
export interface Standing {
  readonly state: DeskState;
  readonly epoch: number;
  readonly changed: boolean;
}

/**
 * Stops entries. Every ask is audited; what has already stopped for a graver cause stays so. The
 * stop holds only once `acknowledgeStop` has answered.
 * @throws DeskMissing
 */
export async function pauseDesk(
  db: LedgerDb,
  id: DeskId,
  asked: Asked,
  reading: ClockReading,
): Promise<Standing> {
  return stopByPerson(db, id, 'desk.paused', asked, reading);
}

/**
 * The same for everything but cancels and what a person orders by name; only `rearm` lifts it.
 * @throws DeskMissing
 */
export async function haltDeskByPerson(
  db: LedgerDb,
  id: DeskId,
  asked: Asked,
  reading: ClockReading,
): Promise<Standing> {
  return stopByPerson(db, id, 'desk.halted', asked, reading);
}

function stopByPerson(
  db: LedgerDb,
  id: DeskId,
  type: 'desk.paused' | 'desk.halted',
  asked: Asked,
  reading: ClockReading,
): Promise<Standing> {
  return db.transaction().execute(async (tx) => {
    const standing = await moveDesk(tx, id, { type }, asked, reading);
    const { state, epoch } = standing!;
    const detail = { state, epoch };
    await appendAudit(tx, { desk: id, action: type, ...asked, detail }, reading.atMs);
    return standing!;
  });
}

/**
 * Stops entries because something is not as it should be; only an admin lets them go on. Part of
 * the transaction that found it, and its last step. Only a change is audited.
 */
export function breachDesk(
  tx: LedgerTx,
  id: DeskId,
  found: { actor: string; reason: string },
  reading: ClockReading,
): Promise<void> {
  return stopByItself(tx, id, 'desk.breached', found, reading);
}

/**
 * Stops everything but cancels and what a person orders by name; only `rearm` lifts it. As
 * `breachDesk` otherwise.
 */
export function haltDesk(
  tx: LedgerTx,
  id: DeskId,
  found: { actor: string; reason: string },
  reading: ClockReading,
): Promise<void> {
  return stopByItself(tx, id, 'desk.halted', found, reading);
}

async function stopByItself(
  tx: LedgerTx,
  id: DeskId,
  type: 'desk.breached' | 'desk.halted',
  found: { actor: string; reason: string },
  reading: ClockReading,
): Promise<void> {
  const asked = { ...found, verified: true };
  const standing = await moveDesk(tx, id, { type }, asked, reading);
  if (standing?.changed !== true) return;
  const detail = { state: standing.state, epoch: standing.epoch };
  await appendAudit(tx, { desk: id, action: type, ...asked, detail }, reading.atMs);
}

/** The same where no other transaction found it. @throws DeskMissing */
export async function breachDeskAlone(
  db: LedgerDb,
  id: DeskId,
  found: { actor: string; reason: string },
  reading: ClockReading,
): Promise<void> {
  await db.transaction().execute((tx) => breachDesk(tx, id, found, reading));
}

export type ResumeOutcome =
  | { readonly kind: 'resumed'; readonly standing: Standing }
  | { readonly kind: 'refused'; readonly detail: string };

/** Who asks a desk to go on; `requestId` names the ask, so that a repeat of it changes nothing. */
export interface ResumeAsk {
  readonly requestId: string;
  readonly actor: string;
  readonly reason: string;
  readonly intentId?: string;
}

/**
 * Lets entries go on. Without an intent it undoes a person's pause only; an admin's intent lifts a
 * breach too. An intent is consumed once, whatever comes of it; every ask is audited, a refused
 * one included. A repeated ask gets the first one's answer: it must not undo a later pause.
 * @throws DeskMissing
 */
export async function resumeDesk(
  db: LedgerDb,
  id: DeskId,
  asked: ResumeAsk,
  reading: ClockReading,
): Promise<ResumeOutcome> {
  return db.transaction().execute(async (tx) => {
    await lockDesk(tx, id);
    const earlier = await tx
      .selectFrom('resume_request')
      .select('outcome')
      .where('id', '=', asked.requestId)
      .executeTakeFirst();
    if (earlier !== undefined) return earlier.outcome as ResumeOutcome;
    const outcome = await resumeOnce(tx, id, asked, reading);
    await tx
      .insertInto('resume_request')
      .values({
        id: asked.requestId,
        outcome: JSON.stringify(outcome),
        at_ms: reading.atMs,
      })
      .execute();
    return outcome;
  });
}

async function resumeOnce(
  tx: LedgerTx,
  id: DeskId,
  { intentId, actor, reason }: ResumeAsk,
  reading: ClockReading,
): Promise<ResumeOutcome> {
  const intent =
    intentId === undefined ? undefined : await consumeIntent(tx, { id: intentId, desk: id });
  const by: Asked =
    intent === undefined
      ? { actor, reason, verified: false }
      : { actor: intent.actor, reason: intent.reason, verified: true };
  const type = eventOf(intent);
  const spent = intentId !== undefined && intent === undefined;
  const standing = spent ? undefined : await moveDesk(tx, id, { type }, by, reading);
  const outcome: ResumeOutcome =
    standing === undefined
      ? { kind: 'refused', detail: spent ? SPENT_INTENT : await refusal(tx, id) }
      : { kind: 'resumed', standing };
  if (outcome.kind === 'resumed' && type !== 'desk.resumed') {
    await resolveDiscrepancies(tx, id, reading);
  }
  const action = outcome.kind === 'resumed' ? 'desk.resumed' : 'desk.resume-refused';
  const detail = outcome.kind === 'resumed' ? {} : { why: outcome.detail };
  await appendAudit(tx, { desk: id, action, ...by, detail }, reading.atMs);
  return outcome;
}

/** A halt is lifted by an admin's intent to rearm and by nothing else. */
function eventOf(intent: { action: string; role: string } | undefined): DeskEvent['type'] {
  if (intent?.role !== 'admin') return 'desk.resumed';
  return intent.action === 'rearm' ? 'desk.rearmed' : 'desk.cleared';
}

const SPENT_INTENT = 'the intent is unknown, used or older than a minute: ask again';

async function refusal(tx: LedgerTx, id: DeskId): Promise<string> {
  const { state, reason } = await tx
    .selectFrom('desk')
    .select(['state', 'reason'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return state === 'halted'
    ? `the desk is halted (${reason}); an admin lifts that: ballast rearm`
    : `the desk stopped by itself (${reason}); look at it, then resume with the admin's token`;
}

/** @returns undefined where the desk may not move so */
async function moveDesk(
  tx: LedgerTx,
  id: DeskId,
  event: DeskEvent,
  asked: Asked,
  reading: ClockReading,
): Promise<Standing | undefined> {
  const row = await lockDesk(tx, id);
  const next = nextStanding(row, event);
  if (next === undefined) return undefined;
  const epoch = toNumber(row.epoch);
  if (next.state === row.state && next.cause === row.cause) {
    return { state: row.state, epoch, changed: false };
  }
  // Permits of kinds that were allowed a moment ago must be told from later ones.
  const stricter = forbiddenKinds(next.state).length > forbiddenKinds(row.state).length;
  const raised = stricter ? epoch + 1 : epoch;
  await tx
    .updateTable('desk')
    .set({ ...next, reason: asked.reason, changed_by: asked.actor })
    .set({ changed_at_ms: reading.atMs, epoch: raised })
    .where('id', '=', id)
    .execute();
  return { state: next.state, epoch: raised, changed: true };
}

/** Not FOR UPDATE: reservations hold the row KEY SHARE, and a pause must not wait for them. */
async function lockDesk(tx: LedgerTx, id: DeskId) {
  const row = await tx
    .selectFrom('desk')
    .select(['state', 'cause', 'epoch'])
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row === undefined) throw new DeskMissing(id);
  return row;
}

/** Past its deadline a permit lets nothing leave; this much more is for clocks that differ. */
const PERMIT_GRACE_MS = 2_000;
const LOOK_AGAIN_MS = 50;

/**
 * Waits until every older permit of a kind the desk's state forbids is closed or 2 s past its
 * deadline: 7 s at most. Then the stop holds. A desk that is active answers at once.
 * @throws DeskMissing
 */
export async function acknowledgeStop(db: LedgerDb, id: DeskId): Promise<Acknowledgement> {
  for (;;) {
    const desk = await db
      .selectFrom('desk')
      .select(['state', 'epoch'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (desk === undefined) throw new DeskMissing(id);
    const kinds = forbiddenKinds(desk.state);
    const { rows } = await sql`
      SELECT id FROM permit
      WHERE desk = ${id} AND epoch < ${desk.epoch} AND kind = ANY(${kinds}) AND closed_at IS NULL
        AND deadline + ${PERMIT_GRACE_MS} * interval '1 millisecond' > clock_timestamp()
      LIMIT 1`.execute(db);
    if (rows.length === 0) {
      const unresolved = await unresolvedOf(db, id, kinds);
      return { state: desk.state, epoch: toNumber(desk.epoch), unresolved };
    }
    await delay(LOOK_AGAIN_MS);
  }
}

async function unresolvedOf(db: LedgerDb, id: DeskId, kinds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT venue_order.id FROM venue_order JOIN trade ON trade.id = trade_id
    WHERE trade.desk = ${id} AND venue_order.state IN ('sending','unknown')
      AND venue_order.kind = ANY(${kinds})
    ORDER BY venue_order.id`.execute(db);
  return rows.map((row) => row.id);
}
