/** Proposals that only a person's word can let through: kept undecided, with nothing held. */
import { sql } from 'kysely';
import type { ClockReading } from '../../domain/clock.ts';
import { APPROVAL_MS, defaultLifeMs } from '../../domain/proposal.ts';
import type { Proposal } from '../../domain/proposal.ts';
import { failuresOf } from '../../domain/risk/admission.ts';
import type { Verdict } from '../../domain/risk/codes.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { NotInLedger } from '../errors.ts';
import { raiseAlert, resolveAlert } from './alerts.ts';
import { appendAudit } from './audit.ts';
import { DECISION_CHANNEL } from './reserve-write.ts';

/** What a waiting proposal waits for. */
export interface WaitingApproval {
  readonly untilMs: number;
  /** Every rule's verdict when it was judged. */
  readonly verdicts: readonly Verdict[];
  /** The person's word; undefined while there is none. */
  readonly approval?: { readonly by: string; readonly reason: string };
}

/** Reads and locks what a waiting proposal waits for: its fate is decided by one at a time. */
export async function lockApproval(
  tx: LedgerTx,
  tradeId: string,
): Promise<WaitingApproval | undefined> {
  const row = await tx
    .selectFrom('approval')
    .selectAll()
    .where('trade_id', '=', tradeId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    untilMs: toNumber(row.until_ms),
    verdicts: row.verdicts as Verdict[],
    ...(row.approved_by === null
      ? {}
      : { approval: { by: row.approved_by, reason: row.reason ?? '' } }),
  };
}

/**
 * Lets a proposal wait for an admin, announces it to the submitter and raises an alert.
 * @returns until when it waits, Unix ms of the Clock; undefined where it was decided or waits
 *   already: another run was faster
 */
export async function storeWaiting(
  tx: LedgerTx,
  asked: { tradeId: string; book: Book; verdicts: readonly Verdict[] },
  reading: ClockReading,
): Promise<number | undefined> {
  const { tradeId, book, verdicts } = asked;
  const untilMs = reading.atMs + APPROVAL_MS;
  const { rows } = await sql`
    WITH waiting AS (
      UPDATE proposal SET status = 'awaiting_approval' WHERE id = ${tradeId} AND status = 'received'
      RETURNING id
    ), asked AS (
      INSERT INTO approval (trade_id, verdicts, asked_at_ms, until_ms)
      SELECT id, ${JSON.stringify(verdicts)}::jsonb, ${reading.atMs}::bigint, ${untilMs}::bigint
      FROM waiting
    )
    SELECT pg_notify(${DECISION_CHANNEL}, id) FROM waiting`.execute(tx);
  if (rows.length === 0) return undefined;
  const [failure] = failuresOf(verdicts);
  const detail = `proposal ${tradeId} waits until ${new Date(untilMs).toISOString()}: ${failure!.detail}`;
  const alert = {
    code: 'APPROVAL_WAITING',
    key: alertKey(tradeId),
    book,
    tradeId,
    detail,
  } as const;
  await raiseAlert(tx, alert, reading);
  return untilMs;
}

/** Closes the alert of a proposal that no longer waits. */
export async function endWaiting(
  tx: LedgerTx,
  tradeId: string,
  reading: ClockReading,
): Promise<void> {
  await resolveAlert(tx, alertKey(tradeId), reading);
}

/** It is not undecided for its edge alone; `is` says what it is instead. */
interface NotWaiting {
  readonly kind: 'notWaiting';
  readonly is: 'received' | 'approved' | 'accepted' | 'denied';
}

export type ApproveOutcome =
  /** It is judged once more by every other rule; `expiresAtMs` is its fresh expiry. */
  | { readonly kind: 'approved'; readonly expiresAtMs: number }
  | NotWaiting
  | { readonly kind: 'tooLate'; readonly untilMs: number };

/** Who decides about a waiting proposal, and why. */
interface Word {
  readonly id: string;
  readonly actor: string;
  readonly reason: string;
}

