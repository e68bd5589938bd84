/** Rows of the paper exchange: accounts, markets, and what was taken from a snapshot. */
import { assert } from '../../domain/assert.ts';
import type { MicroContracts, Micros, PriceMicros } from '../../domain/money.ts';
import { microContracts, micros } from '../../domain/money.ts';
import type { OutcomeIndex } from '../../domain/venue-id.ts';
import type { PricedFill } from './book.ts';
import type { Owner } from './identity.ts';
import { fillIdOf } from './identity.ts';
import type { Int8, Session } from './session.ts';
import type { Snapshot } from './snapshot.ts';

/** An account locked for this transaction, which therefore decides the next recorded time. */
export interface LockedAccount {
  readonly cashMicros: Micros;
  readonly lastRecordedAtMs: number;
  /** What resting orders may still cost, µ$. */
  readonly reservedMicros: number;
}

/** A market locked for this transaction. */
export interface LockedMarket {
  readonly listedAtMs: number;
  readonly settled: boolean;
  readonly held: readonly [MicroContracts, MicroContracts];
}

/** A bigint column as a safe integer. @throws AssertionError beyond the safe integers */
export function safe(value: Int8): number {
  const number = Number(value);
  assert(Number.isSafeInteger(number), `beyond the safe integers: ${value}`);
  return number;
}

/** Deposits the initial cash at first use; later calls change nothing. */
export async function openAccount(
  session: Session,
  owner: Owner,
  options: { readonly initialCashMicros: Micros; readonly nowMs: number },
): Promise<void> {
  await session.rows(
    `INSERT INTO paper_exchange.account
       (book, venue, initial_cash_micros, cash_micros, opened_at_ms)
     VALUES ($1, $2, $3, $3, $4) ON CONFLICT DO NOTHING`,
    [owner.book, owner.venue, options.initialCashMicros, options.nowMs],
  );
}

/** Records when the exchange first saw these markets; a market already listed keeps its time. */
export async function listMarkets(
  session: Session,
  owner: Owner,
  options: { readonly marketIds: readonly string[]; readonly nowMs: number },
): Promise<void> {
  // Sorted, so that two processes listing the same markets wait for each other in one order.
  await session.rows(
    `INSERT INTO paper_exchange.market (book, venue, market_id, listed_at_ms)
     SELECT $1, $2, id, $4 FROM unnest($3::text[]) AS id ORDER BY id ON CONFLICT DO NOTHING`,
    [owner.book, owner.venue, options.marketIds, options.nowMs],
  );
}

/** Listing time and state of markets, without a lock; all of them without `marketIds`. */
export async function readMarkets(
  session: Session,
  owner: Owner,
  marketIds?: readonly string[],
): Promise<Map<string, { readonly listedAtMs: number; readonly settled: boolean }>> {
  const rows = await session.rows<{ market_id: string; listed_at_ms: Int8; settled: boolean }>(
    `SELECT market_id, listed_at_ms, settled FROM paper_exchange.market
     WHERE book = $1 AND venue = $2 AND ($3::text[] IS NULL OR market_id = ANY ($3))`,
    [owner.book, owner.venue, marketIds ?? null],
  );
  return new Map(
    rows.map((row) => [
      row.market_id,
      { listedAtMs: safe(row.listed_at_ms), settled: row.settled },
    ]),
  );
}

/** Markets with a position and without a result yet. */
export async function heldMarkets(session: Session, owner: Owner): Promise<string[]> {
  const rows = await session.rows<{ market_id: string }>(
    `SELECT market_id FROM paper_exchange.market
     WHERE book = $1 AND venue = $2 AND NOT settled
       AND held_0_micro_contracts + held_1_micro_contracts > 0 ORDER BY market_id`,
    [owner.book, owner.venue],
  );
  return rows.map((row) => row.market_id);
}

/** Locks a market until the transaction ends. Always taken before the account. */
export async function lockMarket(
  session: Session,
  owner: Owner,
  marketId: string,
): Promise<LockedMarket | undefined> {
  const [row] = await session.rows<{
    listed_at_ms: Int8;
    settled: boolean;
    held_0_micro_contracts: Int8;
    held_1_micro_contracts: Int8;
  }>(
    `SELECT listed_at_ms, settled, held_0_micro_contracts, held_1_micro_contracts
     FROM paper_exchange.market WHERE book = $1 AND venue = $2 AND market_id = $3 FOR UPDATE`,
    [owner.book, owner.venue, marketId],
  );
  if (row === undefined) return undefined;
  return {
    listedAtMs: safe(row.listed_at_ms),
    settled: row.settled,
    held: [
      microContracts(safe(row.held_0_micro_contracts)),
      microContracts(safe(row.held_1_micro_contracts)),
    ],
  };
}

/** Locks the account until the transaction ends; its cash and reservations are exact from here. */
export async function lockAccount(session: Session, owner: Owner): Promise<LockedAccount> {
  const [row] = await session.rows<{ cash_micros: Int8; last_recorded_at_ms: Int8 }>(
    `SELECT cash_micros, last_recorded_at_ms FROM paper_exchange.account
     WHERE book = $1 AND venue = $2 FOR UPDATE`,
    [owner.book, owner.venue],
  );
  assert(row !== undefined, `no paper account for ${owner.book}/${owner.venue}`);
  // A statement of its own: it sees what the transaction we may have waited for committed.
  const [sum] = await session.rows<{ reserved: Int8 }>(
    `SELECT coalesce(sum(reserved_micros), 0)::bigint AS reserved
     FROM paper_exchange.client_order WHERE book = $1 AND venue = $2 AND status = 'resting'`,
    [owner.book, owner.venue],
  );
  assert(sum !== undefined, 'an aggregate answers one row');
  return {
    cashMicros: micros(safe(row.cash_micros)),
    lastRecordedAtMs: safe(row.last_recorded_at_ms),
    reservedMicros: safe(sum.reserved),
  };
}

