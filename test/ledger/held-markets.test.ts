/** The markets whose results concern the ledger. */
import { expect, test } from '@jest/globals';
import { readHeldMarkets } from '../../ledger/read/held-markets.ts';
import { useLedger } from './harness.ts';

const under = useLedger();
const WEEK_MS = 7 * 86_400_000;

test('are those of trades that are not over, and of trades settled lately, each once', async () => {
  const it = under();
  await it.setUp();
  const held = () =>
    readHeldMarkets(it.db, { book: 'paper', venue: 'polymarket' }, it.reading().atMs - WEEK_MS);
  expect(await held()).toEqual([]);
  const at = { venue: 'polymarket' } as const;
  await it.open('a', { ...at, market: 'won' });
  await it.open('b', { ...at, market: 'open' });
  await it.accept('c', { ...at, market: 'reserved' });
  await it.accept('d', { ...at, market: 'unfilled' });
  await it.permit('d');
  await it.answer('d', { event: 'order.finished', filled: 0 });
  await it.open('e', { venue: 'kalshi', market: 'elsewhere' });
  expect(await held()).toEqual(['open', 'reserved', 'won']);
  await it.settle('a', 1);
  expect(await held()).toEqual(['open', 'reserved', 'won']);
  await it.open('f', { ...at, market: 'won' });
  expect(await held()).toEqual(['open', 'reserved', 'won']);
  await it.record('f');
  it.setClock('2026-11-29T12:00:00.000Z');
  expect(await held()).toEqual(['open', 'reserved', 'won']);
  it.setClock('2026-11-29T12:00:00.001Z');
  expect(await held()).toEqual(['open', 'reserved']);
});
