/** Whether Polymarket trades: protocol, place and modes; its hosts; its lists. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { PolymarketClient } from '../../../venues/polymarket/client.ts';
import type { PolymarketUrls } from '../../../venues/polymarket/hosts.ts';
import {
  channelUrl,
  endpointOf,
  environmentOfUrls,
  PRODUCTION_URLS,
} from '../../../venues/polymarket/hosts.ts';
import { createPolymarketMarkets } from '../../../venues/polymarket/public.ts';
import type { PolymarketMode } from '../../../venues/polymarket/trading-mode.ts';
import { createTradingModes, modeOfAnswer } from '../../../venues/polymarket/trading-mode.ts';
import { VenueUnreachable } from '../../../venues/venue.ts';
import { clockAt, json } from '../kalshi/raw-server.ts';
import { movableClock, NOW_MS, PolymarketStub, urlsOn } from './stub.ts';

const HOUR_MS = 3_600_000;
const GEOBLOCK = '/site/api/geoblock';

let stub: PolymarketStub;
beforeEach(async () => {
  stub = await PolymarketStub.start();
});
afterEach(() => stub.close());

describe('status', () => {
  test('is open where protocol, place and mode allow it', async () => {
    expect(await stub.open().status()).toEqual({ trading: true, detail: 'open' });
    expect(stub.paths.toSorted()).toEqual([GEOBLOCK, '/version']);
  });

  test.each([1, 3])('says that version %d of the protocol is not spoken', async (version) => {
    stub.answers.set('/version', json({ version }));
    const detail = `the exchange speaks version ${version} of its protocol, Ballast only 2`;
    expect(await stub.open().status()).toEqual({ trading: false, detail });
  });

  test.each<[string, number, string, RegExp]>([
    ['disabled', 503, '{"error":"Trading is currently disabled. Check for updates"}', /disabled/],
    ['cancel-only', 503, '{"error":"Trading is currently cancel-only."}', /only cancels/],
    ['post-only', 503, '{"error":"x","code":"post_only_mode"}', /only orders that rest/],
  ])(
    'says that the exchange is %s, and takes the word back',
    async (_name, status, body, words) => {
      const venue = stub.open({ modes: createTradingModes({ nowMs: () => NOW_MS }) });
      stub.answers.set('/version', { status, body });
      const told = await venue.status();
      expect(told).toEqual({ trading: false, detail: expect.stringMatching(words) });
      stub.answers.delete('/version');
      expect(await venue.status()).toEqual({ trading: true, detail: 'open' });
    },
  );

  test('says that the exchange restarts, and takes only resting orders for two minutes', async () => {
    let nowMs = NOW_MS;
    const venue = stub.open({ modes: createTradingModes({ nowMs: () => nowMs }) });
    stub.answers.set('/version', { status: 425, body: '' });
    expect((await venue.status()).detail).toMatch(/restarts/);
    stub.answers.delete('/version');
    expect((await venue.status()).detail).toMatch(/only orders that rest/);
    nowMs += 125_001;
    expect(await venue.status()).toEqual({ trading: true, detail: 'open' });
  });

  test('reports what another part learned', async () => {
    const modes = createTradingModes({ nowMs: () => NOW_MS });
    modes.learn('CLOSED_ONLY');
    expect(await stub.open({ modes }).status()).toMatchObject({
      trading: false,
      detail: expect.stringMatching(/close positions/),
    });
  });

  test('failure case 16 a CLOB that is not heard is unreachable, not closed', async () => {
    for (const answer of [undefined, json({}, 500), json({ version: '2' }), json({}, 404)]) {
      stub.answers.set('/version', answer);
      await expect(stub.open().status()).rejects.toBeInstanceOf(VenueUnreachable);
    }
  });
});

describe('the geoblock', () => {
  const asked = () => stub.paths.filter((path) => path === GEOBLOCK).length;

  test('stops trading, and says where we are', async () => {
    stub.answers.set(GEOBLOCK, json({ blocked: true, ip: '203.0.113.9', country: 'FR' }));
    const told = await stub.open().status();
    expect(told).toEqual({ trading: false, detail: 'orders are refused from here (FR)' });
  });

  test.each<[string, Parameters<PolymarketStub['answers']['set']>[1]]>([
    ['silent', undefined],
    ['no JSON', { status: 200, body: '<html>' }],
    ['without the word', json({ country: 'CH' })],
    ['with another word', json({ blocked: 'no' })],
    ['turned away', json({ error: 'no' }, 403)],
  ])('that is %s is not known: no trading', async (_name, answer) => {
    stub.answers.set(GEOBLOCK, answer);
    expect(await stub.open().status()).toEqual({
      trading: false,
      detail: expect.stringMatching(/^not known whether orders are taken from here/),
    });
  });

  test('is asked at the start and every hour, once by all who ask together', async () => {
    const time = movableClock();
    const venue = stub.open({ clock: time.clock });
    await Promise.all([venue.status(), venue.status(), venue.status()]);
    time.nowMs += HOUR_MS - 1;
    await venue.status();
    expect(asked()).toBe(1);
    stub.answers.set(GEOBLOCK, json({ blocked: true, country: 'US' }));
    time.nowMs += 1;
    expect(await venue.status()).toMatchObject({ trading: false });
    expect(asked()).toBe(2);
    time.nowMs -= 2 * HOUR_MS;
    await venue.status();
    expect(asked()).toBe(3);
  });

  test('that fails is soon asked again; an old answer does not stand in for it', async () => {
    const time = movableClock();
    const venue = stub.open({ clock: time.clock });
    expect(await venue.status()).toMatchObject({ trading: true });
    stub.answers.set(GEOBLOCK, json({}, 404));
    time.nowMs += HOUR_MS;
    expect(await venue.status()).toMatchObject({ trading: false });
    stub.answers.delete(GEOBLOCK);
    time.nowMs += 5_000;
    expect(await venue.status()).toMatchObject({ trading: true });
  });
});

describe('trading modes', () => {
  test.each<[PolymarketMode, number]>([
    ['GEO_BLOCKED', HOUR_MS],
    ['CLOSED_ONLY', HOUR_MS],
    ['DISABLED', 60_000],
    ['CANCEL_ONLY', 60_000],
    ['POST_ONLY', 120_000],
  ])('%s without a time holds %d ms, so that it is tried again', (mode, holdsMs) => {
    let nowMs = NOW_MS;
    const modes = createTradingModes({ nowMs: () => nowMs });
    expect(modes.current()).toEqual({ mode: 'NORMAL', detail: 'open' });
    modes.learn(mode);
    nowMs += holdsMs - 1;
    expect(modes.current()).toMatchObject({ mode, untilMs: NOW_MS + holdsMs });
    nowMs += 1;
    expect(modes.current().mode).toBe('NORMAL');
  });

  test('a restart is followed by two minutes of post-only', () => {
    let nowMs = NOW_MS;
    const modes = createTradingModes({ nowMs: () => nowMs });
    modes.learn('RESTARTING', NOW_MS + 1000);
    expect(modes.current().mode).toBe('RESTARTING');
    nowMs += 1000;
    expect(modes.current()).toMatchObject({ mode: 'POST_ONLY', untilMs: NOW_MS + 121_000 });
    nowMs += 120_000;
    expect(modes.current().mode).toBe('NORMAL');
  });

  test('the worst one is told; normal ends what is the exchange’s, not what is ours', () => {
    const modes = createTradingModes({ nowMs: () => NOW_MS });
    for (const mode of ['POST_ONLY', 'CLOSED_ONLY', 'DISABLED'] as const) modes.learn(mode);
    expect(modes.current().mode).toBe('CLOSED_ONLY');
    modes.learn('NORMAL');
    expect(modes.current().mode).toBe('CLOSED_ONLY');
    modes.learn('CLOSED_ONLY', NOW_MS);
    expect(modes.current().mode).toBe('NORMAL');
  });

  test.each([
    [425, '', 'RESTARTING'],
    [503, '{"error":"Trading is currently disabled"}', 'DISABLED'],
    [503, '{"error":"Trading is currently cancel-only"}', 'CANCEL_ONLY'],
    [503, '{"code":"post_only_mode","retry_after_seconds":79}', 'POST_ONLY'],
    [403, '{"error":"Trading restricted in your region, please refer to"}', 'GEO_BLOCKED'],
    [400, `{"error":"'0xab' address in closed only mode"}`, 'CLOSED_ONLY'],
    [503, '<html>Service Unavailable</html>', undefined],
    [400, '{"error":"invalid post-only order: order crosses book"}', undefined],
    [200, '{"errorMsg":"Trading is currently disabled"}', undefined],
  ])('%d %s tells %s', (status, text, mode) => {
    expect(modeOfAnswer({ status, text })).toBe(mode);
  });
});

describe('I10 hosts', () => {
  const loopback = urlsOn('http://127.0.0.1:4000');
  test.each<[string, Partial<PolymarketUrls>, PolymarketUrls, string]>([
    ['its own', {}, PRODUCTION_URLS, 'production'],
    ['a simulator’s', {}, loopback, 'loopback'],
    [
      'loopback by name',
      { clob: 'http://localhost:1', data: 'http://[::1]:2/x' },
      loopback,
      'loopback',
    ],
    ['production with one of loopback', { gamma: loopback.gamma }, PRODUCTION_URLS, 'unknown'],
    ['loopback with one of production', { clob: PRODUCTION_URLS.clob }, loopback, 'unknown'],
    ['two of them changed round', { clob: PRODUCTION_URLS.gamma }, PRODUCTION_URLS, 'unknown'],
    ['without encryption', { clob: 'http://clob.polymarket.com' }, PRODUCTION_URLS, 'unknown'],
    ['another port', { clob: 'https://clob.polymarket.com:8443' }, PRODUCTION_URLS, 'unknown'],
    ['a path', { clob: 'https://clob.polymarket.com/v1' }, PRODUCTION_URLS, 'unknown'],
    ['a look-alike', { site: 'https://polymarket.com.evil.example' }, PRODUCTION_URLS, 'unknown'],
    ['a user', { site: 'https://a@polymarket.com' }, PRODUCTION_URLS, 'unknown'],
    ['Polymarket US', { clob: 'https://api.polymarket.us' }, PRODUCTION_URLS, 'unknown'],
    ['no URL', { clob: 'polymarket' }, PRODUCTION_URLS, 'unknown'],
  ])('%s: %j', (_name, changes, urls, environment) => {
    expect(environmentOfUrls({ ...urls, ...changes })).toBe(environment);
  });

  test('unknown ones are refused, US by name, and what stands before a host is not repeated', () => {
    const open = (changes: Partial<PolymarketUrls>) => () =>
      createPolymarketMarkets({ urls: { ...PRODUCTION_URLS, ...changes }, clock: clockAt(0) });
    expect(open({ clob: 'https://u:hunter2@clob.example' })).toThrow(/no host of Polymarket's/);
    expect(open({ clob: 'https://u:hunter2@clob.example' })).not.toThrow(/hunter2/);
    expect(open({ clob: 'https://gateway.polymarket.us' })).toThrow(/Polymarket US is another/);
    expect(open({ clob: loopback.clob })).toThrow(/all be its own or all be loopback/);
    expect(open({})).not.toThrow();
  });

  test('have endpoints and channels', () => {
    expect(endpointOf(PRODUCTION_URLS.clob)).toEqual({
      secure: true,
      host: 'clob.polymarket.com',
      port: 443,
      basePath: '',
    });
    expect(endpointOf('http://[::1]:81/gamma/')).toEqual({
      secure: false,
      host: '::1',
      port: 81,
      basePath: '/gamma',
    });
    expect(channelUrl(PRODUCTION_URLS, 'user')).toBe(
      'wss://ws-subscriptions-clob.polymarket.com/ws/user',
    );
    expect(channelUrl(loopback, 'market')).toBe('ws://127.0.0.1:4000/ws/market');
  });
});

describe('lists and signatures', () => {
  const schema = z.object({ data: z.array(z.number()), next_cursor: z.string() });
  const open = (headersOf?: ConstructorParameters<typeof PolymarketClient>[0]['headersOf']) =>
    new PolymarketClient({ url: stub.urls.clob, readsPerSecond: 1000, headersOf });
  const served = (cursors: readonly string[]) => {
    let page = 0;
    stub.answers.set('/data/list', () => {
      page += 1;
      return json({ data: [page], next_cursor: cursors[page - 1] ?? 'LTE=' });
    });
  };
  const readAll = async (): Promise<number[]> => {
    const found: number[] = [];
    for await (const page of open().pages({ path: '/data/list', schema })) found.push(...page.data);
    return found;
  };

  test('are read from the first cursor to the end', async () => {
    served(['MTAw', 'MjAw', 'LTE=']);
    expect(await readAll()).toEqual([1, 2, 3]);
    const cursors = stub.seen.map(({ query }) => query.get('next_cursor'));
    expect(cursors).toEqual(['MA==', 'MTAw', 'MjAw']);
  });

  test.each([
    ['goes in circles', ['MTAw', 'MjAw', 'MTAw']],
    ['tells no end', ['MTAw', '']],
  ])('one that %s is no list', async (_name, cursors) => {
    served(cursors);
    await expect(readAll()).rejects.toThrow(/and no end/);
  });

  test('are signed over the path without its query, and the exact body', async () => {
    const signed: unknown[] = [];
    const client = open((call) => {
      signed.push(call);
      return { POLY_SIGNATURE: 's' };
    });
    stub.answers.set('/data/list', json({}));
    await client.get({ path: '/data/list', query: { id: 'a b' } });
    await client.send({ method: 'POST', path: '/data/list', body: '{"a": 1}' });
    expect(signed).toEqual([
      { method: 'GET', path: '/data/list', body: undefined },
      { method: 'POST', path: '/data/list', body: '{"a": 1}' },
    ]);
    expect(stub.seen.map(({ headers }) => headers['poly_signature'])).toEqual(['s', 's']);
  });
});
