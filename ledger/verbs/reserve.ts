import type { ClockReading } from '../../domain/clock.ts';
import type { Proposal, ProposalLeg } from '../../domain/proposal.ts';
import { admit, failuresOf } from '../../domain/risk/admission.ts';
import type { Verdict } from '../../domain/risk/codes.ts';
import { factsToFetch } from '../../domain/risk/facts.ts';
import type { LegPlan } from '../../domain/risk/view.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { NotInLedger } from '../errors.ts';
import { openDay } from './day.ts';
import { readDesk } from './desk.ts';
import { readFacts } from './facts.ts';
import { storeAccepted, storeDenied } from './reserve-write.ts';
import { admissionView } from './reserve-view.ts';

/** What a reserved trade is about to do; JSON-safe, crosses into the workflow. */
export interface ReservedTrade {
  readonly book: Book;
  readonly leg: LegPlan;
}

export type ReserveOutcome =
  | { readonly kind: 'factsNeeded'; readonly book: Book; readonly legs: readonly ProposalLeg[] }
  | { readonly kind: 'accepted'; readonly trade: ReservedTrade }
  | { readonly kind: 'denied'; readonly failures: readonly Verdict[] };

/**
 * Admission: judges a received proposal on stored facts and, if every rule passes, takes its
 * holds — all in one transaction. A repeat returns the stored decision.
 * @param mayFetch answer `factsNeeded` instead of deciding on facts that are old or missing
 * @throws NotInLedger, DeskMissing, ClockDisagrees
 */
export async function reserve(
  db: LedgerDb,
  tradeId: string,
  options: { mayFetch: boolean },
  reading: ClockReading,
): Promise<ReserveOutcome> {
  return db.transaction().execute(async (tx) => {
    const row = await readProposal(tx, tradeId);
    if (row === undefined) throw new NotInLedger('proposal', tradeId);
    const stored = outcomeOf(row);
    if (stored !== undefined) return stored;
    const proposal = row.body as Proposal;
    const leg = proposal.legs[0]!;
    const { desk, limits } = await readDesk(tx, row.desk, { keepLimits: true });
    const facts = await readFacts(tx, row.book, leg);
    if (options.mayFetch && factsToFetch(facts, reading.atMs, limits.quoteAgeMsMax)) {
      return { kind: 'factsNeeded', book: row.book, legs: proposal.legs };
    }
    const day = await openDay(tx, row.book, limits, reading);
    const view = await admissionView(tx, {
      book: row.book,
      proposal,
      expiresAtMs: toNumber(row.expires_at_ms),
      desk,
      limits,
      facts,
      day,
      reading,
    });
    const admission = admit(view);
    const decided = { tradeId, admission, day, atMs: reading.atMs };
    const first = admission.accepted
      ? await storeAccepted(tx, { ...decided, admission, book: row.book, desk: row.desk, proposal })
      : await storeDenied(tx, decided);
    // Another run of the same trade decided while this one waited for the locks.
    if (!first) return outcomeOf((await readProposal(tx, tradeId))!)!;
    if (!admission.accepted) return { kind: 'denied', failures: failuresOf(admission.verdicts) };
    return { kind: 'accepted', trade: { book: row.book, leg: admission.plan } };
  });
}

/** A proposal with its decision, whose columns are null while there is none. */
function readProposal(tx: LedgerTx, tradeId: string) {
  return tx
    .selectFrom('proposal')
    .leftJoin('decision', 'decision.trade_id', 'proposal.id')
    .select(['proposal.book', 'proposal.desk', 'proposal.body', 'proposal.expires_at_ms'])
    .select(['decision.accepted', 'decision.verdicts', 'decision.plan'])
    .where('proposal.id', '=', tradeId)
    .executeTakeFirst();
}

function outcomeOf(row: {
  book: Book;
  accepted: boolean | null;
  verdicts: unknown;
  plan: unknown;
}): ReserveOutcome | undefined {
  if (row.accepted === null) return undefined;
  if (!row.accepted) return { kind: 'denied', failures: failuresOf(row.verdicts as Verdict[]) };
  return { kind: 'accepted', trade: { book: row.book, leg: row.plan as LegPlan } };
}
