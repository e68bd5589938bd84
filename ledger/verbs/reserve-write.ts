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
import type { TradePlan } from '../../domain/trade-plan.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerTx } from '../database.ts';
import type { HoldTarget } from './holds.ts';

/** Announces decided trades; the payload is the trade's id. */
export const DECISION_CHANNEL = 'ballast_decision';

interface Decided {
  readonly tradeId: string;
  /** What the proposal was when it was judged: another run may have moved it on since. */
  readonly from: 'received' | 'awaiting_approval';
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
 * Stores an acceptance with its trade, legs and holds, and announces it. The rows held from must be
 * locked and found to have room; their checks refuse what goes beyond, even if a rule were wrong.
 * @returns false, and nothing is changed, where a decision was there already
 */
export async function storeAccepted(tx: LedgerTx, accepted: Accepted): Promise<boolean> {
  const holds = holdsOf(accepted);
  const { rows } = await sql`
    WITH ${decisionRows(accepted)}, ${tradeRows(accepted)}, wanted AS (
      SELECT trade_id, leg, target, target_kind, amount FROM stored, unnest(
        ${holds.map(({ leg }) => leg)}::smallint[],
        ${holds.map(({ id }) => id)}::text[],
        ${holds.map(({ kind }) => kind)}::text[],
        ${holds.map(({ amount }) => amount)}::bigint[]) AS hold (leg, target, target_kind, amount)
    ), summed AS (
      -- An UPDATE takes a row once: two legs may hold from the same one.
      SELECT target, target_kind, sum(amount)::bigint AS amount FROM wanted GROUP BY 1, 2
    ), counted AS (
      UPDATE counter SET held = held + amount FROM summed
      WHERE id = target AND target_kind = 'counter'
    ), reserved AS (
      UPDATE account SET held = held + amount FROM summed
      WHERE id = target AND target_kind = 'account'
    ), holding AS (
      INSERT INTO hold (trade_id, leg, target, target_kind, amount)
      SELECT trade_id, leg, target, target_kind, amount FROM wanted
    )
    SELECT pg_notify(${DECISION_CHANNEL}, trade_id) FROM stored`.execute(tx);
  return rows.length === 1;
}

/** `stored` has a row only where this decision is the first, and the proposal as it was judged. */
function decisionRows({ tradeId, from, admission, day, atMs }: Decided) {
  const plan = admission.accepted ? JSON.stringify(admission.plan) : null;
  return sql`stored AS (
      INSERT INTO decision (trade_id, accepted, verdicts, plan, day, decided_at_ms)
      SELECT id, ${admission.accepted}::boolean, ${JSON.stringify(admission.verdicts)}::jsonb,
        ${plan}::jsonb, ${day}::text, ${atMs}::bigint
      FROM proposal WHERE id = ${tradeId} AND status = ${from}
      ON CONFLICT DO NOTHING RETURNING trade_id
    ), decided AS (
      UPDATE proposal SET status = 'decided' FROM stored WHERE id = trade_id
    )`;
}

function tradeRows({ book, desk, proposal, admission, day, atMs }: Accepted) {
  const { plan } = admission;
  const legs = plan.legs.map((one, index) => ({
    leg: index,
    venue: one.leg.venue,
    market: one.leg.market,
    outcome: one.outcome,
    outcome_label: one.market.outcomes[one.outcome],
    title: one.market.title,
    limit_price: one.leg.limitPrice,
    quantity: one.quantity,
    min_quantity: Math.max(proposal.minQuantity ?? 0, one.market.minQuantity),
    time_in_force: proposal.tif,
    worst_case: one.worstCaseMicros,
  }));
  return sql`opened AS (
      INSERT INTO trade (id, book, desk, strategy, event, status, day, worst_case, settles_at_ms,
        reserved_at_ms)
      SELECT trade_id, ${book}, ${desk}, ${proposal.strategy}, ${proposal.event}, 'reserved',
        ${day}, ${plan.worstCaseMicros}, ${settlesAtMs(plan)}, ${atMs} FROM stored
    ), legged AS (
      INSERT INTO leg (trade_id, leg, venue, market, outcome, outcome_label, title, limit_price,
        quantity, min_quantity, time_in_force, worst_case)
      SELECT trade_id, one.* FROM stored, jsonb_to_recordset(${JSON.stringify(legs)}) AS one (
        leg smallint, venue text, market text, outcome smallint, outcome_label text, title text,
        limit_price bigint, quantity bigint, min_quantity bigint, time_in_force text,
        worst_case bigint)
    )`;
}

/** When the last leg's result is expected; null where any of them is unknown. */
function settlesAtMs(plan: TradePlan): number | null {
  const times = plan.legs.map(({ market }) => market.settlesAtMs);
  return times.every((time) => time !== undefined) ? Math.max(...times) : null;
}

interface WantedHold extends HoldTarget {
  readonly leg: number;
  readonly amount: number;
}

/**
 * Once a trade: one place among the day's trades, and its risk in the day's loss limit. For each
 * leg its worst case in what is open, in all, on the event and on the market, and in its venue's cash.
 */
function holdsOf({ book, day, proposal, admission: { plan } }: Accepted): WantedHold[] {
  const counter = (leg: number, scope: CounterScope, amount: number): WantedHold => ({
    kind: 'counter',
    id: counterId(book, scope),
    leg,
    amount,
  });
  const ofTrade = [
    counter(0, { kind: 'trades', day }, 1),
    counter(0, { kind: 'loss', day }, plan.riskMicros),
  ];
  const ofLegs = plan.legs.flatMap(({ leg: { venue, market }, worstCaseMicros }, leg) => [
    counter(leg, { kind: 'exposure' }, worstCaseMicros),
    counter(leg, { kind: 'event', event: proposal.event }, worstCaseMicros),
    counter(leg, { kind: 'market', venue, market }, worstCaseMicros),
    {
      kind: 'account' as const,
      id: accountRef(book, venue, { kind: 'cash' }).id,
      leg,
      amount: worstCaseMicros,
    },
  ]);
  return [...ofTrade, ...ofLegs];
}
