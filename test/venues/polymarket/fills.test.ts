/** Trades as fills: whose part is whose, what they cost, and what is taken back. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PolymarketDoubt } from '../../../venues/polymarket/public.ts';
import type { VenueFill } from '../../../venues/venue.ts';
import { json } from '../kalshi/raw-server.ts';
import { contracts, price } from '../venue-under-test.ts';
import { idsOf, movableClock, NOW_MS } from './stub.ts';
import { EOA, makerOrder, page, tradeBody, TradingStub } from './trading.ts';

let t: TradingStub;
beforeEach(async () => {
  t = await TradingStub.start();
});
afterEach(() => t.close());

const HASH = `0x${'12'.repeat(32)}`;
const OTHER_HASH = `0x${'34'.repeat(32)}`;
const { conditionId, tokenIds } = idsOf('M1');
const MARKET = {
  marketId: 'M1',
  tokenIds,
  fees: { kind: 'polymarket', rateMillionths: 0 },
} as const;
const MATCHED_AT_MS = NOW_MS - 5_000;
const fills = async (...trades: object[]) => {
  t.trades = trades;
  return (await t.venue().fillsSince(0)).facts;
};

describe('a trade we took', () => {
  const plain: VenueFill = {
    fillId: `t-1:${HASH}`,
    venueOrderId: HASH,
    marketId: 'M1',
    outcome: 0,
    action: 'buy',
    quantity: contracts(10),
    priceMicros: price(0.5),
    feeMicros: 0 as VenueFill['feeMicros'],
    filledAtMs: MATCHED_AT_MS,
  };

  test.each([
    'MATCHED',
    'TRADE_STATUS_MATCHED',
    'MATCHED_NOT_BROADCASTED',
    'MINED',
    'RETRYING',
    'CONFIRMED',
  ])('is one and the same fill while it is %s', async (status) => {
    expect(await fills(tradeBody('t-1', HASH, { status }))).toEqual([plain]);
  });

  test('carries our own id where the ledger knows the order', async () => {
    t.trades = [tradeBody('t-1', HASH)];
    const known = { clientOrderId: 'a-1', outcome: 0, action: 'buy', market: MARKET } as const;
    const venue = t.venue({ ordersOf: () => Promise.resolve(new Map([[HASH, known]])) });
    expect((await venue.fillsSince(0)).facts).toEqual([{ ...plain, clientOrderId: 'a-1' }]);
    // What the ledger knows is not asked of the venue.
    expect(t.sent('GET', '/gamma/markets')).toEqual([]);
  });

  test('of another outcome or action than its order’s is believed by nobody', async () => {
    t.trades = [tradeBody('t-1', HASH)];
    const known = { clientOrderId: 'a-1', outcome: 1, action: 'buy', market: MARKET } as const;
    const venue = t.venue({ ordersOf: () => Promise.resolve(new Map([[HASH, known]])) });
    await expect(venue.fillsSince(0)).rejects.toMatchObject({
      name: 'VenueUnreachable',
      message: expect.stringContaining('outcome 0'),
    });
  });

  test('costs the taker’s fee by the market’s schedule, whatever fee_rate_bps says', async () => {
    const sports = { rate: 0.05, exponent: 1, takerOnly: true };
    t.stub.gamma('M1', { feesEnabled: true, feeSchedule: sports });
    t.stub.details('M1', { fd: { r: 0.05, e: 1, to: true } });
    const [fill] = await fills(
      tradeBody('t-1', HASH, { size: '100', fee_rate_bps: '1000', maker_orders: [] }),
    );
    expect(fill!.feeMicros).toBe(1_250_000);
    const made = tradeBody('t-2', OTHER_HASH, {
      trader_side: 'MAKER',
      maker_address: '0xdead',
      maker_orders: [makerOrder({ order_id: HASH, maker_address: EOA })],
    });
    expect((await fills(made))[0]!.feeMicros).toBe(0);
  });

  test('costs what its makers got, on the same outcome and on the other one', async () => {
    const bought = tradeBody('t-1', HASH, {
      size: '15',
      price: '0.52',
      maker_orders: [
        makerOrder({ matched_amount: '10', price: '0.50' }),
        makerOrder({ matched_amount: '5', price: '0.49', asset_id: tokenIds[1], side: 'BUY' }),
      ],
    });
    // 10 × 0.50 + 5 × (1 − 0.49), over 15, rounded against us.
    expect(await fills(bought)).toMatchObject([{ quantity: contracts(15), priceMicros: 503_334 }]);
    const sold = { ...bought, side: 'SELL' };
    expect(await fills(sold)).toMatchObject([{ action: 'sell', priceMicros: 503_333 }]);
    const partly = tradeBody('t-1', HASH, {
      maker_orders: [makerOrder({ matched_amount: '3' })],
      price: '0.51',
    });
    expect(await fills(partly)).toMatchObject([{ priceMicros: price(0.51) }]);
  });
});

describe('a trade in which we rested', () => {
  const maker = (changes: object, trade: object = {}) =>
    tradeBody('t-1', OTHER_HASH, {
      trader_side: 'MAKER',
      maker_address: '0x5555555555555555555555555555555555555555',
      size: '30',
      price: '0.5',
      maker_orders: [makerOrder(), makerOrder({ order_id: HASH, maker_address: EOA, ...changes })],
      ...trade,
    });

  test.each([
    ['we sold to a buyer', { side: 'SELL' }, {}, { outcome: 0, action: 'sell' }],
    ['we sold, the side not told', { side: undefined }, {}, { outcome: 0, action: 'sell' }],
    [
      'we bought from a seller',
      { side: undefined },
      { side: 'SELL' },
      { outcome: 0, action: 'buy' },
    ],
    [
      'we bought the other outcome',
      { side: undefined, asset_id: tokenIds[1] },
      {},
      { outcome: 1, action: 'buy' },
    ],
    [
      'we sold the other outcome',
      { side: undefined, asset_id: tokenIds[1] },
      { side: 'SELL' },
      { outcome: 1, action: 'sell' },
    ],
  ] as const)('is our own size, price and asset: %s', async (_name, changes, trade, expected) => {
    const own = { matched_amount: '7.5', price: '0.48', ...changes };
    expect(await fills(maker(own, trade))).toEqual([
      expect.objectContaining({
        ...expected,
        fillId: `t-1:${HASH}`,
        quantity: contracts(7.5),
        priceMicros: price(0.48),
        feeMicros: 0,
      }),
    ]);
  });

  test('fills each of several orders of ours on its own', async () => {
    const both = maker(
      {},
      {
        maker_orders: [
          makerOrder({ order_id: HASH, maker_address: EOA, matched_amount: '2' }),
          makerOrder({
            order_id: OTHER_HASH,
            maker_address: EOA.toLowerCase(),
            matched_amount: '3',
          }),
        ],
      },
    );
    const facts = await fills(both);
    expect(facts.map(({ fillId }) => fillId)).toEqual([`t-1:${HASH}`, `t-1:${OTHER_HASH}`]);
    expect(facts.map(({ quantity }) => quantity)).toEqual([contracts(2), contracts(3)]);
  });
});

/** The list as the venue filters it. */
function listSince(): void {
  t.stub.answers.set('/data/trades', () => {
    const after = Number(t.sent('GET', '/data/trades').at(-1)!.query.get('after'));
    return page(
      ...t.trades.filter((one) => Number((one as { match_time: string }).match_time) > after),
    );
  });
}

