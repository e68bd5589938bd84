import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { migratePaperExchange } from '../../venues/paper/migrate.ts';
import type { TestDatabase } from '../support/servers.ts';
import { createTestDatabase } from '../support/servers.ts';

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function insertOrder(id: string, changes: Record<string, unknown>): Promise<void> {
  const row: Record<string, unknown> = {
    book: 'paper',
    venue: 'kalshi',
    client_order_id: id,
    venue_order_id: `po-${id}`,
    request_hash: 'hash',
    wire: '{}',
    market_id: 'M1',
    outcome: 0,
    action: 'buy',
    quantity_micro_contracts: 10_000_000,
    limit_price_micros: 500_000,
    time_in_force: 'gtd',
    fee_rate_millionths: 1_000_000,
    status: 'resting',
    placed_at_ms: 1,
    ...changes,
  };
  const names = Object.keys(row);
  await pool.query(
    `INSERT INTO paper_exchange.client_order (${names.join(', ')})
     VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(row),
  );
}

const refused = { status: 'rejected', ended_at_ms: 1, reject_detail: '' };

test('orders of before there were scripts keep their fees and count as arrived', async () => {
  await migratePaperExchange(pool, { to: '2026-11-22-exchange' });
  await pool.query(
    `INSERT INTO paper_exchange.market (book, venue, market_id, listed_at_ms)
     VALUES ('paper', 'kalshi', 'M1', 0), ('paper', 'polymarket', 'M1', 0)`,
  );
  await insertOrder('second', { placed_at_ms: 2, fee_rate_millionths: 500_000 });
  await insertOrder('first', {});
  await insertOrder('third', { ...refused, placed_at_ms: 3, reject_code: 'trading_paused' });
  await insertOrder('nowhere', { ...refused, reject_code: 'market_not_found' });
  await insertOrder('other', { venue: 'polymarket', fee_rate_millionths: 50_000 });
  await migratePaperExchange(pool);

  const fees = await pool.query(
    'SELECT client_order_id AS id, fees FROM paper_exchange.client_order ORDER BY id',
  );
  expect(fees.rows).toEqual([
    { id: 'first', fees: { kind: 'kalshi', multiplierMillionths: 1_000_000 } },
    { id: 'nowhere', fees: null },
    { id: 'other', fees: { kind: 'polymarket', rateMillionths: 50_000 } },
    { id: 'second', fees: { kind: 'kalshi', multiplierMillionths: 500_000 } },
    { id: 'third', fees: null },
  ]);
  const arrivals = await pool.query(
    `SELECT venue, client_order_id AS id, ordinal, sends FROM paper_exchange.arrival
     ORDER BY venue, ordinal`,
  );
  expect(arrivals.rows).toEqual([
    { venue: 'kalshi', id: 'first', ordinal: 0, sends: 1 },
    { venue: 'kalshi', id: 'second', ordinal: 1, sends: 1 },
    { venue: 'kalshi', id: 'third', ordinal: 2, sends: 1 },
    { venue: 'polymarket', id: 'other', ordinal: 0, sends: 1 },
  ]);
});
