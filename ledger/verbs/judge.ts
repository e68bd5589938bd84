/** A dry run: what admission would say of a proposal, with nothing written down. */
import type { ClockReading } from '../../domain/clock.ts';
import type { UtcDate } from '../../domain/day.ts';
import type { DeskId } from '../../domain/desk.ts';
import { bookOf } from '../../domain/desk.ts';
import type { Proposal } from '../../domain/proposal.ts';
import { expiryOf } from '../../domain/proposal.ts';
import type { Judgement } from '../../domain/risk/admission.ts';
import { admit, awaitsApproval, judge } from '../../domain/risk/admission.ts';
import type { Rung } from '../../domain/risk/ladder.ts';
import { sizeLadder } from '../../domain/risk/ladder.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerDb } from '../database.ts';
import { readToday } from './day.ts';
import { readDesk } from './desk.ts';
import { readLegFacts } from './facts.ts';
import { admissionView } from './reserve-view.ts';

/** Every rule's verdict, the plan where there is one, and the proposal at several sizes. */
export interface Judged extends Judgement {
  readonly atMs: number;
  readonly book: Book;
  readonly day: UtcDate;
  readonly outcome: 'accepted' | 'denied' | 'awaitingApproval';
  readonly ladder: readonly Rung[];
}

/**
 * Judges a proposal as it stands now, on stored facts, which the caller has fetched: one reading
 * of everything, nothing locked, nothing written. A day that is not open yet counts as new.
 * @throws DeskMissing
 */
export async function judgeProposal(
  db: LedgerDb,
  { desk: deskId, proposal }: { desk: DeskId; proposal: Proposal },
  reading: ClockReading,
): Promise<Judged> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const { desk, limits, gates } = await readDesk(tx, deskId);
      const book = bookOf(desk);
      const day = await readToday(tx, book, reading);
      const facts = await readLegFacts(tx, book, proposal.legs);
      const expiresAtMs = expiryOf(proposal, reading.atMs);
      const input = { book, proposal, expiresAtMs, desk, gates, limits, facts, day, reading };
      const view = await admissionView(tx, input, 'read');
      const admission = admit(view);
      const refused = awaitsApproval(admission) ? 'awaitingApproval' : 'denied';
      return {
        ...judge(view),
        atMs: reading.atMs,
        book,
        day,
        outcome: admission.accepted ? 'accepted' : refused,
        ladder: sizeLadder(view),
      };
    });
}
