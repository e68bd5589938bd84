/** What Kalshi tells without a key: markets, books, results, the exchange and its pauses. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { KalshiPublicOptions } from '../../../venues/kalshi/public.ts';
import { createKalshiPublic } from '../../../venues/kalshi/public.ts';
import { environmentOfHost, streamOf } from '../../../venues/kalshi/hosts.ts';
import { contracts, price } from '../venue-under-test.ts';
import type { RawServer } from './raw-server.ts';
import { clockAt } from './raw-server.ts';
import { RECORDED_AT_MS, startReplay, TICKER, withRecordings } from './replay.ts';
import type { Routes } from './routes.ts';
import { marketBody, NOW_MS, serveRoutes } from './routes.ts';

let server: RawServer | undefined;
afterEach(() => server?.close());

const open = (url: string, changes: Partial<KalshiPublicOptions> = {}) =>
  createKalshiPublic({
    baseUrl: url,
    clock: clockAt(NOW_MS),
    readTokensPerSecond: 100_000,
    ...changes,
  });

const FEES: Routes = {
  'GET /events/E': { event: { event_ticker: 'E', series_ticker: 'S' } },
  'GET /series/S': { series: { ticker: 'S', fee_type: 'quadratic', fee_multiplier: 1 } },
};

async function publicOn(routes: Routes, changes?: Partial<KalshiPublicOptions>) {
  server = await serveRoutes({ ...FEES, ...routes });
  return open(server.url, changes);
}

withRecordings('the recorded market', () => {
  const names = ['markets__single', 'orderbook__base', 'exchange__status'];

  test('is described with its grid, its rules and its times', async () => {
    server = await startReplay(names);
    const market = await open(server.url).market(TICKER);
    expect(market).toMatchObject({
      marketId: TICKER,
      outcomes: ['yes', 'no'],
      tickMicros: 10_000,
      priceRanges: [{ startMicros: 0, endMicros: 1_000_000, stepMicros: 10_000 }],
      lotMicroContracts: 10_000,
      minQuantity: 10_000,
      fees: { kind: 'kalshi', multiplierMillionths: 1_000_000 },
      tradable: true,
      closesAtMs: Date.parse('2026-06-25T16:00:00Z'),
      settlesAtMs: Date.parse('2026-06-11T19:00:00Z'),
    });
    expect(market).not.toHaveProperty('unsupported');
    expect(market?.title).toContain('(Varvara Lepchenko)');
    expect(market?.rules).toMatch(/^If Varvara .*resolves to Yes\.\n\nThe following market/);
  });

  test('quotes asks of an outcome from the bids of the other, sizes exact', async () => {
    server = await startReplay(names);
    const venue = open(server.url, { clock: clockAt(RECORDED_AT_MS) });
    const level = (dollars: number) => [{ priceMicros: price(dollars), quantity: contracts(3) }];
    const times = { marketId: TICKER, asOfMs: RECORDED_AT_MS };
    expect(await venue.quote(TICKER, 0)).toEqual({
      ...times,
      outcome: 0,
      asks: level(0.52),
      bids: level(0.47),
    });
    expect(await venue.quote(TICKER, 1)).toEqual({
      ...times,
      outcome: 1,
      asks: level(0.53),
      bids: level(0.48),
    });
  });

  test('I10 nothing of it is signed', async () => {
    server = await startReplay(names);
    const venue = open(server.url);
    await venue.market(TICKER);
    await venue.quote(TICKER, 0);
    expect(await venue.status(TICKER)).toEqual({ trading: true, detail: 'open' });
    const names_ = server.seen.flatMap(({ headers }) => Object.keys(headers));
    expect(server.seen.length).toBeGreaterThan(3);
    expect(names_.filter((name) => name.startsWith('kalshi-'))).toEqual([]);
  });

  test('an unknown one is undefined, its quote refused', async () => {
    server = await startReplay(names);
    const venue = open(server.url);
    expect(await venue.market('NOWHERE')).toBeUndefined();
    await expect(venue.quote('NOWHERE', 0)).rejects.toMatchObject({ code: 'market_not_found' });
  });
});

describe('markets', () => {
  test.each([
    ['scalar', { market_type: 'scalar' }, /scalar/],
    ['an unknown status', { status: 'frozen' }, /frozen/],
    ['provisional', { is_provisional: true }, /provisional/],
    ['a combination', { mve_collection_ticker: 'KXMVE-R' }, /combination/],
    ['bounded', { settlement_bounds_type: 'floor' }, /floor/],
    ['another notional', { notional_value_dollars: '100.0000' }, /one dollar/],
    ['no prices', { price_ranges: [] }, /price ranges/],
    ['a fee nobody can compute', { event_ticker: 'FLAT' }, /fee type "flat"/],
    ['no event', { event_ticker: 'GONE' }, /event/],
  ])('%s is unsupported', async (_name, changes, words) => {
    const venue = await publicOn({
      'GET /markets/M1': marketBody(changes),
      'GET /events/FLAT': {
        event: { event_ticker: 'FLAT', series_ticker: 'S', fee_type_override: 'flat' },
      },
    });
    expect((await venue.market('M1'))?.unsupported).toMatch(words);
  });

  test('steps that differ are kept, and the widest is the tick', async () => {
    const ranges = [
      { start: '0.1000', end: '0.9000', step: '0.0100' },
      { start: '0.0000', end: '0.1000', step: '0.0010' },
    ];
    const venue = await publicOn({ 'GET /markets/M1': marketBody({ price_ranges: ranges }) });
    expect(await venue.market('M1')).toMatchObject({
      tickMicros: 10_000,
      priceRanges: [
        { startMicros: 0, endMicros: 100_000, stepMicros: 1_000 },
        { startMicros: 100_000, endMicros: 900_000, stepMicros: 10_000 },
      ],
    });
  });

  test('the event’s fees go before the series’, a waiver before both; events and series are read once', async () => {
    const event = { event_ticker: 'E', series_ticker: 'S', fee_multiplier_override: 0.5 };
    const venue = await publicOn({
      'GET /events/E': { event },
      'GET /markets/M1': marketBody(),
      'GET /markets/M2': marketBody({
        ticker: 'M2',
        fee_waiver_expiration_time: new Date(NOW_MS + 7_200_000).toISOString(),
      }),
    });
    expect((await venue.market('M1'))?.fees).toMatchObject({ multiplierMillionths: 500_000 });
    expect((await venue.market('M2'))?.fees).toMatchObject({ multiplierMillionths: 0 });
    const paths = server!.seen.map(({ path }) => path);
    expect(paths.filter((path) => /^\/(events|series)/.test(path))).toEqual([
      '/events/E',
      '/series/S',
    ]);
  });

  test('failure case 18: a field that is missing or of another kind is no market', async () => {
    for (const changes of [
      { status: undefined },
      { close_time: undefined },
      { price_ranges: [{ start: 0, end: 100, step: 1 }] },
      { price_ranges: [{ start: '0', end: '1', step: '0' }] },
      { ticker: 'M2' },
    ]) {
      const venue = await publicOn({ 'GET /markets/M1': marketBody(changes) });
      await expect(venue.market('M1')).rejects.toMatchObject({ name: 'VenueUnreachable' });
      await server!.close();
    }
  });

  test.each([
    [{ status: 'active' }, undefined],
    [{ status: 'determined', result: 'yes', settlement_value_dollars: '1.0000' }, undefined],
    [{ status: 'disputed', result: 'yes' }, undefined],
    [{ status: 'finalized', result: 'yes' }, [1_000_000, 0]],
    [{ status: 'finalized', result: 'no', settlement_value_dollars: '0.0000' }, [0, 1_000_000]],
    [
      { status: 'finalized', result: 'scalar', settlement_value_dollars: '0.4500' },
      [450_000, 550_000],
    ],
  ])('failure case 13: the result of %j is %j', async (changes, payoutMicros) => {
    const settled = { settlement_ts: '2026-11-23T10:00:00Z', ...changes };
    const venue = await publicOn({ 'GET /markets/M1': marketBody(settled) });
    const settledAtMs = Date.parse('2026-11-23T10:00:00Z');
    expect(await venue.result('M1')).toEqual(payoutMicros && { payoutMicros, settledAtMs });
    expect(await venue.market('M1')).toMatchObject({ tradable: changes.status === 'active' });
  });

  test('failure case 16: a book that cannot be read is not an empty one', async () => {
    for (const body of ['', '{}', '{"orderbook":{}}', '<html>']) {
      const venue = await publicOn({ 'GET /markets/M1/orderbook': { status: 200, body } });
      await expect(venue.quote('M1', 0)).rejects.toMatchObject({ name: 'VenueUnreachable' });
      await server!.close();
    }
    const venue = await publicOn({
      'GET /markets/M1/orderbook': {
        orderbook_fp: {
          no_dollars: [
            ['0.3000', '1.50'],
            ['0.4000', '0.00'],
          ],
        },
      },
    });
    const { asks, bids } = await venue.quote('M1', 0);
    expect({ asks, bids }).toEqual({
      asks: [{ priceMicros: price(0.7), quantity: contracts(1.5) }],
      bids: [],
    });
  });
});

describe('the exchange', () => {
  const open = { exchange_active: true, trading_active: true };
  const paused = { exchange_active: true, trading_active: false };
  const shard = (index: number, state: object) => ({
    exchange_index: index,
    description: '',
    ...state,
  });
  // Thursday 2026-11-26: New York is five hours behind.
  const THURSDAY_MS = Date.parse('2026-11-26T08:30:00Z');
  // In July it is four.
  const SUMMER_MS = Date.parse('2026-07-02T07:00:00Z');
  test.each([
    ['open', open, 0, NOW_MS, true, 'open'],
    [
      'the weekly pause',
      paused,
      0,
      THURSDAY_MS,
      false,
      'the Thursday pause, resumes 2026-11-26T10:00:00Z; cancels are taken',
    ],
    [
      'the same in summer',
      paused,
      0,
      SUMMER_MS,
      false,
      'the Thursday pause, resumes 2026-07-02T09:00:00Z; cancels are taken',
    ],
    [
      'before it',
      paused,
      0,
      THURSDAY_MS - 1_800_001,
      false,
      'trading is paused; cancels are taken',
    ],
    ['after it', paused, 0, THURSDAY_MS + 5_400_000, false, 'trading is paused; cancels are taken'],
    [
      'another pause',
      { ...paused, exchange_estimated_resume_time: '2026-11-23T13:00:00Z' },
      0,
      NOW_MS,
      false,
      'trading is paused, resumes 2026-11-23T13:00:00Z; cancels are taken',
    ],
    [
      'the exchange itself',
      { exchange_active: false, trading_active: false },
      0,
      NOW_MS,
      false,
      'the exchange is paused, cancels too',
    ],
    [
      'another shard',
      { ...open, exchange_index_statuses: [shard(2, paused)] },
      0,
      NOW_MS,
      true,
      'open',
    ],
    [
      'its shard',
      { ...open, exchange_index_statuses: [shard(2, paused)] },
      2,
      NOW_MS,
      false,
      'trading is paused on shard 2; cancels are taken',
    ],
    [
      'shard 0 only',
      { ...paused, exchange_index_statuses: [shard(2, open)] },
      2,
      NOW_MS,
      true,
      'open',
    ],
    [
      'a shard nobody lists',
      open,
      2,
      NOW_MS,
      false,
      'the venue does not say whether it trades on shard 2',
    ],
  ])('%s', async (_name, body, index, atMs, trading, detail) => {
    const routes = {
      'GET /exchange/status': body,
      'GET /markets/M1': marketBody({ exchange_index: index }),
    };
    const venue = await publicOn(routes, { clock: clockAt(atMs) });
    expect(await venue.status('M1')).toEqual({ trading, detail });
  });
});

describe('I10 hosts', () => {
  test.each([
    ['https://external-api.kalshi.com', 'production'],
    ['https://api.elections.kalshi.com/trade-api/v2', 'production'],
    ['https://demo-api.kalshi.co', 'demo'],
    ['https://external-api.demo.kalshi.co/trade-api/v2', 'demo'],
    ['http://127.0.0.1:8080', 'loopback'],
    ['http://localhost:1/trade-api/v2', 'loopback'],
    ['http://[::1]:1', 'loopback'],
    ['http://external-api.kalshi.com', 'unknown'],
    ['https://external-api.kalshi.com:8443', 'unknown'],
    ['https://external-api.kalshi.com.evil.example', 'unknown'],
    ['https://kalshi.com', 'unknown'],
    ['https://127.0.0.1.evil.example', 'unknown'],
    ['not a url', 'unknown'],
  ])('%s is %s', (url, environment) => {
    expect(environmentOfHost(url)).toBe(environment);
  });

  test('an unknown host is refused, and what stands before it is not repeated', () => {
    expect(() => open('https://user:hunter2@kalshi.example')).toThrow(/no host of Kalshi/);
    expect(() => open('https://user:hunter2@kalshi.example')).not.toThrow(/hunter2/);
    expect(() => open('http://127.0.0.1:1/other')).toThrow(/must end in \/trade-api\/v2/);
  });

  test('each host has its websocket', () => {
    expect(streamOf('https://external-api.kalshi.com').url).toBe(
      'wss://external-api-ws.kalshi.com/trade-api/ws/v2',
    );
    expect(streamOf('https://demo-api.kalshi.co').url).toBe(
      'wss://demo-api.kalshi.co/trade-api/ws/v2',
    );
    expect(streamOf('http://127.0.0.1:81/trade-api/v2').url).toBe(
      'ws://127.0.0.1:81/trade-api/ws/v2',
    );
  });
});
