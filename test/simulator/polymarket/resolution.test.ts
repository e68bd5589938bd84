/** How markets of the simulated Polymarket are told, and how they end. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PolymarketUnderTest } from './harness.ts';
import { CLIENTS, startPolymarket } from './harness.ts';

let venue: PolymarketUnderTest;
beforeEach(async () => {
  venue = await startPolymarket();
});
afterEach(() => venue.close());

const HOUR_MS = 3_600_000;

async function gamma(query: string): Promise<Record<string, unknown>[]> {
  return (await venue.get(`/gamma/markets?${query}`)) as unknown as Record<string, unknown>[];
}

const ended = async (slug = 'M1') => (await gamma(`slug=${slug}&closed=true`))[0] ?? {};

async function clob(slug = 'M1'): Promise<Record<string, unknown>> {
  return venue.get(`/markets/${await venue.conditionId(slug)}`);
}

const winners = async () =>
  ((await clob())['tokens'] as Record<string, unknown>[]).map(({ winner, price }) => [
    winner,
    price,
  ]);

async function buy(token: 0 | 1 = 0): Promise<void> {
  const side = token === 0 ? 'yes' : 'no';
  await venue.admin('setBook', { slug: 'M1', [side]: { asks: [['0.50', '10']] } });
  await venue.placed({ token });
}

describe('a market', () => {
  test('pitfall 11: Gamma has JSON in strings, and leaves closed markets out', async () => {
    const [market] = await gamma('slug=M1');
    const tokens = await venue.tokens();
    expect(market).toMatchObject({
      outcomes: '["Yes","No"]',
      outcomePrices: '["0.5","0.5"]',
      closed: false,
    });
    expect(market?.['clobTokenIds']).toBe(JSON.stringify(tokens));
    await venue.admin('close', { slug: 'M1' });
    expect(await gamma('slug=M1')).toEqual([]);
    expect((await ended())['closedTime']).toBe('2026-11-23 12:00:00+00');
    expect((await ended())['active']).toBe(true);
    const many = Array.from({ length: 101 }, (_, at) => `0x${at}`).join(',');
    expect((await venue.send('GET', `/gamma/markets?condition_ids=${many}`)).status).toBe(422);
  });

  test('pitfall 10: is shown by Gamma before the CLOB knows it', async () => {
    await venue.admin('openMarket', { slug: 'new', clobDelayMs: 120_000 });
    expect((await gamma('slug=new'))[0]).toMatchObject({ active: true, acceptingOrders: true });
    const path = `/clob-markets/${await venue.conditionId('new')}`;
    expect((await venue.send('GET', path)).status).toBe(404);
    expect((await venue.post({ slug: 'new' })).status).toBe(404);
    venue.passMs(120_000);
    expect((await venue.send('GET', path)).status).toBe(200);
    await venue.placed({ slug: 'new' });
  });

  test('tells tick, least size, fees and delay in short names', async () => {
    await venue.admin('openMarket', {
      slug: 'S',
      tick: '0.005',
      minSize: '15',
      feeRate: '0.03',
      secondsDelay: 3,
      negRisk: true,
    });
    await venue.admin('openMarket', { slug: 'free', feeRate: null });
    const details = async (slug: string) =>
      venue.get(`/clob-markets/${await venue.conditionId(slug)}`);
    expect(await details('S')).toMatchObject({
      mts: 0.005,
      mos: 15,
      nr: true,
      sd: 3,
      ao: true,
      fd: { r: 0.03, e: 1, to: true },
    });
    expect(await details('free')).not.toHaveProperty('fd');
    expect((await gamma('slug=free'))[0]).toMatchObject({ feesEnabled: false });
    const [event] = (await venue.get('/gamma/events?slug=S-event')) as unknown as {
      markets: unknown[];
    }[];
    expect(event?.markets).toHaveLength(1);
  });

  test('has one book: the best price is the last, and No mirrors Yes', async () => {
    await venue.admin('setBook', {
      slug: 'M1',
      yes: {
        asks: [
          ['0.52', '7'],
          ['0.55', '1'],
        ],
        bids: [
          ['0.48', '3'],
          ['0.40', '2'],
        ],
      },
    });
    const [yes, no] = await venue.tokens();
    const book = await venue.get(`/book?token_id=${yes}`);
    expect(book['asks']).toEqual([
      { price: '0.55', size: '1' },
      { price: '0.52', size: '7' },
    ]);
    expect(book['bids']).toEqual([
      { price: '0.4', size: '2' },
      { price: '0.48', size: '3' },
    ]);
    const mirrored = await venue.get(`/book?token_id=${no}`);
    expect(mirrored['bids']).toEqual([
      { price: '0.45', size: '1' },
      { price: '0.48', size: '7' },
    ]);
    expect(mirrored).toMatchObject({
      asset_id: no,
      tick_size: '0.01',
      min_order_size: '5',
      neg_risk: false,
    });
    const both = await venue.send('POST', '/books', [{ token_id: yes }, { token_id: no }]);
    expect(both.json).toMatchObject([{ asset_id: yes }, { asset_id: no }]);
    expect((await venue.send('GET', '/book?token_id=77')).json).toEqual({
      error: 'No orderbook exists for the requested token id',
    });
    expect((await venue.send('GET', '/book?token_id=x')).status).toBe(400);
  });
});

describe('a result', () => {
  test('comes two hours after it was proposed, and takes the open orders', async () => {
    const id = await venue.placed();
    await venue.admin('propose', { slug: 'M1', payout: '1' });
    // A price near one is no result.
    expect((await gamma('slug=M1'))[0]).toMatchObject({
      closed: false,
      umaResolutionStatus: 'proposed',
    });
    venue.passMs(2 * HOUR_MS - 1);
    expect(await winners()).toEqual([
      [false, 0.5],
      [false, 0.5],
    ]);
    venue.passMs(1);
    expect(await winners()).toEqual([
      [true, 1],
      [false, 0],
    ]);
    expect(await ended()).toMatchObject({
      closed: true,
      umaResolutionStatus: 'resolved',
      outcomePrices: '["1","0"]',
      umaResolutionStatuses: '["proposed","resolved"]',
    });
    expect(await venue.order(id)).toMatchObject({ status: 'CANCELED_MARKET_RESOLVED' });
    expect((await venue.post()).json['error']).toMatch(/not yet ready/);
  });

  test('waits while it is disputed: a second proposal, then a vote of four days', async () => {
    await venue.admin('propose', { slug: 'M1', payout: '1' });
    await venue.admin('dispute', { slug: 'M1' });
    venue.passMs(24 * HOUR_MS);
    expect((await gamma('slug=M1'))[0]).toMatchObject({
      umaResolutionStatus: 'disputed',
      closed: false,
    });
    await venue.admin('propose', { slug: 'M1', payout: '0' });
    await venue.admin('dispute', { slug: 'M1' });
    venue.passMs(96 * HOUR_MS - 1);
    expect((await gamma('slug=M1'))[0]).toMatchObject({ closed: false });
    venue.passMs(1);
    expect(await winners()).toEqual([
      [false, 0],
      [true, 1],
    ]);
    await expect(venue.admin('dispute', { slug: 'M1' })).rejects.toThrow('is resolved');
  });

  test('of half each has no winner', async () => {
    await venue.admin('resolve', { slug: 'M1', payout: '0.5' });
    expect(await clob()).toMatchObject({ is_50_50_outcome: true, closed: true });
    expect(await winners()).toEqual([
      [false, 0.5],
      [false, 0.5],
    ]);
    await expect(venue.admin('amend', { slug: 'M1', payout: '0.4' })).rejects.toThrow('not 0.4');
  });

  test('is absent where a market is only closed', async () => {
    await venue.admin('close', { slug: 'M1' });
    expect(await clob()).toMatchObject({
      closed: true,
      accepting_orders: false,
      is_50_50_outcome: false,
    });
    expect(await winners()).toEqual([
      [false, 0.5],
      [false, 0.5],
    ]);
    expect(await ended()).not.toHaveProperty('umaResolutionStatus');
  });

  test('turns round where it is amended, by verb or by fault', async () => {
    await venue.admin('resolve', { slug: 'M1', payout: '1' });
    await venue.admin('amend', { slug: 'M1', payout: '0' });
    expect(await winners()).toEqual([
      [false, 0],
      [true, 1],
    ]);
    await venue.simulator.failNext('market', { kind: 'amend' });
    expect(await winners()).toEqual([
      [true, 1],
      [false, 0],
    ]);
    await venue.admin('openMarket', { slug: 'M2' });
    await venue.admin('propose', { slug: 'M2', payout: '1' });
    await venue.simulator.failNext('gammaMarkets', { kind: 'dispute' });
    expect((await gamma('slug=M2'))[0]).toMatchObject({ umaResolutionStatus: 'disputed' });
  });
});

describe('winnings', () => {
  const user = CLIENTS.one.funder;
  const positions = async () =>
    (await venue.get(`/data-api/positions?user=${user}`)) as unknown as Record<string, unknown>[];
  const redeemed = async () =>
    (await venue.get(`/data-api/activity?user=${user}&type=REDEEM`)) as unknown as Record<
      string,
      unknown
    >[];
  const cash = async () =>
    (await venue.get('/balance-allowance?asset_type=COLLATERAL&signature_type=0'))['balance'];

  test('are no cash until they are redeemed, which is told as an activity', async () => {
    await buy();
    expect(await positions()).toMatchObject([
      { size: 10, redeemable: false, outcome: 'Yes', slug: 'M1' },
    ]);
    const before = Number(await cash());
    await venue.admin('resolve', { slug: 'M1', payout: '1' });
    expect(await positions()).toMatchObject([{ size: 10, redeemable: true, curPrice: 1 }]);
    expect(Number(await cash())).toBe(before);
    expect(venue.records().redeemable).toEqual([{ owner: 'key-one', slug: 'M1', amount: '10' }]);
    expect(await redeemed()).toEqual([]);
    await venue.admin('redeem', { slug: 'M1', apiKey: 'key-one' });
    expect(Number(await cash())).toBe(before + 10_000_000);
    const conditionId = await venue.conditionId();
    expect(await redeemed()).toMatchObject([
      { type: 'REDEEM', conditionId, usdcSize: 10, size: 10, timestamp: venue.nowMs() / 1000 },
    ]);
    expect(await positions()).toEqual([]);
    expect(await venue.admin('redeem', { slug: 'M1', apiKey: 'key-one' })).toEqual({
      redeemedMicros: 0,
    });
  });

  test.each([
    ['1', 0],
    ['0', 10_000_000],
    ['0.5', 5_000_000],
  ])('of No at a payout of %s are %d', async (payout, paid) => {
    await buy(1);
    await venue.admin('resolve', { slug: 'M1', payout });
    expect(await venue.admin('redeem', { slug: 'M1', apiKey: 'key-one' })).toEqual({
      redeemedMicros: paid,
    });
  });

  test('are told late where the Data API lags', async () => {
    await venue.admin('setLag', { ms: 0, dataMs: 90_000 });
    await buy();
    expect(await positions()).toEqual([]);
    venue.passMs(90_000);
    expect(await positions()).toHaveLength(1);
  });

  test('cannot be had before there is a result', async () => {
    await buy();
    await expect(venue.admin('redeem', { slug: 'M1', apiKey: 'key-one' })).rejects.toThrow(
      'is not resolved',
    );
  });
});

test('the admin port says what is wrong', async () => {
  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['setBook', { slug: 'M1', yes: { asks: [['0.505', '1']] } }, /off the tick/],
    ['setTick', { slug: 'M1', tick: '0.02' }, /no tick 0\.02; there are: 0\.1, 0\.01, 0\.005/],
    ['setTick', { slug: 'gone', tick: '0.01' }, /no market gone/],
    ['openMarket', { slug: 'M1' }, /there already/],
    ['deposit', { amount: '1' }, /there are 5 accounts; name one/],
    ['deposit', { amount: 'x', apiKey: 'key-one' }, /decimal/],
    ['setAccount', { apiKey: 'key-one', tier: 'gold' }, /no tier gold/],
    ['propose', { slug: 'M1' }, /payout/],
    ['dispute', { slug: 'M1' }, /nothing is proposed/],
    ['cancelOrder', { orderId: '0x1' }, /no open order/],
    [
      'addAccount',
      { privateKeyAddress: '0x1', signatureType: 0, apiKey: 'a', secret: 'b', passphrase: 'c' },
      /40 hex digits/,
    ],
    [
      'addAccount',
      {
        privateKeyAddress: CLIENTS.one.account.address,
        signatureType: 3,
        apiKey: 'a',
        secret: 'b',
        passphrase: 'c',
      },
      /signature types 1, 2 and 3/,
    ],
  ];
  for (const [verb, body, text] of wrong) {
    await expect(venue.admin(verb, body)).rejects.toThrow(text);
  }
});
