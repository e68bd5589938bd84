import { sql } from 'kysely';
import { accountRef } from '../../domain/accounts.ts';
import { assert } from '../../domain/assert.ts';
import type { ClockReading } from '../../domain/clock.ts';
import type { Counter, CounterScope } from '../../domain/counters.ts';
import { capOf, counterId } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import type { Desk } from '../../domain/desk.ts';
import type { Limits } from '../../domain/limits.ts';
import { resolveOutcome } from '../../domain/market.ts';
import type { Proposal, ProposalLeg } from '../../domain/proposal.ts';
import type { AdmissionView, LegFacts, TradeCounters } from '../../domain/risk/view.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import type { StrategyQuestion, StrategyRow } from './strategies.ts';
import { judgeStrategy, strategyRows } from './strategies.ts';

export interface ViewInput {
  readonly book: Book;
  readonly proposal: Proposal;
  readonly expiresAtMs: number;
  readonly desk: Desk;
  readonly limits: Limits;
  readonly facts: LegFacts;
  readonly day: UtcDate;
  readonly reading: ClockReading;
}

/**
 * Locks every row the proposal would take from, counters first and accounts after, each by id,
 * and reads what the rules judge. Creates counters that nobody needed before.
 */
export async function admissionView(tx: LedgerTx, input: ViewInput): Promise<AdmissionView> {
  const { book, proposal, day, limits } = input;
  const leg = proposal.legs[0]!;
  const scopes: Record<keyof TradeCounters, CounterScope> = {
    trades: { kind: 'trades', day },
    loss: { kind: 'loss', day },
    exposure: { kind: 'exposure' },
    event: { kind: 'event', event: proposal.event },
    market: { kind: 'market', venue: leg.venue, market: leg.market },
  };
  const counters = await lockCounters(tx, book, limits, Object.values(scopes));
  const strategy = { book, name: proposal.strategy, limits, atMs: input.reading.atMs };
  const counterOf = (scope: CounterScope): Counter => counters.get(counterId(book, scope))!;
  return {
    book,
    proposal,
    atMs: input.reading.atMs,
    expiresAtMs: input.expiresAtMs,
    day,
    desk: input.desk,
    limits,
    facts: input.facts,
    counters: {
      trades: counterOf(scopes.trades),
      loss: counterOf(scopes.loss),
      exposure: counterOf(scopes.exposure),
      event: counterOf(scopes.event),
      market: counterOf(scopes.market),
    },
    ...(await lockStanding(tx, leg, input.facts, strategy)),
  };
}

async function lockCounters(
  tx: LedgerTx,
  book: Book,
  limits: Limits,
  scopes: readonly CounterScope[],
): Promise<Map<string, Counter>> {
  const wanted = scopes
    .map((scope) => ({
      id: counterId(book, scope),
      book,
      kind: scope.kind,
      cap: capOf(scope.kind, limits),
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  // All rows are there before the first is locked: coming back for one that another transaction
  // made meanwhile would lock out of order.
  await tx
    .insertInto('counter')
    .values(wanted)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const ids = wanted.map(({ id }) => id);
  const rows = await lockById(tx, ids);
  assert(rows.length === ids.length, 'a counter row is missing after its insert');
  return new Map(
    rows.map((row) => [
      row.id,
      {
        used: toNumber(row.used),
        held: toNumber(row.held),
        cap: toNumber(row.cap),
        overrun: toNumber(row.overrun),
      },
    ]),
  );
}

/** The one order of locks: updates in differing order deadlock. */
function lockById(tx: LedgerTx, ids: readonly string[]) {
  return tx
    .selectFrom('counter')
    .select(['id', 'used', 'held', 'cap', 'overrun'])
    .where(sql<boolean>`id = ANY(${ids})`)
    .orderBy('id')
    .forUpdate()
    .execute();
}

interface Standing extends StrategyRow {
  readonly free: bigint;
  readonly open: readonly { id: string; outcome: number }[];
}

/**
 * Locks the venue's cash and reads it with the open trades on the leg's market and the strategy's
 * executions; the market's and the day's counter rows, already locked, keep these true.
 */
async function lockStanding(
  tx: LedgerTx,
  leg: ProposalLeg,
  facts: LegFacts,
  strategy: StrategyQuestion,
): Promise<
  Pick<AdmissionView, 'cashFreeMicros' | 'sameSideTrades' | 'otherSideTrades' | 'strategy'>
> {
  const { book } = strategy;
  const market = facts.market?.value;
  const outcome = market == null ? undefined : resolveOutcome(market, leg.outcome);
  const { rows } = await sql<Standing>`
    WITH cash AS (
      SELECT debits - credits - held AS free FROM account
      WHERE id = ${accountRef(book, leg.venue, { kind: 'cash' }).id} FOR UPDATE
    ), on_market AS MATERIALIZED (
      SELECT trade_id, outcome FROM leg WHERE venue = ${leg.venue} AND market = ${leg.market}
    ), ${strategyRows(strategy)}
    SELECT coalesce((SELECT free FROM cash), 0) AS free, (
      SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'outcome', outcome) ORDER BY id), '[]')
      FROM on_market JOIN trade ON id = trade_id WHERE book = ${book} AND ended_at_ms IS NULL
    ) AS open, strategy_row.* FROM strategy_row`.execute(tx);
  const standing = rows[0]!;
  const { open } = standing;
  return {
    cashFreeMicros: toNumber(standing.free),
    sameSideTrades: open.filter((trade) => trade.outcome === outcome).map(({ id }) => id),
    otherSideTrades: open.filter((trade) => trade.outcome !== outcome).map(({ id }) => id),
    strategy: await judgeStrategy(tx, strategy, standing),
  };
}
