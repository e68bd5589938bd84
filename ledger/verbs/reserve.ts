import { sql } from 'kysely';
import { accountRef } from '../../domain/accounts.ts';
import type { ClockReading } from '../../domain/clock.ts';
import type { CounterScope } from '../../domain/counters.ts';
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
import { placeHolds } from './holds.ts';
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
    const first = await storeDecision(tx, { tradeId, admission, day, atMs: reading.atMs });
    // Another run of the same trade decided while this one waited for the locks.
    if (!first) return outcomeOf((await readProposal(tx, tradeId))!)!;
    if (!admission.accepted) return { kind: 'denied', failures: failuresOf(admission.verdicts) };
    await openTrade(tx, { tradeId, row, proposal, plan: admission.plan, day, atMs: reading.atMs });
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

/** Stores the decision with its proposal's new status, and announces it. @returns false where it was there already */
async function storeDecision(
  tx: LedgerTx,
  decision: { tradeId: string; admission: Admission; day: string; atMs: number },
): Promise<boolean> {
  const { admission, tradeId } = decision;
  const plan = admission.accepted ? JSON.stringify(admission.plan) : null;
  const { rows } = await sql`
    WITH stored AS (
      INSERT INTO decision (trade_id, accepted, verdicts, plan, day, decided_at_ms)
      VALUES (${tradeId}, ${admission.accepted}, ${JSON.stringify(admission.verdicts)}, ${plan},
        ${decision.day}, ${decision.atMs})
      ON CONFLICT DO NOTHING RETURNING trade_id
    ), decided AS (
      UPDATE proposal SET status = 'decided' FROM stored WHERE id = trade_id
    )
    SELECT pg_notify(${DECISION_CHANNEL}, trade_id) FROM stored`.execute(tx);
  return rows.length === 1;
}

interface NewTrade {
  readonly tradeId: string;
  readonly row: { book: Book; desk: 'main' | 'drill' };
  readonly proposal: Proposal;
  readonly plan: LegPlan;
  readonly day: string;
  readonly atMs: number;
}

/** The trade and its leg, in one statement: all of this happens while others wait for the limits. */
async function openTrade(tx: LedgerTx, trade: NewTrade): Promise<void> {
  const { plan, proposal, row } = trade;
  const worst = plan.worstCaseMicros;
  const quantityMin = Math.max(proposal.minQuantity ?? 0, plan.market.minQuantity);
  await sql`
    WITH opened AS (
      INSERT INTO trade (id, book, desk, strategy, event, status, day, worst_case, settles_at_ms,
        reserved_at_ms)
      VALUES (${trade.tradeId}, ${row.book}, ${row.desk}, ${proposal.strategy}, ${proposal.event},
        'reserved', ${trade.day}, ${worst}, ${plan.market.settlesAtMs ?? null}, ${trade.atMs})
    )
    INSERT INTO leg (trade_id, leg, venue, market, outcome, outcome_label, title, limit_price,
      quantity, min_quantity, time_in_force, worst_case)
    VALUES (${trade.tradeId}, 0, ${plan.leg.venue}, ${plan.leg.market}, ${plan.outcome},
      ${plan.market.outcomes[plan.outcome]}, ${plan.market.title}, ${plan.leg.limitPrice},
      ${plan.quantity}, ${quantityMin}, ${proposal.tif}, ${worst})`.execute(tx);
  await takeHolds(tx, trade);
}

/** One place among the day's trades, and the worst case in every other limit and in cash. */
async function takeHolds(
  tx: LedgerTx,
  { tradeId, row, proposal, plan, day }: NewTrade,
): Promise<void> {
  const { venue, market } = plan.leg;
  const worst = plan.worstCaseMicros;
  const limits: CounterScope[] = [
    { kind: 'event', event: proposal.event },
    { kind: 'exposure' },
    { kind: 'loss', day },
    { kind: 'market', venue, market },
  ];
  await placeHolds(tx, tradeId, [
    ...limits.map((scope) => ({
      kind: 'counter' as const,
      id: counterId(row.book, scope),
      amount: worst,
    })),
    { kind: 'counter', id: counterId(row.book, { kind: 'trades', day }), amount: 1 },
    { kind: 'account', id: accountRef(row.book, venue, { kind: 'cash' }).id, amount: worst },
  ]);
}