/**
 * When a fact of this transaction counts as recorded. Never earlier than any fact recorded before:
 * the account is locked until the commit, so a reader that saw the newest recorded time has seen
 * everything before it, however late another transaction commits or a clock jumps back.
 */
export function recordedAtMs(account: LockedAccount, nowMs: number): number {
  return Math.max(account.lastRecordedAtMs, nowMs);
}

/** Moves cash of a locked account and remembers the time of its newest fact. */
export async function moveCash(
  session: Session,
  owner: Owner,
  options: { readonly changeMicros: number; readonly recordedAtMs: number },
): Promise<void> {
  await session.rows(
    `UPDATE paper_exchange.account
     SET cash_micros = cash_micros + $3::bigint, last_recorded_at_ms = $4::bigint
     WHERE book = $1 AND venue = $2`,
    [owner.book, owner.venue, options.changeMicros, options.recordedAtMs],
  );
}

/**
 * How much our earlier orders took from a snapshot, by price in µ$. What was taken back later is
 * gone all the same: its counterparty does not offer it again.
 */
export async function takenOf(
  session: Session,
  snapshotId: string,
): Promise<ReadonlyMap<number, number>> {
  const rows = await session.rows<{ price_micros: Int8; taken: Int8 }>(
    `SELECT price_micros, sum(quantity_micro_contracts)::bigint AS taken
     FROM paper_exchange.fill WHERE snapshot_id = $1 AND reverts IS NULL GROUP BY price_micros`,
    [snapshotId],
  );
  return new Map(rows.map((row) => [safe(row.price_micros), safe(row.taken)]));
}

/** Whose fills they are. */
export interface FilledOrder {
  readonly clientOrderId: string;
  readonly venueOrderId: string;
  readonly marketId: string;
  readonly outcome: OutcomeIndex;
  readonly action: 'buy' | 'sell';
  /** Fills the order had before. */
  readonly fillCount: number;
  /** Its script's delay after which its fills are taken back. */
  readonly revertAfterMs?: number;
}

/** Keeps the snapshot and writes the fills; their order and the locked market exist already. */
export async function writeFills(
  session: Session,
  owner: Owner,
  options: {
    readonly order: FilledOrder;
    readonly fills: readonly PricedFill[];
    readonly snapshot: Snapshot;
    readonly nowMs: number;
    readonly recordedAtMs: number;
  },
): Promise<void> {
  const { order, fills, snapshot } = options;
  const fillIds = fills.map((_, index) =>
    fillIdOf(order.venueOrderId, order.fillCount + index + 1),
  );
  await session.rows(
    `INSERT INTO paper_exchange.snapshot
       (snapshot_id, book, venue, market_id, outcome, side, levels, first_used_at_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
    [
      snapshot.snapshotId,
      owner.book,
      owner.venue,
      snapshot.marketId,
      snapshot.outcome,
      snapshot.side,
      JSON.stringify(snapshot.levels),
      options.nowMs,
    ],
  );
  await session.rows(
    `INSERT INTO paper_exchange.fill (book, venue, client_order_id, venue_order_id, market_id,
       outcome, action, snapshot_id, filled_at_ms, recorded_at_ms,
       fill_id, quantity_micro_contracts, price_micros, fee_micros, cash_change_micros)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, * FROM
       unnest($11::text[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[])`,
    [
      owner.book,
      owner.venue,
      order.clientOrderId,
      order.venueOrderId,
      order.marketId,
      order.outcome,
      order.action,
      snapshot.snapshotId,
      options.nowMs,
      options.recordedAtMs,
      fillIds,
      fills.map(({ quantity }) => quantity),
      fills.map((fill): PriceMicros => fill.priceMicros),
      fills.map(({ feeMicros }) => feeMicros),
      fills.map(({ cashChangeMicros }) => cashChangeMicros),
    ],
  );
  if (order.revertAfterMs === undefined) return;
  await session.rows(
    `INSERT INTO paper_exchange.scheduled_revert (book, venue, market_id, due_at_ms, fill_id)
     SELECT $1, $2, $3, $4, * FROM unnest($5::text[])`,
    [owner.book, owner.venue, order.marketId, options.nowMs + order.revertAfterMs, fillIds],
  );
}

/** Adds to (or takes from) what is held of an outcome of a locked market. */
export async function changeHeld(
  session: Session,
  owner: Owner,
  options: {
    readonly marketId: string;
    readonly outcome: OutcomeIndex;
    readonly changeMicroContracts: number;
  },
): Promise<void> {
  const column = options.outcome === 0 ? 'held_0_micro_contracts' : 'held_1_micro_contracts';
  await session.rows(
    `UPDATE paper_exchange.market SET ${column} = ${column} + $4::bigint
     WHERE book = $1 AND venue = $2 AND market_id = $3`,
    [owner.book, owner.venue, options.marketId, options.changeMicroContracts],
  );
}
