import type { ClockReading } from '../../domain/clock.ts';
import type { DeskId } from '../../domain/desk.ts';
import { bookOf } from '../../domain/desk.ts';
import type { Proposal } from '../../domain/proposal.ts';
import { expiryOf } from '../../domain/proposal.ts';
import type { LedgerDb } from '../database.ts';
import { proposalHash } from '../identity.ts';
import { readDesk } from './desk.ts';

export type ReceiveOutcome =
  /** New, or received before and still undecided: its workflow is to be started. */
  | { readonly kind: 'received' }
  /** The same proposal was decided before; its decision answers. */
  | { readonly kind: 'decided' }
  /** The same proposal came before and waits for an admin's approval. */
  | { readonly kind: 'awaiting' }
  /** The id belongs to another proposal. */
  | { readonly kind: 'conflict' }
  /** The desk takes no entries; nothing was written and the id stays free. */
  | { readonly kind: 'closed'; readonly state: 'paused' | 'halted'; readonly reason: string };

/**
 * Writes a proposal down before anything is done about it. The trade's id is the proposal's,
 * unique over all books.
 */
export async function receiveProposal(
  db: LedgerDb,
  input: { id: string; desk: DeskId; proposal: Proposal },
  reading: ClockReading,
): Promise<ReceiveOutcome> {
  const bodyHash = proposalHash(input.proposal);
  const known = await findProposal(db, input.id);
  if (known !== undefined) return replay(known, bodyHash);
  const { desk } = await readDesk(db, input.desk);
  if (desk.state !== 'active') return { kind: 'closed', state: desk.state, reason: desk.reason };
  const inserted = await db
    .insertInto('proposal')
    .values({
      id: input.id,
      book: bookOf(desk),
      desk: desk.id,
      body: JSON.stringify(input.proposal),
      body_hash: bodyHash,
      status: 'received',
      received_at_ms: reading.atMs,
      expires_at_ms: expiryOf(input.proposal, reading.atMs),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted !== undefined) return { kind: 'received' };
  // Lost a race for the id: answer by what the winner wrote.
  const winner = await findProposal(db, input.id);
  return winner === undefined ? { kind: 'conflict' } : replay(winner, bodyHash);
}

interface KnownProposal {
  readonly body_hash: string;
  readonly status: 'received' | 'awaiting_approval' | 'decided';
}

function findProposal(db: LedgerDb, id: string): Promise<KnownProposal | undefined> {
  return db
    .selectFrom('proposal')
    .select(['body_hash', 'status'])
    .where('id', '=', id)
    .executeTakeFirst();
}

function replay(known: KnownProposal, bodyHash: string): ReceiveOutcome {
  if (known.body_hash !== bodyHash) return { kind: 'conflict' };
  return { kind: known.status === 'awaiting_approval' ? 'awaiting' : known.status };
}
