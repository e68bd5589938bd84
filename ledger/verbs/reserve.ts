import type { ClockReading } from '../../domain/clock.ts';
import type { UtcDate } from '../../domain/day.ts';
import type { DeskId } from '../../domain/desk.ts';
import type { Proposal, ProposalLeg } from '../../domain/proposal.ts';
import type { Admission } from '../../domain/risk/admission.ts';
import { admit, awaitsApproval, failuresOf } from '../../domain/risk/admission.ts';
import type { Verdict } from '../../domain/risk/codes.ts';
import { factsToFetch } from '../../domain/risk/facts.ts';
import type { TradePlan } from '../../domain/trade-plan.ts';
import { tradePlanOf } from '../../domain/trade-plan.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { NotInLedger } from '../errors.ts';
import type { WaitingApproval } from './approvals.ts';
import { endWaiting, lockApproval, storeWaiting } from './approvals.ts';
import { openDay } from './day.ts';
import { readDesk } from './desk.ts';
import { readLegFacts } from './facts.ts';
import { storeAccepted, storeDenied } from './reserve-write.ts';
import { admissionView } from './reserve-view.ts';

/** What a reserved trade is about to do; JSON-safe, crosses into the workflow. */
export interface ReservedTrade {
  readonly book: Book;
  /** The trading day it took its place on. */
  readonly day: UtcDate;
  readonly plan: TradePlan;
}

export type ReserveOutcome =
  | { readonly kind: 'factsNeeded'; readonly book: Book; readonly legs: readonly ProposalLeg[] }
  | { readonly kind: 'accepted'; readonly trade: ReservedTrade }
  | { readonly kind: 'denied'; readonly failures: readonly Verdict[] }
  /** Nothing is decided or held until an admin approves it, or the time is over. */
  | { readonly kind: 'awaitingApproval'; readonly untilMs: number; readonly remainingMs: number };

/**
 * Admission: judges a received proposal on stored facts and, if every rule passes, takes its
 * holds — all in one transaction. A repeat returns the stored decision. What fails for nothing but
 * an implausible edge waits for an admin's word; after it, every other rule is judged anew.
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
    const { row, waiting } = await readUndecided(tx, tradeId);
    const stored = outcomeOf(row);
    if (stored !== undefined) return stored;
    const undecided: Undecided = {
      tradeId,
      book: row.book,
      desk: row.desk,
      proposal: row.body as Proposal,
      expiresAtMs: toNumber(row.expires_at_ms),
      ...(waiting === undefined ? {} : { waiting }),
    };
    if (waiting !== undefined && waiting.approval === undefined) {
      return reading.atMs < waiting.untilMs
        ? awaiting(waiting.untilMs, reading)
        : denyUnapproved(tx, undecided, waiting, reading);
    }
    return judgeAndStore(tx, undecided, options, reading);
  });
}

interface Undecided {
  readonly tradeId: string;
  readonly book: Book;
  readonly desk: DeskId;
  readonly proposal: Proposal;
  readonly expiresAtMs: number;
  readonly waiting?: WaitingApproval;
}

async function judgeAndStore(
  tx: LedgerTx,
  undecided: Undecided,
  options: { mayFetch: boolean },
  reading: ClockReading,
): Promise<ReserveOutcome> {
  const { tradeId, book, proposal, waiting } = undecided;
  const { desk, limits, gates } = await readDesk(tx, undecided.desk, { keepLimits: true });
  const facts = await readLegFacts(tx, book, proposal.legs);
  const old = facts.some((one) =>
    factsToFetch(one, { book, atMs: reading.atMs, ageMsMax: limits.quoteAgeMsMax }),
  );
  if (options.mayFetch && old) return { kind: 'factsNeeded', book, legs: proposal.legs };
  const day = await openDay(tx, book, limits, reading);
  const input = { ...undecided, desk, gates, limits, facts, day, reading };
  const view = await admissionView(tx, { ...input, approval: waiting?.approval }, 'lock');
  const admission = admit(view);
  if (awaitsApproval(admission)) {
    const asked = { tradeId, book, verdicts: admission.verdicts };
    const untilMs = await storeWaiting(tx, asked, reading);
    return untilMs === undefined
      ? decidedMeanwhile(tx, tradeId, reading)
      : awaiting(untilMs, reading);
  }
  return store(tx, undecided, { admission, day }, reading);
}

/** Nobody approved in time: denied by what it waited for. */
async function denyUnapproved(
  tx: LedgerTx,
  undecided: Undecided,
  { verdicts, untilMs }: WaitingApproval,
  reading: ClockReading,
): Promise<ReserveOutcome> {
  const { limits } = await readDesk(tx, undecided.desk, { keepLimits: true });
  const day = await openDay(tx, undecided.book, limits, reading);
  const until = new Date(untilMs).toISOString();
  const told = verdicts.map((one) =>
    one.passed ? one : { ...one, detail: `${one.detail}; nobody approved it until ${until}` },
  );
  await endWaiting(tx, undecided.tradeId, reading);
  return store(tx, undecided, { admission: { accepted: false, verdicts: told }, day }, reading);
}

