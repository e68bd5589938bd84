/** Results as the adapter reads them: both sources, many at once, amended ones too. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { VenueUnreachable } from '../../../venues/venue.ts';
import { json } from '../kalshi/raw-server.ts';
import { idsOf, PolymarketStub } from './stub.ts';

const CLOSED_MS = Date.parse('2026-11-23T11:00:00Z');

let stub: PolymarketStub;
beforeEach(async () => {
  stub = await PolymarketStub.start();
});
afterEach(() => stub.close());

describe('a result', () => {
  test('pitfall 11 is read from JSON in strings, a closing time that is not ISO and a list that leaves closed ones out', async () => {
    stub.resolve('m', [0, 1]);
    expect(await stub.open().result('m')).toEqual({
      payoutMicros: [0, 1_000_000],
      settledAtMs: CLOSED_MS,
    });
    expect(stub.seen[0]?.query.get('closed')).toBe('true');
  });

  test.each<[unknown, unknown, number]>([
    ['2026-03-19 23:20:15+00', null, Date.parse('2026-03-19T23:20:15Z')],
    ['2026-03-19 23:20:15.5+02', null, Date.parse('2026-03-19T21:20:15.500Z')],
    ['2026-03-19T23:20:15Z', null, Date.parse('2026-03-19T23:20:15Z')],
    [null, '2026-03-19T23:20:15Z', Date.parse('2026-03-19T23:20:15Z')],
    ['yesterday', '2026-03-19 23:20:15+00', Date.parse('2026-03-19T23:20:15Z')],
  ])('pitfall 11 dated %s and %s', async (closedTime, umaEndDate, settledAtMs) => {
    stub.resolve('m', [1, 0], { closedTime, umaEndDate });
    expect(await stub.open().result('m')).toMatchObject({ settledAtMs });
  });

  test('without any time is dated when it was first seen, and stays so', async () => {
    stub.resolve('m', [1, 0], { closedTime: null });
    let atMs = CLOSED_MS;
    const venue = stub.open({ clock: { read: () => Promise.resolve({ atMs, offsetMs: 0 }) } });
    expect(await venue.result('m')).toMatchObject({ settledAtMs: CLOSED_MS });
    atMs += 1000;
    stub.gamma('m', { umaResolutionStatus: 'settled' });
    expect(await venue.result('m')).toMatchObject({ settledAtMs: CLOSED_MS });
  });

  test.each<[string, () => void]>([
    ['is open', () => stub.market('m')],
    ['nobody knows', () => {}],
    ['is closed without a winner', () => stub.resolve('m', [0, 0])],
    ['is disputed', () => stub.resolve('m', [1, 0], { umaResolutionStatus: 'disputed' })],
    ['is only proposed', () => stub.resolve('m', [1, 0], { umaResolutionStatus: 'proposed' })],
    ['has sources that differ', () => stub.resolve('m', [1, 0], { outcomePrices: '["0","1"]' })],
    [
      'has prices alone',
      () => {
        stub.market('m').record['closed'] = true;
        stub.gamma('m', { closed: true, outcomePrices: '["1", "0"]' });
      },
    ],
  ])('there is none of a market that %s', async (_name, change) => {
    change();
    expect(await stub.open().result('m')).toBeUndefined();
    expect(await stub.open().results(['m'])).toEqual(new Map());
  });

  test('failure case 13 of a market called off is a half for each', async () => {
    stub.resolve('m', [0.5, 0.5]);
    expect(await stub.open().result('m')).toMatchObject({ payoutMicros: [500_000, 500_000] });
  });

  test('goes by token, not by the order of the CLOB’s list', async () => {
    stub.resolve('m', [1, 0]);
    const { record } = stub.market('m');
    record['tokens'] = (record['tokens'] as object[]).toReversed();
    expect(await stub.open().result('m')).toMatchObject({ payoutMicros: [1_000_000, 0] });
  });

  test('of a market the CLOB has dropped is the oracle’s, where it is resolved', async () => {
    stub.resolve('m', [0, 1]);
    const path = `/markets/${idsOf('m').conditionId}`;
    stub.answers.set(path, json({ error: 'market not found' }, 404));
    expect(await stub.open().result('m')).toMatchObject({ payoutMicros: [0, 1_000_000] });
    stub.gamma('m', { umaResolutionStatus: null });
    expect(await stub.open().result('m')).toBeUndefined();
  });

  test('that was amended replaces the one before at once', async () => {
    stub.resolve('m', [1, 0]);
    const venue = stub.open();
    expect(await venue.result('m')).toMatchObject({ payoutMicros: [1_000_000, 0] });
    stub.resolve('m', [0, 1]);
    expect(await venue.result('m')).toMatchObject({ payoutMicros: [0, 1_000_000] });
    stub.gamma('m', { umaResolutionStatus: 'disputed' });
    expect(await venue.result('m')).toBeUndefined();
  });

  test('is no one’s where the CLOB is silent or tells another market', async () => {
    stub.resolve('m', [1, 0]);
    const path = `/markets/${idsOf('m').conditionId}`;
    for (const answer of [undefined, json({ ...stub.market('m').record, condition_id: '0x1' })]) {
      stub.answers.set(path, answer);
      await expect(stub.open().result('m')).rejects.toBeInstanceOf(VenueUnreachable);
    }
  });
});

describe('results of many markets', () => {
  test('come in batches: one question each, and one to the CLOB about each closed market', async () => {
    const slugs = Array.from({ length: 120 }, (_, index) => `m-${index}`);
    for (const slug of slugs) stub.market(slug);
    for (const slug of ['m-3', 'm-77']) stub.resolve(slug, [0, 1]);
    stub.resolve('m-119', [0, 0]);
    const venue = stub.open();
    const results = await venue.results([...slugs, 'm-3', idsOf('m-4').conditionId]);
    expect([...results.keys()]).toEqual(['m-3', 'm-77']);
    const lists = stub.seen.filter(({ path }) => path === '/gamma/markets');
    const sizes = lists.map(({ query }) => query.getAll('slug').length);
    expect(sizes).toEqual([50, 50, 20]);
    expect(lists.map(({ query }) => Number(query.get('limit')))).toEqual(sizes);
    expect(stub.paths.filter((path) => path.startsWith('/markets/'))).toHaveLength(3);
    await venue.results(slugs);
    // What is final was judged lately; what is not is judged again.
    expect(stub.paths.filter((path) => path.startsWith('/markets/'))).toHaveLength(4);
  });

  test('do not wait for one that cannot be read, and say which', async () => {
    for (const slug of ['a', 'b', 'c']) stub.resolve(slug, [1, 0]);
    stub.answers.set(`/markets/${idsOf('a').conditionId}`, json({}, 500));
    stub.gamma('b', { outcomePrices: '{"not":"a list"}' });
    const doubts: string[] = [];
    const venue = stub.open({ onDoubt: ({ marketId }) => doubts.push(marketId) });
    expect([...(await venue.results(['a', 'b', 'c'])).keys()]).toEqual(['c']);
    expect(doubts).toEqual(['a', 'b']);
  });

  test('failure case 16 a silent Gamma is no news of nothing', async () => {
    stub.answers.set('/gamma/markets', undefined);
    await expect(stub.open().results(['a'])).rejects.toBeInstanceOf(VenueUnreachable);
  });

  test('of none ask nobody', async () => {
    expect(await stub.open().results([])).toEqual(new Map());
    expect(stub.seen).toEqual([]);
  });
});