describe('failure case 9: a trade that fails after it was matched', () => {
  test('pitfall 6 is a fill and a record that takes it back, once each', async () => {
    const clock = movableClock();
    const venue = t.venue({ clock: clock.clock });
    t.trades = [tradeBody('t-1', HASH, { status: 'MATCHED' })];
    const first = await venue.fillsSince(0);
    t.trades = [tradeBody('t-1', HASH, { status: 'TRADE_STATUS_FAILED' })];
    const second = await venue.fillsSince(first.cursorMs);
    const [fill] = first.facts;
    const taken = { ...fill, fillId: `t-1:${HASH}:failed`, reverts: `t-1:${HASH}` };
    expect(second.facts).toEqual([fill, taken]);
    expect((await t.venue().fillsSince(first.cursorMs)).facts).toEqual([fill, taken]);
    expect(
      await venue.lookup({ clientOrderId: 'a', marketId: 'M1', venueOrderId: HASH }),
    ).toMatchObject({
      kind: 'found',
      order: { filled: 0 },
    });
  });

  test('is followed beyond the overlap until it is confirmed', async () => {
    const clock = movableClock();
    const venue = t.venue({ clock: clock.clock });
    const afters = () =>
      t.sent('GET', '/data/trades').map(({ query }) => Number(query.get('after')));
    t.trades = [tradeBody('t-1', HASH, { status: 'MINED' })];
    await venue.fillsSince(NOW_MS - 60_000);
    // The first read of a process goes back a day: an earlier one may have seen what failed since.
    expect(afters().at(-1)).toBe((NOW_MS - 60_000 - 86_400_000) / 1000 - 1);
    clock.nowMs += 3_600_000;
    await venue.fillsSince(clock.nowMs - 600_000);
    await venue.fillsSince(clock.nowMs - 600_000);
    expect(afters().at(-1)).toBe(MATCHED_AT_MS / 1000 - 1);
    t.trades = [tradeBody('t-1', HASH)];
    await venue.fillsSince(clock.nowMs - 600_000);
    await venue.fillsSince(clock.nowMs - 600_000);
    expect(afters().at(-1)).toBe((clock.nowMs - 600_000) / 1000 - 1);
  });

  test('is told again as taken back: whoever heard it may have failed to book it', async () => {
    const clock = movableClock();
    const venue = t.venue({ clock: clock.clock });
    listSince();
    t.trades = [tradeBody('t-1', HASH, { status: 'RETRYING' })];
    await venue.fillsSince(0);
    clock.nowMs += 3_600_000;
    t.trades = [tradeBody('t-1', HASH, { status: 'FAILED' })];
    const told = await venue.fillsSince(clock.nowMs - 600_000);
    expect(told.facts).toHaveLength(2);
    expect((await venue.fillsSince(clock.nowMs - 600_000)).facts).toEqual(told.facts);
  });

  test('is taken back by a process that did not watch while another saw it matched', async () => {
    const clock = movableClock();
    const venue = t.venue({ clock: clock.clock });
    listSince();
    await venue.fillsSince(0);
    // The other process reads and books the fill meanwhile, and moves the cursor.
    clock.nowMs += 7_200_000;
    const anHourAgo = String(clock.nowMs / 1000 - 3600);
    t.trades = [tradeBody('t-1', HASH, { status: 'FAILED', match_time: anHourAgo })];
    const { facts } = await venue.fillsSince(clock.nowMs - 600_000);
    expect(facts.map(({ reverts }) => reverts)).toEqual([undefined, `t-1:${HASH}`]);
  });

  test('that is listed no more is somebody’s to look at a day later, and no longer followed', async () => {
    const clock = movableClock();
    const doubts: PolymarketDoubt[] = [];
    const venue = t.venue({ clock: clock.clock, onDoubt: (doubt) => doubts.push(doubt) });
    t.trades = [tradeBody('t-1', HASH, { status: 'RETRYING' })];
    await venue.fillsSince(0);
    t.trades = [];
    for (let hours = 0; hours < 26; hours += 1) {
      clock.nowMs += 3_600_000;
      await venue.fillsSince(clock.nowMs - 600_000);
    }
    expect(doubts).toEqual([
      { marketId: conditionId, detail: expect.stringContaining('still RETRYING') },
    ]);
    const after = Number(t.sent('GET', '/data/trades').at(-1)!.query.get('after'));
    expect(after).toBeGreaterThan(clock.nowMs / 1000 - 2 * 3600);
  });

  test('one that never ends is somebody’s to look at, and no longer followed', async () => {
    const clock = movableClock();
    const doubts: PolymarketDoubt[] = [];
    const venue = t.venue({ clock: clock.clock, onDoubt: (doubt) => doubts.push(doubt) });
    t.trades = [tradeBody('t-1', HASH, { status: 'RETRYING' })];
    await venue.fillsSince(0);
    clock.nowMs += 86_400_001;
    await venue.fillsSince(0);
    await venue.fillsSince(0);
    expect(doubts).toEqual([
      { marketId: conditionId, detail: expect.stringContaining('still RETRYING') },
    ]);
  });
});