async function store(
  tx: LedgerTx,
  undecided: Undecided,
  { admission, day }: { admission: Admission; day: UtcDate },
  reading: ClockReading,
): Promise<ReserveOutcome> {
  const { tradeId, book } = undecided;
  const from = undecided.waiting === undefined ? 'received' : 'awaiting_approval';
  const decided = { tradeId, from, admission, day, atMs: reading.atMs } as const;
  const first = admission.accepted
    ? await storeAccepted(tx, { ...decided, ...undecided, admission })
    : await storeDenied(tx, decided);
  // Another run of the same trade decided, or let it wait, while this one waited for the locks.
  if (!first) return decidedMeanwhile(tx, tradeId, reading);
  if (!admission.accepted) return { kind: 'denied', failures: failuresOf(admission.verdicts) };
  return { kind: 'accepted', trade: { book, day, plan: admission.plan } };
}

async function decidedMeanwhile(
  tx: LedgerTx,
  tradeId: string,
  reading: ClockReading,
): Promise<ReserveOutcome> {
  const stored = outcomeOf((await readProposal(tx, tradeId))!);
  return stored ?? awaiting((await lockApproval(tx, tradeId))!.untilMs, reading);
}

function awaiting(untilMs: number, { atMs }: ClockReading): ReserveOutcome {
  return { kind: 'awaitingApproval', untilMs, remainingMs: Math.max(0, untilMs - atMs) };
}

/** The proposal and, where it waits for approval, what it waits for, locked before it is read. */
async function readUndecided(tx: LedgerTx, tradeId: string) {
  const row = await readProposal(tx, tradeId);
  if (row === undefined) throw new NotInLedger('proposal', tradeId);
  if (row.status !== 'awaiting_approval') return { row };
  const waiting = await lockApproval(tx, tradeId);
  return { row: (await readProposal(tx, tradeId))!, waiting };
}

/** A proposal with its decision, whose columns are null while there is none. */
function readProposal(tx: LedgerTx, tradeId: string) {
  return tx
    .selectFrom('proposal')
    .leftJoin('decision', 'decision.trade_id', 'proposal.id')
    .select(['proposal.book', 'proposal.desk', 'proposal.body', 'proposal.expires_at_ms'])
    .select('proposal.status')
    .select(['decision.accepted', 'decision.verdicts', 'decision.plan', 'decision.day'])
    .where('proposal.id', '=', tradeId)
    .executeTakeFirst();
}

function outcomeOf(row: {
  book: Book;
  accepted: boolean | null;
  verdicts: unknown;
  plan: unknown;
  day: string | null;
}): ReserveOutcome | undefined {
  if (row.accepted === null) return undefined;
  if (!row.accepted) return { kind: 'denied', failures: failuresOf(row.verdicts as Verdict[]) };
  const plan = tradePlanOf(row.plan);
  return { kind: 'accepted', trade: { book: row.book, day: row.day!, plan } };
}
