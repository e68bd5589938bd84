import { sql } from 'kysely';
import { accountRef } from '../../domain/accounts.ts';
import { assert } from '../../domain/assert.ts';
import type { DeskGates } from '../../domain/caps.ts';
import type { ClockReading } from '../../domain/clock.ts';
import type { Counter, CounterScope } from '../../domain/counters.ts';
import { capOf, counterId } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import type { Desk } from '../../domain/desk.ts';
import type { Limits } from '../../domain/limits.ts';
import type { Proposal } from '../../domain/proposal.ts';
import type { AdmissionView, LegFacts, LegView, OpenTrade } from '../../domain/risk/view.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { pairOfProposal } from './pairs.ts';
import { stopIfRepeated } from './strategies.ts';
import type { StrategyRow } from './strategy-standing.ts';
import { standingOf, strategyRows } from './strategy-standing.ts';

export interface ViewInput {
  readonly book: Book;
  readonly proposal: Proposal;
  readonly expiresAtMs: number;
  readonly desk: Desk;
  readonly gates: DeskGates;
  readonly limits: Limits;
  /** One for each leg, in the proposal's order. */
  readonly facts: readonly LegFacts[];
  readonly day: UtcDate;
  readonly reading: ClockReading;
  readonly approval?: AdmissionView['approval'];
}

/**
 * Whether the rows are locked until commit, which whoever reserves must do, or only read: a dry
 * run changes nothing and holds nobody up.
 */
export type Access = 'lock' | 'read';

/**
 * Reads what the rules judge: every row the proposal would take from, counters first and accounts
 * after, each by id. With `lock`, counters that nobody needed before are made.
 */
export async function admissionView(
  tx: LedgerTx,
  input: ViewInput,
  access: Access,
): Promise<AdmissionView> {
  const { book, proposal, day, limits, facts, reading } = input;
  const scopes = {
    trades: { kind: 'trades', day },
    loss: { kind: 'loss', day },
    exposure: { kind: 'exposure' },
    event: { kind: 'event', event: proposal.event },
  } satisfies Record<string, CounterScope>;
  const markets = proposal.legs.map(({ venue, market }): CounterScope => ({
    kind: 'market',
    venue,
    market,
  }));
  const all = [...Object.values(scopes), ...markets];
  const counters = await readCounters(tx, { book, limits, scopes: all }, access);
  const counterOf = (scope: CounterScope): Counter => counters.get(counterId(book, scope))!;
  const standing = await readStanding(tx, input, access);
  return {
    book,
    proposal,
    atMs: reading.atMs,
    expiresAtMs: input.expiresAtMs,
    day,
    desk: input.desk,
    gates: input.gates,
    limits,
    legs: proposal.legs.map((_leg, index) => ({
      facts: facts[index]!,
      market: counterOf(markets[index]!),
      ...standing.legs[index]!,
    })),
    counters: {
      trades: counterOf(scopes.trades),
      loss: counterOf(scopes.loss),
      exposure: counterOf(scopes.exposure),
      event: counterOf(scopes.event),
    },
    pair: await pairOfProposal(tx, proposal, facts),
    strategy: standing.strategy,
    approval: input.approval,
  };
}

