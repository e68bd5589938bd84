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
import { strategyStanding } from './strategies.ts';

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
  const counterOf = (scope: CounterScope): Counter => counters.get(counterId(book, scope))!;
  const open = await openOnMarket(tx, book, leg, input.facts);
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
    cashFreeMicros: await lockFreeCash(tx, book, leg),
    ...open,
    strategy: await strategyStanding(tx, book, proposal.strategy, limits, input.reading.atMs),
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
  const ids = wanted.map(({ id }) => id);
  let rows = await lockById(tx, ids);
  if (rows.length < ids.length) {
    await tx
      .insertInto('counter')
      .values(wanted)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    rows = await lockById(tx, ids);
  }
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

async function lockFreeCash(tx: LedgerTx, book: Book, leg: ProposalLeg): Promise<number> {
  const row = await tx
    .selectFrom('account')
    .select(['debits', 'credits', 'held'])
    .where('id', '=', accountRef(book, leg.venue, { kind: 'cash' }).id)
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? 0 : toNumber(row.debits - row.credits - row.held);
}

/** Open trades on the leg's market; the market's counter row, already locked, keeps the list true. */
async function openOnMarket(
  tx: LedgerTx,
  book: Book,
  leg: ProposalLeg,
  facts: LegFacts,
): Promise<Pick<AdmissionView, 'sameSideTrades' | 'otherSideTrades'>> {
  const market = facts.market?.value;
  const outcome = market == null ? undefined : resolveOutcome(market, leg.outcome);
  const rows = await tx
    .selectFrom('trade')
    .innerJoin('leg', 'leg.trade_id', 'trade.id')
    .select(['trade.id', 'leg.outcome'])
    .where('trade.book', '=', book)
    .where('trade.ended_at_ms', 'is', null)
    .where('leg.venue', '=', leg.venue)
    .where('leg.market', '=', leg.market)
    .orderBy('trade.id')
    .execute();
  return {
    sameSideTrades: rows.filter((row) => row.outcome === outcome).map((row) => row.id),
    otherSideTrades: rows.filter((row) => row.outcome !== outcome).map((row) => row.id),
  };
}
