/** Signatures against Kalshi's own SDK, Ed25519 against Node, and nothing secret in any text. */
import { constants, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Configuration, OrdersApi } from 'kalshi-typescript';
import type { CreateOrderV2Request } from 'kalshi-typescript';
import { createKalshiVenue } from '../../../venues/kalshi/kalshi-venue.ts';
import { Secret } from '../../../venues/secret.ts';
import { createSigner } from '../../../venues/kalshi/sign.ts';
import { orderOf } from '../venue-under-test.ts';
import {
  credentials,
  json,
  KEY_ID,
  RSA_PEM,
  RSA_PEM_PKCS1,
  RSA_PUBLIC_KEY,
  startServer,
  venueOptions,
} from './raw-server.ts';

const PATH = '/trade-api/v2/portfolio/orders';
const AT_MS = 1_781_159_348_379;

function verifies(headers: Record<string, string>, text: string): boolean {
  return verify(
    'sha256',
    Buffer.from(text),
    { key: RSA_PUBLIC_KEY, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
    Buffer.from(headers['KALSHI-ACCESS-SIGNATURE']!, 'base64'),
  );
}

describe('RSA', () => {
  test.each([
    ['PKCS#8', RSA_PEM],
    ['PKCS#1', RSA_PEM_PKCS1],
  ])('a %s key signs time, method and path without the query', (_name, pem) => {
    const headers = createSigner(credentials(pem))('GET', `${PATH}?limit=1&cursor=x`, AT_MS);
    expect(headers['KALSHI-ACCESS-KEY']).toBe(KEY_ID);
    expect(headers['KALSHI-ACCESS-TIMESTAMP']).toBe(String(AT_MS));
    expect(verifies(headers, `${AT_MS}GET${PATH}`)).toBe(true);
    expect(verifies(headers, `${AT_MS}GET${PATH}?limit=1&cursor=x`)).toBe(false);
    expect(verifies(headers, `${AT_MS}POST${PATH}`)).toBe(false);
  });

  test('the SDK signs the same text, and sends the same order', async () => {
    const request = orderOf({ outcome: 1, timeInForce: 'gtd', restUntilMs: 1_781_159_400_001 });
    const created = {
      order_id: 'o-1',
      client_order_id: request.clientOrderId,
      fill_count: '0.00',
      remaining_count: '10.00',
    };
    const server = await startServer(() => json(created, 201));
    try {
      const venue = createKalshiVenue(venueOptions(server.url));
      const prepared = await venue.prepare(request);
      expect((await venue.place(prepared, () => true)).kind).toBe('accepted');
      const basePath = `${server.url}/trade-api/v2`;
      const sdk = new OrdersApi(
        new Configuration({ apiKey: KEY_ID, privateKeyPem: RSA_PEM, basePath }),
      );
      const body: CreateOrderV2Request = {
        ticker: 'M1',
        client_order_id: request.clientOrderId,
        side: 'ask',
        count: '10.00',
        price: '0.5000',
        time_in_force: 'good_till_canceled',
        self_trade_prevention_type: 'taker_at_cross',
        expiration_time: 1_781_159_401,
        cancel_order_on_pause: true,
      };
      await sdk.createOrderV2(body);
      const [ours, theirs] = server.seen;
      expect([ours!.method, ours!.path]).toEqual([theirs!.method, theirs!.path]);
      expect(JSON.parse(ours!.body)).toEqual(JSON.parse(theirs!.body));
      for (const { headers } of [ours!, theirs!]) {
        const atMs = headers['kalshi-access-timestamp'] as string;
        const signature = headers['kalshi-access-signature'] as string;
        const text = `${atMs}POST/trade-api/v2/portfolio/events/orders`;
        expect(headers['kalshi-access-key']).toBe(KEY_ID);
        expect(verifies({ 'KALSHI-ACCESS-SIGNATURE': signature }, text)).toBe(true);
      }
    } finally {
      await server.close();
    }
  });
});

test('an Ed25519 key signs the same text', () => {
  const pair = generateKeyPairSync('ed25519');
  const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const headers = createSigner(credentials(pem))('GET', PATH, AT_MS);
  const signature = Buffer.from(headers['KALSHI-ACCESS-SIGNATURE']!, 'base64');
  expect(verify(null, Buffer.from(`${AT_MS}GET${PATH}`), pair.publicKey, signature)).toBe(true);
});

describe('I11 a key that cannot be used is refused without a letter of it', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const secretText = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC';
  test.each([
    ['no PEM', secretText],
    ['a broken PEM', `-----BEGIN PRIVATE KEY-----\n${secretText}\n-----END PRIVATE KEY-----\n`],
    ['an elliptic curve', ec.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string],
    ['a public key', createPublicKey(RSA_PEM).export({ type: 'spki', format: 'pem' }) as string],
  ])('%s', (_name, pem) => {
    let message = '';
    try {
      createSigner(credentials(pem));
    } catch (error) {
      message = inspect(error, { depth: 9 });
    }
    expect(message).toMatch(/private key (cannot be read|must be RSA or Ed25519)/);
    for (const line of pem.split('\n').filter((text) => text.length > 20)) {
      expect(message).not.toContain(line);
    }
  });

  test('an empty key id is named', () => {
    expect(() => createSigner({ ...credentials(), keyId: ' ' })).toThrow(/key id is empty/);
  });
});

test('I11 a secret is redacted wherever it is written down', () => {
  const secret = new Secret('hunter2');
  const written = [`${String(secret)}`, JSON.stringify({ secret }), inspect({ deep: { secret } })];
  for (const text of written) {
    expect(text).toContain('[redacted]');
    expect(text).not.toContain('hunter2');
  }
  expect(secret.reveal()).toBe('hunter2');
});
