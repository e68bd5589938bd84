/** Orders on the simulated Polymarket: amounts, matching, killed, duplicated, delayed. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PolymarketUnderTest, Terms } from './harness.ts';
import { startPolymarket } from './harness.ts';

let venue: PolymarketUnderTest;

beforeEach(async () => {
  venue = await startPolymarket();
});
afterEach(() => venue.close());

const asks = (...levels: [string, string][]) => ({ slug: 'M1', yes: { asks: levels } });

async function cash(): Promise<number> {
  const told = await venue.get('/balance-allowance?asset_type=COLLATERAL&signature_type=0');
  return Number(told['balance']) / 1e6;
}

describe('what is refused, word for word', () => {
  const cases: readonly (readonly [string, Terms, string | RegExp])[] = [
    [
      'a price off the tick',
      { price: 0.505 },
      /^order 0x[0-9a-f]{64} is invalid\. Price \(0\.505\) breaks minimum tick size rule: 0\.01$/,
    ],
    ['a price of 1', { price: 1 }, /Price \(1\) breaks minimum tick size rule/],
    [
      'fewer than five shares',
      { size: 4.99 },
      /is invalid\. Size \(4\.99\) lower than the minimum: 5$/,
    ],
    [
      'shares of three decimals',
      { size: 10.005, price: 0.4 },
      'invalid amounts, the buy orders maker amount supports a max accuracy of 4 decimals, taker amount a max of 2 decimals',
    ],
    [
      'an amount that was rounded',
      { side: 'SELL', amounts: [19_690_000, 4_330_000] },
      "invalid amounts, the taker amount for a $0.22 order of size 19.69 should be '4.3318' but the value submited is '4.33'",
    ],
    [
      'a budget of three decimals',
      { type: 'FAK', amounts: [1_999_000, 4_000_000] },
      'invalid amounts, the market buy orders maker amount supports a max accuracy of 2 decimals, taker amount a max of 4 decimals',
    ],
    [
      'a sale for five decimals',
      { type: 'FOK', side: 'SELL', amounts: [10_000_000, 4_432_110] },
      /^invalid amounts, the sell orders/,
    ],
    [
      'a GTD order of 179 s',
      { type: 'GTD', expiration: Date.parse('2026-11-23T12:02:59Z') / 1000 },
      'invalid expiration',
    ],
    ['an expiration on a GTC order', { expiration: 1_900_000_000 }, 'invalid expiration'],
    [
      'a marketable buy below a dollar',
      { price: 0.5, size: 1.9, type: 'FAK' },
      'invalid amount for a marketable BUY order ($0.95), min size: $1',
    ],
    [
      'more than the balance',
      { size: 2500 },
      'not enough balance / allowance: the balance is not enough -> balance: 1000000000, sum of active orders: 0, sum of matched orders: 0, order amount: 1274000000',
    ],
    [
      'a sale of what is not held',
      { side: 'SELL' },
      /^not enough balance \/ allowance: .* balance: 0, .* order amount: 10000000$/,
    ],
    [
      'a post-only order that crosses',
      { postOnly: true },
      'invalid post-only order: order crosses book',
    ],
    ['post-only on a killed type', { type: 'FAK', postOnly: true }, /^postOnly is only supported/],
  ];
  test.each(cases)('%s', async (_what, terms, text) => {
    // 200 at 0.40: what reaches it pays less than its limit, and a fee on that.
    await venue.admin('setBook', asks(['0.40', '2000']));
    const { status, json } = await venue.post(terms);
    expect(status).toBe(400);
    const told = String(json['error']);
    expect(told).toBe(typeof text === 'string' ? text : text.exec(told)?.input);
    expect(venue.records().fills).toEqual([]);
  });

  test('a wallet without allowances, and an unknown token', async () => {
    await venue.admin('setAccount', { apiKey: 'key-one', allowed: false });
    expect((await venue.post()).json['error']).toMatch(
      /^not enough balance \/ allowance: the allowance/,
    );
    const answer = await venue.post({ order: { tokenId: '12345' } });
    expect([answer.status, answer.json]).toEqual([404, { error: 'market not found' }]);
  });
});

describe('a limit order', () => {
  test('takes what is there at better prices and rests with what is left', async () => {
    await venue.admin('setBook', asks(['0.40', '3'], ['0.50', '4'], ['0.60', '99']));
    const { json } = await venue.post();
    expect(json).toMatchObject({
      success: true,
      errorMsg: '',
      status: 'matched',
      makingAmount: '3.2',
      takingAmount: '7',
    });
    expect(json).not.toHaveProperty('transactionsHashes');
    // One trade a price.
    expect(json['tradeIDs']).toHaveLength(2);
    expect(await venue.order(String(json['orderID']))).toMatchObject({
      status: 'LIVE',
      size_matched: '7',
      original_size: '10',
      price: '0.5',
    });
    // 0.05 × 3 × 0.4 × 0.6 and 0.05 × 4 × 0.5 × 0.5, to five decimals, on top of the price.
    expect(await cash()).toBeCloseTo(1000 - 3.2 - 0.036 - 0.05, 6);
  });

  test('buys No from those who bid for Yes: both tokens are minted', async () => {
    const rested = await venue.placed({ as: 'two', price: 0.4 });
    await venue.placed({ token: 1, price: 0.6 });
    const [trade] = await venue.list('/data/trades', 'two');
    const [yes, no] = await venue.tokens();
    // At the top is the taker's side; the maker's has another asset and another price.
    expect(trade).toMatchObject({
      asset_id: no,
      side: 'BUY',
      price: '0.6',
      outcome: 'No',
      trader_side: 'MAKER',
    });
    expect(trade?.['maker_orders']).toMatchObject([
      {
        order_id: rested,
        asset_id: yes,
        side: 'BUY',
        price: '0.4',
        matched_amount: '10',
        outcome: 'Yes',
      },
    ]);
  });

  test('two of an owner at one price are filled by one trade', async () => {
    const both = [await venue.placed({ as: 'two' }), await venue.placed({ as: 'two' })];
    await venue.admin('setBook', { slug: 'M1', yes: { asks: [['0.50', '15']] } });
    const trades = await venue.list('/data/trades', 'two');
    expect(trades).toHaveLength(1);
    const makers = trades[0]?.['maker_orders'] as Record<string, unknown>[];
    expect(makers.map((one) => [one['order_id'], one['matched_amount']])).toEqual([
      [both[0], '10'],
      [both[1], '5'],
    ]);
    expect(await venue.order(both[1]!, 'two')).toMatchObject({ status: 'LIVE', size_matched: '5' });
  });

  test('expires 60 s before the second it names', async () => {
    const id = await venue.placed({ type: 'GTD', expiration: venue.nowMs() / 1000 + 180 });
    venue.passMs(119_999);
    expect(await venue.order(id)).toMatchObject({
      status: 'LIVE',
      expiration: String(Date.parse('2026-11-23T12:03:00Z') / 1000),
    });
    venue.passMs(1);
    expect(await venue.order(id)).toMatchObject({ status: 'CANCELED' });
  });

  test('reserves its market: a second order is refused for what the first may still take', async () => {
    await venue.placed({ size: 1500 });
    expect((await venue.post({ size: 600 })).json['error']).toMatch(
      /sum of active orders: 750000000/,
    );
    await venue.placed({ size: 500 });
    // Another market has a balance of its own: what can no longer be paid is cancelled when hit.
    await venue.admin('setBook', { slug: 'M2' });
    const other = await venue.placed({ slug: 'M2', size: 1900 });
    await venue.admin('setBook', { slug: 'M1', yes: { asks: [['0.50', '2000']] } });
    await venue.admin('setBook', { slug: 'M2', yes: { asks: [['0.50', '1900']] } });
    expect(await venue.order(other)).toMatchObject({ status: 'INVALID', size_matched: '0' });
  });
});

describe('FOK and FAK', () => {
  test('a budget that finds a better price buys more shares', async () => {
    await venue.admin('setBook', asks(['0.40', '100']));
    const { json } = await venue.post({ type: 'FOK', amounts: [5_000_000, 10_000_000] });
    expect(json).toMatchObject({ status: 'matched', makingAmount: '5', takingAmount: '12.5' });
    expect(await venue.order(String(json['orderID']))).toMatchObject({
      status: 'MATCHED',
      size_matched: '12.5',
      original_size: '5',
    });
  });

  test('shares rounded up put the limit below the best offer, and nothing fills', async () => {
    await venue.admin('setBook', asks(['0.07', '100']));
    const up = await venue.post({ type: 'FAK', amounts: [1_000_000, 14_290_000] });
    expect(up.json['errorMsg']).toMatch(/^no orders found to match with FAK order\./);
    const down = await venue.post({ type: 'FAK', amounts: [1_000_000, 14_280_000] });
    expect(down.json).toMatchObject({ status: 'matched', takingAmount: '14.28' });
  });

  test('a FOK that finds too little is killed, in each of the forms', async () => {
    await venue.admin('setBook', asks(['0.50', '9']));
    const text = "order couldn't be fully filled. FOK orders are fully filled or killed.";
    const kill = () => venue.post({ type: 'FOK' });
    const first = await kill();
    expect(first).toMatchObject({ status: 200, json: { success: true, errorMsg: text } });
    const id = String(first.json['orderID']);
    expect(await venue.order(id)).toMatchObject({ status: `CANCELED_${text}`, size_matched: '0' });
    await venue.admin('setKilled', { killedAs: 'empty', killedShown: false });
    expect((await kill()).json).toMatchObject({ success: true, orderID: '', errorMsg: text });
    expect((await venue.send('GET', `/data/order/${id}`)).status).toBe(404);
    await venue.admin('setKilled', { killedAs: 'error' });
    expect(await kill()).toMatchObject({ status: 400, json: { error: text } });
    expect(venue.records().fills).toEqual([]);
  });

  test('a FAK sale takes what is there and ends', async () => {
    await venue.admin('setBook', asks(['0.50', '10']));
    await venue.placed();
    await venue.admin('setBook', {
      slug: 'M1',
      yes: {
        bids: [
          ['0.45', '4'],
          ['0.43', '9'],
        ],
      },
    });
    const { json } = await venue.post({ side: 'SELL', type: 'FAK', price: 0.44 });
    expect(json).toMatchObject({ status: 'matched', makingAmount: '4', takingAmount: '1.8' });
    expect(await venue.order(String(json['orderID']))).toMatchObject({
      status: 'CANCELED',
      size_matched: '4',
    });
  });
});

describe('the same bytes again', () => {
  const outcomes: readonly (readonly [string, Terms])[] = [
    ['a resting order', { price: 0.3 }],
    ['a filled order', {}],
    ['a killed order', { type: 'FOK', size: 99 }],
    ['a refused post-only order', { postOnly: true }],
  ];
  test.each(outcomes)('%s is duplicated for ever', async (_what, terms) => {
    await venue.admin('setBook', asks(['0.50', '50']));
    const body = await venue.body(terms);
    const first = await venue.send('POST', '/order', body);
    const fills = venue.records().fills.length;
    await venue.admin('setBook', { slug: 'M1' });
    venue.passMs(86_400_000);
    const again = await venue.send('POST', '/order', {
      ...body,
      orderType: 'GTC',
      postOnly: false,
    });
    expect(again.status).toBe(400);
    expect(again.json['error']).toMatch(/^order 0x[0-9a-f]{64} is invalid\. Duplicated\.$/);
    const { orderID = '' } = first.json as { orderID?: string };
    expect(again.json['error']).toContain(orderID);
    expect(venue.records().fills).toHaveLength(fills);
  });

  test('what never reached the books may come again', async () => {
    const body = await venue.body({ side: 'SELL' });
    expect((await venue.send('POST', '/order', body)).status).toBe(400);
    await venue.admin('setBook', asks(['0.40', '10']));
    await venue.placed();
    expect((await venue.send('POST', '/order', body)).json).toMatchObject({ status: 'live' });
  });
});

describe('a market with a delay', () => {
  beforeEach(async () => {
    await venue.admin('setMarket', { slug: 'M1', secondsDelay: 3 });
    await venue.admin('setBook', asks(['0.50', '10']));
  });

  test('holds a marketable order back, which cannot be cancelled then, and matches it', async () => {
    const { json } = await venue.post();
    const id = String(json['orderID']);
    expect(json).toMatchObject({ status: 'delayed', takingAmount: '' });
    const refused = await venue.send('DELETE', '/order', { orderID: id });
    expect(refused).toMatchObject({ status: 200, json: { canceled: [] } });
    expect(refused.json['not_canceled']).toEqual({
      [id]: 'order is delayed and can not be canceled yet',
    });
    venue.passMs(3000);
    expect(await venue.order(id)).toMatchObject({ status: 'MATCHED', size_matched: '10' });
  });

  test('what has gone meanwhile leaves it resting or killed', async () => {
    const rests = String((await venue.post()).json['orderID']);
    const dies = String((await venue.post({ type: 'FAK' })).json['orderID']);
    await venue.admin('setBook', { slug: 'M1' });
    venue.passMs(3000);
    expect(await venue.order(rests)).toMatchObject({ status: 'UNMATCHED', size_matched: '0' });
    expect((await venue.order(dies))['status']).toMatch(/^CANCELED_no orders found to match/);
    const answer = await venue.send('DELETE', '/order', { orderID: rests });
    expect(answer.json).toEqual({ canceled: [rests], not_canceled: {} });
  });

  test('does not hold back what rests', async () => {
    expect((await venue.post({ price: 0.4 })).json).toMatchObject({ status: 'live' });
  });
});

describe('cancels', () => {
  test('are always 200 and say what they did not cancel', async () => {
    const id = await venue.placed();
    const unknown = `0x${'7'.repeat(64)}`;
    const theirs = await venue.placed({ as: 'two', price: 0.4 });
    const answer = await venue.send('DELETE', '/orders', [id, unknown, theirs]);
    const lost = "order can't be found - already canceled or matched";
    expect(answer).toMatchObject({
      status: 200,
      json: { canceled: [id], not_canceled: { [unknown]: lost, [theirs]: lost } },
    });
    expect((await venue.send('DELETE', '/order', { orderID: id })).json['not_canceled']).toEqual({
      [id]: 'already canceled or matched',
    });
  });

  test('of a market, of an asset, of all', async () => {
    await venue.admin('setBook', { slug: 'M2' });
    const [a, b, c] = [
      await venue.placed({ price: 0.1 }),
      await venue.placed({ token: 1, price: 0.1 }),
      await venue.placed({ slug: 'M2' }),
    ];
    const [yes] = await venue.tokens();
    const market = await venue.conditionId();
    const byAsset = await venue.send('DELETE', '/cancel-market-orders', { market, asset_id: yes });
    expect(byAsset.json['canceled']).toEqual([a]);
    expect(
      (await venue.send('DELETE', '/cancel-market-orders', { market })).json['canceled'],
    ).toEqual([b]);
    expect((await venue.send('DELETE', '/cancel-all')).json['canceled']).toEqual([c]);
    expect(await venue.list('/data/orders')).toEqual([]);
  });

  test('come too late where the order filled just before', async () => {
    const id = await venue.placed();
    await venue.simulator.failNext('cancelOrder', { kind: 'fillBeforeCancel' }, { identity: id });
    expect((await venue.send('DELETE', '/order', { orderID: id })).json['canceled']).toEqual([]);
    expect(await venue.order(id)).toMatchObject({ status: 'MATCHED', size_matched: '10' });
  });
});

describe('a batch', () => {
  test('tells each order for itself: success, no id, and the words where one is refused', async () => {
    const bodies = [await venue.body(), await venue.body({ price: 0.505 }), { owner: 'nobody' }];
    const answer = await venue.send('POST', '/orders', bodies);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject([
      { success: true, errorMsg: '', status: 'live' },
      { success: true, orderID: '', errorMsg: expect.stringContaining('breaks minimum tick size') },
      { success: true, orderID: '', errorMsg: 'Invalid order payload' },
    ]);
  });

  test('has fifteen orders at most', async () => {
    const bodies = Array.from({ length: 16 }, () => ({}));
    const answer = await venue.send('POST', '/orders', bodies);
    expect([answer.status, answer.json]).toEqual([400, { error: 'Too many orders in payload' }]);
  });
});
