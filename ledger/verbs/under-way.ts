import type { Phase } from '../../domain/desk.ts';
import type { Proposal } from '../../domain/proposal.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerDb } from '../database.ts';

/** A trade that has not ended, or a proposal not decided yet: somebody must be driving it. */
export interface TradeUnderWay {
  readonly id: string;
  readonly book: Book;
  readonly phase: Phase;
  readonly proposal: Proposal;
}

/**
 * What is under way, oldest first.
 * @param options proposals without a decision count only if they came before `undecidedBeforeMs`
 */
export async function tradesUnderWay(
  db: LedgerDb,
  options: { undecidedBeforeMs: number },
): Promise<TradeUnderWay[]> {
  const rows = await db
    .selectFrom('proposal')
    .innerJoin('desk', 'desk.id', 'proposal.desk')
    .leftJoin('trade', 'trade.id', 'proposal.id')
    .select(['proposal.id', 'proposal.book', 'proposal.body', 'desk.phase'])
    .where((eb) =>
      eb.or([
        eb.and([eb('trade.id', 'is not', null), eb('trade.ended_at_ms', 'is', null)]),
        eb.and([
          eb('proposal.status', 'in', ['received', 'awaiting_approval']),
          eb('proposal.received_at_ms', '<', BigInt(options.undecidedBeforeMs)),
        ]),
      ]),
    )
    .orderBy('proposal.received_at_ms')
    .execute();
  return rows.map(({ body, ...row }) => ({ ...row, proposal: body as Proposal }));
}