describe('the list', () => {
  test('is read to its end, each trade once, oldest first, and dated by the clock', async () => {
    const trade = (id: string, seconds: number) =>
      tradeBody(id, HASH, { match_time: String(MATCHED_AT_MS / 1000 + seconds) });
    const pages = [
      { data: [trade('t-3', 3), trade('t-2', 2)], next_cursor: 'MQ==' },
      { data: [trade('t-2', 2), trade('t-1', 1)], next_cursor: 'LTE=' },
    ];
    t.stub.answers.set('/data/trades', () => json(pages.shift()));
    const { facts, cursorMs } = await t.venue().fillsSince(0);
    expect(facts.map(({ fillId }) => fillId.slice(0, 3))).toEqual(['t-1', 't-2', 't-3']);
    expect(cursorMs).toBe(NOW_MS);
  });

  test('is asked for whole: a filter by address may leave out what we took', async () => {
    t.stub.answers.set('/data/trades', () => {
      const filtered = t.sent('GET', '/data/trades').at(-1)!.query.has('maker_address');
      return page(...(filtered ? [] : [tradeBody('t-1', HASH)]));
    });
    const venue = t.venue();
    expect((await venue.fillsSince(0)).facts).toHaveLength(1);
    const ref = { clientOrderId: 'a', marketId: 'M1', venueOrderId: HASH };
    expect(await venue.lookup(ref)).toMatchObject({ kind: 'found', order: { filled: 10_000_000 } });
  });

  test('tells nothing of another wallet that the same key trades for', async () => {
    const other = `0x${'5'.repeat(40)}`;
    expect(await fills(tradeBody('t-1', HASH, { maker_address: other }))).toEqual([]);
  });

  test('a trade of a market without a name waits, and the cursor with it', async () => {
    const doubts: PolymarketDoubt[] = [];
    const unnamed = tradeBody('t-2', HASH, { market: `0x${'7'.repeat(64)}` });
    t.trades = [tradeBody('t-1', HASH), unnamed];
    const { facts, cursorMs } = await t.venue({ onDoubt: (one) => doubts.push(one) }).fillsSince(0);
    expect(facts).toHaveLength(1);
    expect(cursorMs).toBe(MATCHED_AT_MS - 1);
    expect(doubts).toHaveLength(1);
  });

  test('a trade of a market that cannot be read now holds no other up', async () => {
    t.stub.market('M2');
    const other = idsOf('M2').conditionId;
    t.stub.answers.set(`/clob-markets/${other}`, { status: 429, body: '' });
    const later = { match_time: String(MATCHED_AT_MS / 1000 + 1) };
    t.trades = [tradeBody('t-1', HASH, { market: other }), tradeBody('t-2', HASH, later)];
    const { facts, cursorMs } = await t.venue().fillsSince(0);
    expect(facts.map(({ fillId }) => fillId)).toEqual([`t-2:${HASH}`]);
    expect(cursorMs).toBe(MATCHED_AT_MS - 1);
  });

  test.each([
    ['a status nobody knows', { status: 'SETTLING' }],
    ['no size', { size: undefined }],
    ['a price in cents', { price: '50' }],
    ['an asset of another market', { asset_id: '77' }],
    ['nothing filled', { size: '0' }],
    ['no side of ours', { trader_side: undefined }],
  ])('failure case 18: a trade with %s is none', async (_name, changes) => {
    t.trades = [tradeBody('t-1', HASH, { maker_orders: [], ...changes })];
    await expect(t.venue().fillsSince(0)).rejects.toMatchObject({ name: 'VenueUnreachable' });
  });

  test.each([
    ['half a page', { status: 200, body: '{"data":[' }],
    ['no cursor', json({ data: [] })],
    ['the same page for ever', json({ data: [], next_cursor: 'MQ==' })],
    ['a 429', { status: 429, body: '' }],
  ])('failure case 16: %s is no empty list', async (_name, answer) => {
    t.stub.answers.set('/data/trades', answer);
    await expect(t.venue().fillsSince(0)).rejects.toMatchObject({ name: 'VenueUnreachable' });
  });
});
