/** Who may trade on the simulated Polymarket: order signatures, HMAC, keys, standing. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Chain, ClobClient, SignatureTypeV2 } from '@polymarket/clob-client-v2';
import { createWalletClient, http } from 'viem';
import { polygon } from 'viem/chains';
import { orderHash, recoverSigner } from '../../../simulator/polymarket/signing.ts';
import type { SignedOrder } from '../../../simulator/polymarket/signing.ts';
import type { PolymarketUnderTest, SendOptions, Terms } from './harness.ts';
import { CLIENTS, startPolymarket } from './harness.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const VECTORS = join(ROOT, '../shared/data/polymarket-signing-vectors.json');

let venue: PolymarketUnderTest;
beforeEach(async () => {
  venue = await startPolymarket();
});
afterEach(() => venue.close());

interface Vector {
  readonly name: string;
  readonly negRisk: boolean;
  readonly order: SignedOrder;
  readonly orderHash: string;
  readonly signature: string;
}

const present = existsSync(VECTORS);
if (!present) console.info(`without ${VECTORS} the published signing vectors are not checked`);
const { vectors = [] } = (present ? JSON.parse(readFileSync(VECTORS, 'utf8')) : {}) as {
  vectors?: Vector[];
};

test('the published vectors have the hash and the signer they say', async () => {
  for (const { order, negRisk, orderHash: expected, signature } of vectors) {
    expect(orderHash(order, negRisk)).toBe(expected);
    const signer = CLIENTS.one.account.address.toLowerCase();
    expect(await recoverSigner(order, signature, negRisk)).toBe(signer);
    expect(await recoverSigner(order, signature, !negRisk)).not.toBe(signer);
    expect(await recoverSigner({ ...order, salt: order.salt + 1 }, signature, negRisk)).not.toBe(
      signer,
    );
  }
});

describe('an order is taken with', () => {
  test.each(['one', 'proxy', 'safe'] as const)('the signature of %s', async (as) => {
    expect((await venue.post({ as })).json).toMatchObject({ success: true, status: 'live' });
  });

  test("a deposit wallet's wrapped signature, on either exchange", async () => {
    await venue.admin('openMarket', { slug: 'negative', negRisk: true });
    for (const slug of ['M1', 'negative']) {
      const { account, funder, apiKey } = CLIENTS.deposit;
      const client = new ClobClient({
        host: venue.url,
        chain: Chain.POLYGON,
        signer: createWalletClient({ account, chain: polygon, transport: http() }),
        signatureType: SignatureTypeV2.POLY_1271,
        funderAddress: funder,
      });
      const [tokenID] = await venue.tokens(slug);
      const order = await client.createOrder({
        tokenID,
        price: 0.4,
        size: 10,
        side: 'BUY' as never,
      });
      const salted = { ...order, salt: Number(order.salt) };
      const body = { owner: apiKey, orderType: 'GTC', postOnly: false, deferExec: false };
      const post = (more: Record<string, unknown>) =>
        venue.send('POST', '/order', { ...body, order: { ...salted, ...more } }, { as: 'deposit' });
      const broken = order.signature.replace(/.{8}$/, '00000000');
      expect((await post({ signature: broken })).json).toEqual({ error: 'invalid signature' });
      expect((await post({})).json).toMatchObject({ success: true, status: 'live' });
    }
  });
});

describe('an order is refused with', () => {
  const other = CLIENTS.two.account.address;
  const cases: readonly (readonly [string, Terms, string])[] = [
    ['amounts that were not signed', { tamper: { makerAmount: '4000000' } }, 'invalid signature'],
    ['a signature that is none', { tamper: { signature: '0x12' } }, 'invalid signature'],
    ['the flag of the other exchange', { negRisk: true }, 'invalid signature'],
    [
      'a salt beyond 2^53, which JSON rounds',
      { salt: 2 ** 53 + 2, tamper: { salt: 2 ** 53 } },
      'invalid signature',
    ],
    ['a salt as text', { tamper: { salt: '1' } }, 'Invalid order payload'],
    ['an amount of nothing', { amounts: [0, 10_000_000] }, 'Invalid order payload'],
    [
      'a signer that is not the key',
      { order: { signer: other } },
      'the order signer address has to be the address of the API KEY',
    ],
    [
      'a maker that is not the wallet',
      { order: { maker: other } },
      'maker address not allowed, please use the deposit wallet flow',
    ],
    [
      'another signature type',
      { order: { signatureType: 1 } },
      'the order signer address has to be the address of the API KEY',
    ],
    [
      'a key instead of its deposit wallet',
      { as: 'deposit', order: { signatureType: 0 } },
      'maker address not allowed, please use the deposit wallet flow',
    ],
    ['the first version', { tamper: { nonce: '0', feeRateBps: '0' } }, 'order_version_mismatch'],
  ];
  test.each(cases)('%s', async (_what, terms, error) => {
    expect(await venue.post(terms)).toMatchObject({ status: 400, json: { error } });
    expect(venue.records().orders).toEqual([]);
  });

  test("somebody else's API key as its owner", async () => {
    const body = { ...(await venue.body()), owner: 'key-two' };
    const error = 'the order owner has to be the owner of the API KEY';
    expect(await venue.send('POST', '/order', body)).toMatchObject({
      status: 400,
      json: { error },
    });
  });

  test('an account that is banned, or may only close', async () => {
    const address = CLIENTS.one.account.address.toLowerCase();
    await venue.admin('setBook', { slug: 'M1', yes: { asks: [['0.50', '10']] } });
    await venue.placed();
    await venue.admin('setAccount', { apiKey: 'key-one', closedOnly: true });
    expect(await venue.get('/auth/ban-status/closed-only')).toEqual({ closed_only: true });
    expect((await venue.post()).json).toEqual({
      error: `'${address}' address in closed only mode`,
    });
    await venue.placed({ side: 'SELL' });
    await venue.admin('setAccount', { apiKey: 'key-one', banned: true });
    expect((await venue.post()).json).toEqual({ error: `'${address}' address banned` });
  });
});

describe('a call with a key', () => {
  const headers = (name: string, value: string): SendOptions => ({ headers: { [name]: value } });
  const cases: readonly (readonly [string, SendOptions, number])[] = [
    ['signed right', {}, 200],
    ['29 s old', { skewSeconds: 29 }, 200],
    ['31 s old', { skewSeconds: 31 }, 401],
    ['31 s ahead', { skewSeconds: -31 }, 401],
    ['unsigned', { as: null }, 401],
    ['with another passphrase', headers('POLY_PASSPHRASE', 'x'), 401],
    ['with another address', headers('POLY_ADDRESS', CLIENTS.two.account.address), 401],
    ['with an unknown key', headers('POLY_API_KEY', 'key-nobody'), 401],
    ['signed over a body it does not send', { signedBody: 'x' }, 401],
  ];
  test.each(cases)('%s is answered %j with %d', async (_what, options, status) => {
    // The query is no part of what is signed.
    const answer = await venue.send('GET', '/data/orders?market=0x1', undefined, options);
    const { error } = answer.json;
    const refused = status === 401 ? 'Unauthorized/Invalid api key' : undefined;
    expect([answer.status, error]).toEqual([status, refused]);
  });

  test('is signed over the bytes of its body, not over what they mean', async () => {
    const body = JSON.stringify(await venue.body(), null, 2);
    const compact = JSON.stringify(JSON.parse(body));
    const options = { signedBody: compact };
    expect((await venue.send('POST', '/order', body, options)).status).toBe(401);
    expect((await venue.send('POST', '/order', body)).status).toBe(200);
  });
});

test('the official client derives the key of its address, and no other', async () => {
  await venue.close();
  // It signs by the machine's clock: so does this exchange for once.
  venue = await startPolymarket(Date.now());
  const { account, apiKey, secret, passphrase } = CLIENTS.one;
  const signer = createWalletClient({ account, chain: polygon, transport: http() });
  const client = new ClobClient({ host: venue.url, chain: Chain.POLYGON, signer });
  expect(await client.deriveApiKey()).toEqual({ key: apiKey, secret, passphrase });
  expect(await client.createApiKey()).toMatchObject({ key: undefined });
  const headersOfOther = {
    POLY_ADDRESS: CLIENTS.two.account.address,
    POLY_TIMESTAMP: String(Math.floor(venue.nowMs() / 1000)),
    POLY_NONCE: '0',
    POLY_SIGNATURE: `0x${'11'.repeat(65)}`,
  };
  const forged = await venue.send('GET', '/auth/derive-api-key', undefined, {
    as: null,
    headers: headersOfOther,
  });
  expect(forged).toMatchObject({ status: 401, json: { error: 'Invalid L1 Request headers' } });
});