/**
 * An admin's word for an implausible edge; the caller has checked the role. The proposal gets a
 * fresh default life, and its workflow is told through the outbox. A repeat changes nothing.
 * @throws NotInLedger
 */
export async function approveProposal(
  db: LedgerDb,
  asked: Word,
  reading: ClockReading,
): Promise<ApproveOutcome> {
  const { id, actor, reason } = asked;
  return db.transaction().execute(async (tx): Promise<ApproveOutcome> => {
    const found = await waitingProposal(tx, id);
    if ('kind' in found) return found;
    const { row, waiting } = found;
    if (waiting.approval !== undefined) {
      return { kind: 'approved', expiresAtMs: toNumber(row.expires_at_ms) };
    }
    if (reading.atMs >= waiting.untilMs) return { kind: 'tooLate', untilMs: waiting.untilMs };
    const expiresAtMs = reading.atMs + defaultLifeMs(row.body as Proposal);
    await tx
      .updateTable('approval')
      .set({ approved_by: actor, approved_at_ms: reading.atMs, reason })
      .where('trade_id', '=', id)
      .execute();
    await tx
      .updateTable('proposal')
      .set({ expires_at_ms: expiresAtMs })
      .where('id', '=', id)
      .execute();
    await tellDecided(tx, row, asked, 'proposal.approved', reading);
    return { kind: 'approved', expiresAtMs };
  });
}

export type DeclineOutcome = { readonly kind: 'declined' } | NotWaiting;

/**
 * A person's no: the proposal waits no longer, and its workflow denies it. A repeat changes nothing.
 * @throws NotInLedger
 */
export async function declineProposal(
  db: LedgerDb,
  asked: Word,
  reading: ClockReading,
): Promise<DeclineOutcome> {
  const { id, reason } = asked;
  return db.transaction().execute(async (tx): Promise<DeclineOutcome> => {
    const found = await waitingProposal(tx, id);
    if ('kind' in found) return found;
    const { row, waiting } = found;
    if (waiting.approval !== undefined) return { kind: 'notWaiting', is: 'approved' };
    if (reading.atMs >= waiting.untilMs) return { kind: 'declined' };
    await tx
      .updateTable('approval')
      .set({ until_ms: reading.atMs, reason })
      .where('trade_id', '=', id)
      .execute();
    await tellDecided(tx, row, asked, 'proposal.declined', reading);
    return { kind: 'declined' };
  });
}

interface WaitingRow {
  readonly book: Book;
  readonly body: unknown;
  readonly expires_at_ms: bigint;
}

async function waitingProposal(
  tx: LedgerTx,
  id: string,
): Promise<NotWaiting | { row: WaitingRow; waiting: WaitingApproval }> {
  const waiting = await lockApproval(tx, id);
  const row = await tx
    .selectFrom('proposal')
    .leftJoin('decision', 'decision.trade_id', 'proposal.id')
    .select(['book', 'body', 'status', 'expires_at_ms', 'accepted'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw new NotInLedger('proposal', id);
  if (row.status === 'decided') {
    return { kind: 'notWaiting', is: row.accepted === true ? 'accepted' : 'denied' };
  }
  return waiting === undefined ? { kind: 'notWaiting', is: 'received' } : { row, waiting };
}

/** Wakes the proposal's workflow, closes the alert and writes the word down. */
async function tellDecided(
  tx: LedgerTx,
  row: WaitingRow,
  { id, actor, reason }: Word,
  action: 'proposal.approved' | 'proposal.declined',
  reading: ClockReading,
): Promise<void> {
  await tx
    .insertInto('outbox')
    .values({
      book: row.book,
      venue: (row.body as Proposal).legs[0]!.venue,
      workflow_id: `trade:${id}`,
      signal: 'approved',
      payload: JSON.stringify({ by: actor }),
      created_at_ms: reading.atMs,
    })
    .execute();
  await endWaiting(tx, id, reading);
  const detail = { id, book: row.book };
  await appendAudit(tx, { actor, reason, verified: true, action, detail }, reading.atMs);
}

function alertKey(tradeId: string): string {
  return `approval/${tradeId}`;
}
