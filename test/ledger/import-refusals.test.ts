/** `ballast import` of a file that the ledger refuses: nothing changes, in any table. */
import { describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { micros } from '../../domain/money.ts';
import { betText, fileText } from '../support/predecessor.ts';
import { usd, useLedger } from './harness.ts';
import { everything, take, viewOf } from './importing.ts';

const under = useLedger();

describe('refused as a whole, and nothing changes', () => {
  test('the cash of one venue does not cover the bets there', async () => {
    const it = under();
    const initialBalanceMicros = { kalshi: micros(1_961_874), polymarket: usd(50) };
    await it.setUp({ initialBalanceMicros });
    const before = await everything(it);
    expect(await take(it, fileText([betText()]))).toEqual({
      kind: 'refused',
      why: 'cash',
      problems: [
        {
          field: 'kalshi',
          problem: 'the bets cost $1.961875 there and $1.961874 is free: $0.000001 is missing',
        },
      ],
    });
    expect(await everything(it)).toEqual(before);
  });

  test('cash that a reservation holds is not free', async () => {
    const it = under();
    await it.setUp({ initialBalanceMicros: { kalshi: usd(51), polymarket: usd(50) } });
    await it.accept('a', { quantity: 100 });
    const before = await everything(it);
    expect(await take(it, fileText([betText()]))).toMatchObject({ kind: 'refused', why: 'cash' });
    expect(await everything(it)).toEqual(before);
  });

  test('the desk trades another book than paper', async () => {
    const it = under();
    await it.setUp();
    await sql`UPDATE desk SET phase = 'live', live_book = 'live'`.execute(it.db);
    const before = await everything(it);
    expect(await take(it, fileText([betText()]))).toMatchObject({ kind: 'refused', why: 'book' });
    expect(await everything(it)).toEqual(before);
  });

  test('a bet whose trade is here with another record, or was proposed here', async () => {
    const it = under();
    await it.setUp();
    await take(it, fileText([betText()]));
    await it.receive('import-nhl-2026-01-15-CBJ-FLA');
    const before = await everything(it);
    const other = betText({ status: 'locked' });
    const taken = betText({ game_time: '2026-01-15T01:00' });
    expect(await take(it, fileText([other, taken]))).toMatchObject({
      kind: 'refused',
      why: 'conflict',
      problems: [
        { field: 'bets.0', problem: expect.stringContaining('another record') },
        { field: 'bets.1', problem: expect.stringContaining('was proposed here') },
      ],
    });
    expect(await everything(it)).toEqual(before);
  });

  test('two imports of one file at once book it once', async () => {
    const it = under();
    await it.setUp();
    const outcomes = await Promise.all([1, 2, 3].map(() => take(it, fileText([betText()]))));
    const results = outcomes.map((outcome) => viewOf(outcome).bets[0]!.result);
    expect(results.toSorted()).toEqual(['already there', 'already there', 'imported']);
  });
});
