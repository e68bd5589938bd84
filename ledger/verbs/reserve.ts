import { sql } from 'kysely';
import { accountRef } from '../../domain/accounts.ts';
import type { ClockReading } from '../../domain/clock.ts';
import { counterId } from '../../domain/counters.ts';
import type { Proposal, ProposalLeg } from '../../domain/proposal.ts';
import type { Admission } from '../../domain/risk/admission.ts';
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
import { placeHold } from './holds.ts';
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

/** Announces decided trades; the payload is the trade's id. */
export const DECISION_CHANNEL = 'ballast_decision';

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
    const stored = await storedDecision(tx, tradeId);
    if (stored !== undefined) return stored;
    const row = await tx
      .selectFrom('proposal')
      .selectAll()
      .where('id', '=', tradeId)
      .executeTakeFirst();
    if (row === undefined) throw new NotInLedger('proposal', tradeId);
    const proposal = row.body as Proposal;
    const leg = proposal.legs[0]!;
    const { desk, limits } = await readDesk(tx, row.desk);
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
    const first = await storeDecision(tx, { tradeId, admission, day, atMs: reading.atMs });
    // Another run of the same trade decided while this one waited for the locks.
    if (!first) return (await storedDecision(tx, tradeId))!;
    if (!admission.accepted) return { kind: 'denied', failures: failuresOf(admission.verdicts) };
    await openTrade(tx, { tradeId, row, proposal, plan: admission.plan, day, atMs: reading.atMs });
    return { kind: 'accepted', trade: { book: row.book, leg: admission.plan } };
  });
}

async function storedDecision(tx: LedgerTx, tradeId: string): Promise<ReserveOutcome | undefined> {
  const row = await tx
    .selectFrom('decision')
    .innerJoin('proposal', 'proposal.id', 'decision.trade_id')
    .select(['decision.accepted', 'decision.verdicts', 'decision.plan', 'proposal.book'])
    .where('trade_id', '=', tradeId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (!row.accepted) return { kind: 'denied', failures: failuresOf(row.verdicts as Verdict[]) };
  return { kind: 'accepted', trade: { book: row.book, leg: row.plan as LegPlan } };
}

/** @returns false where the decision was there already */
async function storeDecision(
  tx: LedgerTx,
  decision: { tradeId: string; admission: Admission; day: string; atMs: number },
): Promise<boolean> {
  const { admission } = decision;
  const inserted = await tx
    .insertInto('decision')
    .values({
      trade_id: decision.tradeId,
      accepted: admission.accepted,
      verdicts: JSON.stringify(admission.verdicts),
      plan: admission.accepted ? JSON.stringify(admission.plan) : null,
      day: decision.day,
      decided_at_ms: decision.atMs,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('trade_id')
    .executeTakeFirst();
  if (inserted === undefined) return false;
  await tx
    .updateTable('proposal')
    .set({ status: 'decided' })
    .where('id', '=', decision.tradeId)
    .execute();
  await sql`SELECT pg_notify(${DECISION_CHANNEL}, ${decision.tradeId})`.execute(tx);
  return true;
}

interface NewTrade {
  readonly tradeId: string;
  readonly row: { book: Book; desk: 'main' | 'drill' };
  readonly proposal: Proposal;
  readonly plan: LegPlan;
  readonly day: string;
  readonly atMs: number;
}

async function openTrade(tx: LedgerTx, trade: NewTrade): Promise<void> {
  const { plan, proposal, row } = trade;
  await tx
    .insertInto('trade')
    .values({
      id: trade.tradeId,
      book: row.book,
      desk: row.desk,
      strategy: proposal.strategy,
      event: proposal.event,
      status: 'reserved',
      day: trade.day,
      worst_case: plan.worstCaseMicros,
      settles_at_ms: plan.market.settlesAtMs ?? null,
      reserved_at_ms: trade.atMs,
    })
    .execute();
  await tx
    .insertInto('leg')
    .values({
      trade_id: trade.tradeId,
      leg: 0,
      venue: plan.leg.venue,
      market: plan.leg.market,
      outcome: plan.outcome,
      outcome_label: plan.market.outcomes[plan.outcome],
      title: plan.market.title,
      limit_price: plan.leg.limitPrice,
      quantity: plan.quantity,
      min_quantity: Math.max(proposal.minQuantity ?? 0, plan.market.minQuantity),
      time_in_force: proposal.tif,
      worst_case: plan.worstCaseMicros,
    })
    .execute();
  await takeHolds(tx, trade);
}

/** One place among the day's trades, and the worst case in every other limit and in cash. */
async function takeHolds(
  tx: LedgerTx,
  { tradeId, row, proposal, plan, day }: NewTrade,
): Promise<void> {
  const { venue, market } = plan.leg;
  const worst = plan.worstCaseMicros;
  const counters: [string, number][] = [
    [counterId(row.book, { kind: 'event', event: proposal.event }), worst],
    [counterId(row.book, { kind: 'exposure' }), worst],
    [counterId(row.book, { kind: 'loss', day }), worst],
    [counterId(row.book, { kind: 'market', venue, market }), worst],
    [counterId(row.book, { kind: 'trades', day }), 1],
  ];
  for (const [id, amount] of counters) {
    await placeHold(tx, { tradeId, leg: 0, target: { kind: 'counter', id }, amount });
  }
  const cash = accountRef(row.book, venue, { kind: 'cash' }).id;
  await placeHold(tx, { tradeId, leg: 0, target: { kind: 'account', id: cash }, amount: worst });
}
