/**
 * What admission writes, each in one statement: others wait for the limits meanwhile, and a round
 * trip a row brought 50 reservations a second where one brings several hundred.
 */
import { sql } from 'kysely';
import { accountRef } from '../../domain/accounts.ts';
import type { CounterScope } from '../../domain/counters.ts';
import { counterId } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import type { DeskId } from '../../domain/desk.ts';
import type { Proposal } from '../../domain/proposal.ts';
import type { Admission } from '../../domain/risk/admission.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerTx } from '../database.ts';
import type { HoldTarget } from './holds.ts';

/** Announces decided trades; the payload is the trade's id. */
export const DECISION_CHANNEL = 'ballast_decision';

interface Decided {
  readonly tradeId: string;
  readonly admission: Admission;
  readonly day: UtcDate;
  readonly atMs: number;
}

type Accepted = Decided & {
  readonly admission: Extract<Admission, { accepted: true }>;
  readonly book: Book;
  readonly desk: DeskId;
  readonly proposal: Proposal;
};

/** Stores a denial and announces it. @returns false where a decision was there already */
export async function storeDenied(tx: LedgerTx, decided: Decided): Promise<boolean> {
  const { rows } = await sql`
    WITH ${decisionRows(decided)}
    SELECT pg_notify(${DECISION_CHANNEL}, trade_id) FROM stored`.execute(tx);
  return rows.length === 1;
}

/**
 * Stores an acceptance with its trade, leg and holds, and announces it. The rows held from must be
 * locked and found to have room; their checks refuse what goes beyond, even if a rule were wrong.
 * @returns false, and nothing is changed, where a decision was there already
 */
export async function storeAccepted(tx: LedgerTx, accepted: Accepted): Promise<boolean> {
  const holds = holdsOf(accepted);
  const { rows } = await sql`
    WITH ${decisionRows(accepted)}, ${tradeRows(accepted)}, wanted AS (
      SELECT trade_id, target, target_kind, amount FROM stored, unnest(
        ${holds.map(({ id }) => id)}::text[],
        ${holds.map(({ kind }) => kind)}::text[],
        ${holds.map(({ amount }) => amount)}::bigint[]) AS hold (target, target_kind, amount)
    ), counted AS (
      UPDATE counter SET held = held + amount FROM wanted
      WHERE id = target AND target_kind = 'counter'
    ), reserved AS (
      UPDATE account SET held = held + amount FROM wanted
      WHERE id = target AND target_kind = 'account'
    ), holding AS (
      INSERT INTO hold (trade_id, leg, target, target_kind, amount)
      SELECT trade_id, 0, target, target_kind, amount FROM wanted
    )
    SELECT pg_notify(${DECISION_CHANNEL}, trade_id) FROM stored`.execute(tx);
  return rows.length === 1;
}

/** `stored` has a row only where this decision is the first. */
function decisionRows({ tradeId, admission, day, atMs }: Decided) {
  const plan = admission.accepted ? JSON.stringify(admission.plan) : null;
  return sql`stored AS (
      INSERT INTO decision (trade_id, accepted, verdicts, plan, day, decided_at_ms)
      VALUES (${tradeId}, ${admission.accepted}, ${JSON.stringify(admission.verdicts)}, ${plan},
        ${day}, ${atMs})
      ON CONFLICT DO NOTHING RETURNING trade_id
    ), decided AS (
      UPDATE proposal SET status = 'decided' FROM stored WHERE id = trade_id
    )`;
}

function tradeRows({ book, desk, proposal, admission, day, atMs }: Accepted) {
  const { plan } = admission;
  const { leg, market } = plan;
  const quantityMin = Math.max(proposal.minQuantity ?? 0, market.minQuantity);
  return sql`opened AS (
      INSERT INTO trade (id, book, desk, strategy, event, status, day, worst_case, settles_at_ms,
        reserved_at_ms)
      SELECT trade_id, ${book}, ${desk}, ${proposal.strategy}, ${proposal.event}, 'reserved',
        ${day}, ${plan.worstCaseMicros}, ${market.settlesAtMs ?? null}, ${atMs} FROM stored
    ), legged AS (
      INSERT INTO leg (trade_id, leg, venue, market, outcome, outcome_label, title, limit_price,
        quantity, min_quantity, time_in_force, worst_case)
      SELECT trade_id, 0, ${leg.venue}, ${leg.market}, ${plan.outcome},
        ${market.outcomes[plan.outcome]}, ${market.title}, ${leg.limitPrice}, ${plan.quantity},
        ${quantityMin}, ${proposal.tif}, ${plan.worstCaseMicros} FROM stored
    )`;
}

/** One place among the day's trades, and the worst case in every other limit and in cash. */
function holdsOf(accepted: Accepted): (HoldTarget & { readonly amount: number })[] {
  const { book, day, proposal, admission } = accepted;
  const { venue, market } = admission.plan.leg;
  const amount = admission.plan.worstCaseMicros;
  const scopes: CounterScope[] = [
    { kind: 'event', event: proposal.event },
    { kind: 'exposure' },
    { kind: 'loss', day },
    { kind: 'market', venue, market },
  ];
  return [
    ...scopes.map((scope) => ({ kind: 'counter' as const, id: counterId(book, scope), amount })),
    { kind: 'counter', id: counterId(book, { kind: 'trades', day }), amount: 1 },
    { kind: 'account', id: accountRef(book, venue, { kind: 'cash' }).id, amount },
  ];
}