async function readCounters(
  tx: LedgerTx,
  wanted: { book: Book; limits: Limits; scopes: readonly CounterScope[] },
  access: Access,
): Promise<Map<string, Counter>> {
  const { book, limits, scopes } = wanted;
  const rows = new Map(
    scopes.map(({ kind, ...rest }) => {
      const id = counterId(book, { kind, ...rest } as CounterScope);
      return [id, { id, book, kind, cap: capOf(kind, limits) }];
    }),
  );
  const ids = [...rows.keys()].toSorted();
  // All rows are there before the first is locked: coming back for one that another transaction
  // made meanwhile would lock out of order.
  if (access === 'lock') {
    await tx
      .insertInto('counter')
      .values(ids.map((id) => rows.get(id)!))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  const found = await countersById(tx, ids, access);
  assert(access === 'read' || found.length === ids.length, 'a counter is missing after its insert');
  const fresh = ids.map((id) => [id, { used: 0, held: 0, cap: rows.get(id)!.cap, overrun: 0 }]);
  return new Map([
    ...(fresh as [string, Counter][]),
    ...found.map((row): [string, Counter] => [
      row.id,
      {
        used: toNumber(row.used),
        held: toNumber(row.held),
        cap: toNumber(row.cap),
        overrun: toNumber(row.overrun),
      },
    ]),
  ]);
}

/** The one order of locks: updates in differing order deadlock. */
function countersById(tx: LedgerTx, ids: readonly string[], access: Access) {
  return tx
    .selectFrom('counter')
    .select(['id', 'used', 'held', 'cap', 'overrun'])
    .where(sql<boolean>`id = ANY(${ids})`)
    .orderBy('id')
    .$if(access === 'lock', (query) => query.forUpdate())
    .execute();
}

interface StandingRow extends StrategyRow {
  /** Free and held cash by account; text, since they may be any bigint. */
  readonly cash: Readonly<Record<string, readonly [free: string, held: string]>>;
  readonly open: readonly (OpenTrade & { readonly place: number })[];
}

type Standing = Pick<AdmissionView, 'strategy'> & {
  readonly legs: readonly Pick<LegView, 'cashFreeMicros' | 'cashHeldMicros' | 'openTrades'>[];
};

/**
 * Reads the venues' cash, the open trades on the legs' markets and the strategy's standing; the
 * counter rows, already locked, keep the latter two true, and with `lock` cash is locked by id.
 */
async function readStanding(tx: LedgerTx, input: ViewInput, access: Access): Promise<Standing> {
  const { book, proposal, limits, day, reading } = input;
  const { legs } = proposal;
  const accounts = legs.map(({ venue }) => accountRef(book, venue, { kind: 'cash' }).id);
  const question = { book, name: proposal.strategy, limits, day, atMs: reading.atMs };
  const { rows } = await sql<StandingRow>`
    WITH cash AS (
      SELECT id, debits - credits - held AS free, held FROM account
      WHERE id = ANY(${accounts}) ORDER BY id ${access === 'lock' ? sql`FOR UPDATE` : sql``}
    ), wanted AS (
      SELECT venue, market, place FROM unnest(
        ${legs.map(({ venue }) => venue)}::text[], ${legs.map(({ market }) => market)}::text[])
        WITH ORDINALITY AS wanted (venue, market, place)
    ), on_market AS MATERIALIZED (
      SELECT place, trade_id, outcome FROM wanted JOIN leg USING (venue, market)
    ), ${strategyRows(question)}
    SELECT (SELECT coalesce(jsonb_object_agg(id, ARRAY[free::text, held::text]), '{}') FROM cash) AS cash, (
      SELECT coalesce(jsonb_agg(jsonb_build_object('place', place - 1, 'id', id,
        'outcome', outcome, 'legs', (SELECT count(*) FROM leg WHERE leg.trade_id = trade.id))
        ORDER BY id), '[]')
      FROM on_market JOIN trade ON id = trade_id WHERE book = ${book} AND ended_at_ms IS NULL
    ) AS open, strategy_row.* FROM strategy_row`.execute(tx);
  const row = rows[0]!;
  if (access === 'lock') await stopIfRepeated(tx, question, row);
  return {
    legs: legs.map((_leg, index) => {
      const [free = '0', held = '0'] = row.cash[accounts[index]!] ?? [];
      return {
        cashFreeMicros: toNumber(BigInt(free)),
        cashHeldMicros: toNumber(BigInt(held)),
        openTrades: row.open
          .filter(({ place }) => place === index)
          .map(({ place: _place, ...trade }) => trade),
      };
    }),
    strategy: await standingOf(tx, question, row),
  };
}
