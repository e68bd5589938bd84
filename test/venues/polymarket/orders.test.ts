/** How an order is written, found again and cancelled. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hashTypedData } from 'viem';
import type { PolymarketOrderBody } from '../../../contracts/polymarket/orders.ts';
import type { OrderRequest } from '../../../venues/venue.ts';
import { json } from '../kalshi/raw-server.ts';
import { accepted, contracts, price } from '../venue-under-test.ts';
import { idsOf, NOW_MS } from './stub.ts';
import { API_KEY, EOA, orderOfNow, posted, refOf, TradingStub } from './trading.ts';

let t: TradingStub;
beforeEach(async () => {
  t = await TradingStub.start();
});
afterEach(() => t.close());

const bodyOf = (wire: string) => JSON.parse(wire) as PolymarketOrderBody;
const { tokenIds } = idsOf('M1');

describe('how an order is written', () => {
  test.each([
    [{ action: 'buy', timeInForce: 'ioc' }, 'GTD', 'BUY', '5000000', '10000000'],
    [{ action: 'buy', timeInForce: 'gtd' }, 'GTD', 'BUY', '5000000', '10000000'],
    [{ action: 'sell', timeInForce: 'ioc' }, 'FAK', 'SELL', '10000000', '5000000'],
    [{ action: 'sell', timeInForce: 'fok' }, 'FOK', 'SELL', '10000000', '5000000'],
    [{ action: 'sell', timeInForce: 'gtd' }, 'GTD', 'SELL', '10000000', '5000000'],
  ] as const)('%j is %s', async (changes, orderType, side, makerAmount, takerAmount) => {
    const request = orderOfNow({ ...changes, outcome: 1 });
    const { wire, venueOrderId } = await t.venue().prepare(request);
    const body = bodyOf(wire);
    const { signature, ...order } = body.order;
    expect(body).toMatchObject({ deferExec: false, postOnly: false, owner: API_KEY, orderType });
    expect(order).toMatchObject({
      maker: EOA,
      signer: EOA,
      tokenId: tokenIds[1],
      makerAmount,
      takerAmount,
      side,
      signatureType: 0,
      timestamp: String(NOW_MS),
      expiration: orderType === 'GTD' ? String(NOW_MS / 1000 + 300) : '0',
    });
    expect(signature).toMatch(/^0x[0-9a-f]{130}$/);
    expect(venueOrderId).toMatch(/^0x[0-9a-f]{64}$/);
  });

  test('the fuse of an order that rests longer is a minute after it', async () => {
    const restUntilMs = NOW_MS + 3_600_001;
    const { wire } = await t.venue().prepare(orderOfNow({ timeInForce: 'gtd', restUntilMs }));
    expect(bodyOf(wire).order.expiration).toBe(String(NOW_MS / 1000 + 3_661));
  });

  test('pitfall 7 a sale whose dollars have five decimals is a limit order, FOK refused', async () => {
    t.stub.details('M1', { mts: 0.001 });
    const odd = { action: 'sell', quantity: contracts(12.34), limitPrice: price(0.503) } as const;
    const { wire } = await t.venue().prepare(orderOfNow(odd));
    expect(bodyOf(wire)).toMatchObject({ orderType: 'GTD', order: { takerAmount: '6207020' } });
    const fok = await t.venue().prepare(orderOfNow({ ...odd, timeInForce: 'fok' }));
    expect(await t.venue().place(fok, () => true)).toMatchObject({ code: 'inexact' });
  });

  test('pitfall 5 the neg-risk flag decides the exchange that is signed for', async () => {
    const request = orderOfNow();
    const plain = await t.venue().prepare(request);
    t.stub.details('M1', { nr: true });
    t.stub.gamma('M1', { negRisk: true });
    const negRisk = await t.venue().prepare(request);
    const signed = (name: string) => ({ name, version: '2', chainId: 137 }) as const;
    const hashes = [
      '0xE111180000d2663C0091e4f400237545B87B996B',
      '0xe2222d279d744050d28e00520010520000310F59',
    ].map((verifyingContract) =>
      hashTypedData({
        domain: {
          ...signed('Polymarket CTF Exchange'),
          verifyingContract: verifyingContract as `0x${string}`,
        },
        primaryType: 'Order',
        types: {
          Order: [
            'uint256 salt',
            'address maker',
            'address signer',
            'uint256 tokenId',
            'uint256 makerAmount',
            'uint256 takerAmount',
            'uint8 side',
            'uint8 signatureType',
            'uint256 timestamp',
            'bytes32 metadata',
            'bytes32 builder',
          ].map((field) => ({ type: field.split(' ')[0]!, name: field.split(' ')[1]! })),
        },
        message: { ...bodyOf(plain.wire).order, side: 0 },
      }),
    );
    expect([plain.venueOrderId, negRisk.venueOrderId]).toEqual(hashes);
  });

  const refusals: readonly (readonly [string, Partial<OrderRequest>])[] = [
    ['market_not_found', { marketId: 'nowhere' }],
    ['off_tick', { limitPrice: price(0.505) }],
    ['off_lot', { quantity: contracts(10.001) }],
    ['below_minimum', { quantity: contracts(4) }],
    ['fok_buy', { timeInForce: 'fok' }],
  ];
  test.each(refusals)('%s is refused before anything is signed or sent', async (code, changes) => {
    t.stub.details('M1', { mos: 5 });
    const venue = t.venue();
    const prepared = await venue.prepare(orderOfNow(changes));
    let asked = 0;
    const mayWrite = () => {
      asked += 1;
      return true;
    };
    expect(await venue.place(prepared, mayWrite)).toMatchObject({ kind: 'rejected', code });
    expect(prepared.venueOrderId).toBeUndefined();
    expect([asked, t.sent('POST', '/order').length]).toEqual([0, 0]);
  });

  test('a market that takes no orders is refused', async () => {
    t.stub.details('M1', { ao: false });
    t.stub.gamma('M1', { acceptingOrders: false });
    const venue = t.venue();
    const outcome = await venue.place(await venue.prepare(orderOfNow()), () => true);
    expect(outcome).toMatchObject({ kind: 'rejected', code: 'market_closed' });
  });

  test('pitfall 7 the tick is read for every order: one of another regime is refused', async () => {
    const venue = t.venue();
    const fine = { limitPrice: price(0.501) };
    expect((await venue.prepare(orderOfNow(fine))).venueOrderId).toBeUndefined();
    t.stub.details('M1', { mts: 0.001 });
    expect((await venue.prepare(orderOfNow(fine))).venueOrderId).toBeDefined();
    t.stub.details('M1', { mts: 0.01 });
    expect((await venue.prepare(orderOfNow(fine))).venueOrderId).toBeUndefined();
  });

  test('a market that cannot be read is no reason to guess', async () => {
    t.stub.answers.set('/gamma/markets', { status: 502, body: 'bad gateway' });
    await expect(t.venue().prepare(orderOfNow())).rejects.toMatchObject({
      name: 'VenueUnreachable',
    });
  });
});

describe('the send', () => {
  test('pitfall 9 signs the very bytes that leave, and not the query', async () => {
    const venue = t.venue({ wallMs: () => NOW_MS });
    const prepared = await t.prepare(venue);
    t.posts = [posted(prepared.hash)];
    await venue.place(prepared, () => true);
    const { createHmac } = await import('node:crypto');
    for (const [method, path] of [
      ['POST', '/order'],
      ['GET', '/data/trades'],
    ] as const) {
      await venue.fillsSince(0);
      const [seen] = t.sent(method, path);
      const text = `${NOW_MS / 1000}${method}${path}${seen!.body}`;
      const mac = createHmac('sha256', 'the secret of the key').update(text).digest('base64');
      expect(seen!.headers).toMatchObject({
        poly_address: EOA,
        poly_api_key: API_KEY,
        poly_passphrase: 'the passphrase',
        poly_timestamp: String(NOW_MS / 1000),
        poly_signature: mac.replaceAll('+', '-').replaceAll('/', '_'),
      });
    }
    expect(t.sent('POST', '/order')[0]!.body).toBe(prepared.wire);
  });

  test('without the permit, or aborted, nothing is sent', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    expect(await venue.place(prepared, () => false)).toMatchObject({ kind: 'notSent' });
    const aborted = await venue.place(prepared, () => true, AbortSignal.abort());
    expect(aborted).toMatchObject({ kind: 'notSent' });
    expect(t.sent('POST', '/order')).toHaveLength(0);
    expect(await venue.lookup(refOf(prepared))).toEqual({ kind: 'absent' });
  });

  test('an identity that was sent for one order is refused for another', async () => {
    const venue = t.venue();
    const request = orderOfNow();
    const prepared = await t.prepare(venue, request);
    t.posts = [posted(prepared.hash)];
    accepted(await venue.place(prepared, () => true));
    const other = await t.prepare(venue, { ...request, quantity: contracts(11) });
    expect(await venue.place(other, () => true)).toMatchObject({ code: 'identity_taken' });
    expect(t.sent('POST', '/order')).toHaveLength(1);
  });

  test('I11 no signature, key or secret stands in what a refusal or a doubt says', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    const { signature } = bodyOf(prepared.wire).order;
    for (const answer of [json({ error: 'invalid signature' }, 400), undefined]) {
      t.posts = [answer];
      const text = JSON.stringify(await venue.place(prepared, () => true));
      expect(text).not.toContain(signature.slice(2, 40));
      expect(text).not.toContain('the passphrase');
    }
  });

  test.each([
    ['a refusal', (echo: string) => json({ error: `invalid: ${echo}` }, 400)],
    ['a doubt', (echo: string) => json({ success: true, orderID: '', status: echo })],
    ['a page of the edge', (echo: string) => ({ status: 502, body: `<html>${echo}</html>` })],
  ])('I11 what the venue repeats of a request is quoted nowhere: %s', async (_name, answer) => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    const { signature } = bodyOf(prepared.wire).order;
    const hidden = ['poly_signature', 'poly_passphrase'] as const;
    const echo = () => {
      const { headers } = t.stub.seen.at(-1)!;
      return hidden.map((name) => `${name}=${String(headers[name])} `).join('') + signature;
    };
    t.stub.answers.set('/order', () => answer(echo()));
    t.stub.answers.set(`/data/order/${prepared.hash}`, () => answer(echo()));
    const told = [
      await venue.place(prepared, () => true),
      await venue.lookup({ ...prepared.request, venueOrderId: prepared.hash }),
    ];
    const text = JSON.stringify(told);
    expect(text).toContain('poly_passphrase');
    const secrets = t.stub.seen.flatMap(({ headers }) => hidden.map((name) => headers[name] ?? ''));
    for (const secret of [...secrets, signature.slice(2, 40)].filter((one) => one !== '')) {
      expect(text).not.toContain(secret);
    }
  });
});
