/** A simulated Polymarket on its ports, and a client that signs. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { WebSocket } from 'ws';
import { createPolymarketSimulator } from '../../../simulator/polymarket/polymarket-simulator.ts';
import type { PolymarketRecords } from '../../../simulator/polymarket/oracle.ts';
import type { TestSimulator } from '../../support/simulator.ts';
import { startTestSimulator } from '../../support/simulator.ts';

const START_MS = Date.parse('2026-11-23T12:00:00Z');
const ZERO = `0x${'0'.repeat(64)}` as const;
const STANDARD = '0xE111180000d2663C0091e4f400237545B87B996B';
const NEG_RISK = '0xe2222d279d744050d28e00520010520000310F59';

/** Public test keys of Hardhat: worth nothing anywhere. */
const KEYS = {
  one: '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  two: '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
  proxy: '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a',
  safe: '0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6',
  deposit: '0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a',
} as const satisfies Record<string, Hex>;
export type Name = keyof typeof KEYS;
const TYPES = { one: 0, two: 0, proxy: 1, safe: 2, deposit: 3 } as const;

/** What a client of each name is configured with. */
export const CLIENTS = Object.fromEntries(
  Object.entries(KEYS).map(([name, privateKey], at) => {
    const account = privateKeyToAccount(privateKey);
    const signatureType = TYPES[name as Name];
    const funder = signatureType === 0 ? account.address : (`0x${String(at).repeat(40)}` as Hex);
    const secret = Buffer.from(`secret of ${name}`).toString('base64');
    return [
      name,
      {
        account,
        privateKey,
        signatureType,
        funder,
        apiKey: `key-${name}`,
        secret,
        passphrase: `pass ${name}`,
      },
    ];
  }),
) as unknown as Record<Name, Client>;

interface Client {
  readonly account: ReturnType<typeof privateKeyToAccount>;
  readonly privateKey: Hex;
  readonly signatureType: 0 | 1 | 2 | 3;
  readonly funder: Hex;
  readonly apiKey: string;
  readonly secret: string;
  readonly passphrase: string;
}

/** An answer as it came. */
export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

/** An order in few words; a buy of 10 Yes of M1 at 0.50, good till cancelled. */
export interface Terms {
  readonly slug?: string;
  readonly token?: 0 | 1;
  readonly side?: 'BUY' | 'SELL';
  readonly price?: number;
  readonly size?: number;
  readonly type?: 'GTC' | 'GTD' | 'FOK' | 'FAK';
  readonly postOnly?: boolean;
  readonly as?: Name;
  readonly expiration?: number;
  readonly salt?: number;
  /** Instead of price × size: maker and taker in millionths. */
  readonly amounts?: readonly [maker: number, taker: number];
  /** Signed for this kind of exchange, whatever the market. */
  readonly negRisk?: boolean;
  /** Changes of the body after signing. */
  readonly tamper?: Readonly<Record<string, unknown>>;
  /** Changes of the order before signing. */
  readonly order?: Readonly<Record<string, unknown>>;
}

/** A running exchange with the clock in the test's hands. */
export interface PolymarketUnderTest {
  readonly simulator: TestSimulator;
  readonly url: string;
  nowMs(): number;
  passMs(durationMs: number): void;
  admin(verb: string, body?: unknown): Promise<Record<string, unknown>>;
  tokens(slug?: string): Promise<[string, string]>;
  conditionId(slug?: string): Promise<string>;
  body(terms?: Terms): Promise<Record<string, unknown>>;
  post(terms?: Terms): Promise<Answered>;
  /** Posts, and expects it to be taken. @returns the order's id */
  placed(terms?: Terms): Promise<string>;
  send(method: string, path: string, body?: unknown, options?: SendOptions): Promise<Answered>;
  get(path: string, as?: Name): Promise<Record<string, unknown>>;
  list(path: string, as?: Name): Promise<Record<string, unknown>[]>;
  order(orderId: string, as?: Name): Promise<Record<string, unknown>>;
  records(): PolymarketRecords;
  socket(path: string): Promise<{ socket: WebSocket; frames: Record<string, unknown>[] }>;
  close(): Promise<void>;
}

/** How a request may differ. */
export interface SendOptions {
  readonly as?: Name | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Signed this many seconds before the clock. */
  readonly skewSeconds?: number;
  /** What is signed instead of the body. */
  readonly signedBody?: string;
}

let saltCount = 0;

/** Starts an exchange with the market M1 and five accounts; trades are confirmed at once. */
export async function startPolymarket(startMs = START_MS): Promise<PolymarketUnderTest> {
  let nowMs = startMs;
  const accounts = Object.values(CLIENTS).map(({ account, signatureType, funder, ...keys }) => ({
    privateKeyAddress: account.address,
    signatureType,
    funder,
    ...keys,
  }));
  const simulator = await startTestSimulator(
    (clock) => createPolymarketSimulator({ clock, wall: clock, accounts, seed: 'test' }),
    { base: () => nowMs },
  );
  const admin: PolymarketUnderTest['admin'] = (verb, body) =>
    simulator.admin(verb, body) as Promise<Record<string, unknown>>;
  await admin('openMarket', { slug: 'M1' });
  await admin('setSettlement', { minedMs: 0, confirmedMs: 0 });
  for (const apiKey of Object.values(CLIENTS).map((one) => one.apiKey)) {
    await admin('setAccount', { apiKey, tier: 'elite' });
  }
  const markets = () => simulator.records() as PolymarketRecords;
  const marketRow = (slug: string) => markets().markets.find((one) => one['slug'] === slug)!;
  const tokens = async (slug = 'M1') => marketRow(slug)['token_ids'] as [string, string];
  const send: PolymarketUnderTest['send'] = (method, path, body, options) =>
    sendTo(simulator.url, nowMs, { method, path, body, ...options });
  const bodyOf = async (terms: Terms = {}) => {
    const { slug = 'M1', token = 0 } = terms;
    const tokenId = (await tokens(slug))[token];
    const negRisk = terms.negRisk ?? marketRow(slug)['neg_risk'] === true;
    return signedBody(terms, { tokenId, negRisk, nowMs });
  };
  const post: PolymarketUnderTest['post'] = async (terms = {}) =>
    send('POST', '/order', await bodyOf(terms), { as: terms.as ?? 'one' });
  const get: PolymarketUnderTest['get'] = async (path, as = 'one') => {
    const { status, json, text } = await send('GET', path, undefined, { as });
    if (status !== 200) throw new Error(`GET ${path} was ${status}: ${text}`);
    return json;
  };
  return {
    simulator,
    url: simulator.url,
    nowMs: () => nowMs,
    passMs: (durationMs) => {
      nowMs += durationMs;
    },
    admin,
    tokens,
    conditionId: async (slug = 'M1') => String(marketRow(slug)['condition_id']),
    body: bodyOf,
    post,
    placed: async (terms) => {
      const { status, json, text } = await post(terms);
      const id = json['orderID'];
      if (status !== 200 || typeof id !== 'string' || json['errorMsg'] !== '') {
        throw new Error(`the order was refused with ${status}: ${text}`);
      }
      return id;
    },
    send,
    get,
    list: async (path, as) => (await get(path, as))['data'] as Record<string, unknown>[],
    order: (orderId, as) => get(`/data/order/${orderId}`, as),
    records: () => simulator.records() as PolymarketRecords,
    socket: (path) => openSocket(simulator.url, path),
    close: () => simulator.close(),
  };
}

async function signedBody(
  terms: Terms,
  { tokenId, negRisk, nowMs }: { tokenId: string; negRisk: boolean; nowMs: number },
): Promise<Record<string, unknown>> {
  const { side = 'BUY', price = 0.5, size = 10, type = 'GTC', as = 'one' } = terms;
  const { account, signatureType, funder, apiKey } = CLIENTS[as];
  const shares = Math.round(size * 1e6);
  const dollars = Math.round(size * price * 1e6);
  const [maker, taker] = terms.amounts ?? (side === 'BUY' ? [dollars, shares] : [shares, dollars]);
  saltCount += 1;
  const order = {
    salt: terms.salt ?? saltCount,
    maker: funder,
    signer: account.address,
    tokenId,
    makerAmount: String(maker),
    takerAmount: String(taker),
    side,
    signatureType,
    timestamp: String(nowMs),
    metadata: ZERO,
    builder: ZERO,
    ...terms.order,
  };
  const signature = await account.signTypedData({
    domain: {
      name: 'Polymarket CTF Exchange',
      version: '2',
      chainId: 137,
      verifyingContract: negRisk ? NEG_RISK : STANDARD,
    },
    types: {
      Order: [
        ['uint256', 'salt'],
        ['address', 'maker'],
        ['address', 'signer'],
        ['uint256', 'tokenId'],
        ['uint256', 'makerAmount'],
        ['uint256', 'takerAmount'],
        ['uint8', 'side'],
        ['uint8', 'signatureType'],
        ['uint256', 'timestamp'],
        ['bytes32', 'metadata'],
        ['bytes32', 'builder'],
      ].map(([kind = '', name = '']) => ({ type: kind, name })),
    },
    primaryType: 'Order',
    message: { ...order, salt: BigInt(order.salt), side: side === 'BUY' ? 0 : 1 } as never,
  });
  const expiration = terms.expiration ?? (type === 'GTD' ? Math.floor(nowMs / 1000) + 300 : 0);
  return {
    deferExec: false,
    postOnly: terms.postOnly ?? false,
    owner: apiKey,
    orderType: type,
    order: { ...order, expiration: String(expiration), signature, ...terms.tamper },
  };
}

async function sendTo(
  url: string,
  nowMs: number,
  {
    method,
    path,
    body,
    as = 'one',
    headers,
    skewSeconds = 0,
    signedBody: signed,
  }: SendOptions & {
    method: string;
    path: string;
    body?: unknown;
  },
): Promise<Answered> {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const seconds = Math.floor(nowMs / 1000) - skewSeconds;
  const what = `${seconds}${method}${path.split('?')[0]}${signed ?? text}`;
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(as === null ? {} : l2Headers(as, what, seconds)),
      ...(text === '' ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(text === '' ? {} : { body: text }),
  });
  const told = await answer.text();
  return {
    status: answer.status,
    text: told,
    json: told === '' ? {} : readJson(told),
    headers: answer.headers,
  };
}

function readJson(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function l2Headers(as: Name, what: string, seconds: number): Record<string, string> {
  const { account, apiKey, secret, passphrase } = CLIENTS[as];
  const signature = createHmac('sha256', Buffer.from(secret, 'base64'))
    .update(what)
    .digest('base64');
  return {
    POLY_ADDRESS: account.address,
    POLY_SIGNATURE: signature.replaceAll('+', '-').replaceAll('/', '_'),
    POLY_TIMESTAMP: String(seconds),
    POLY_API_KEY: apiKey,
    POLY_PASSPHRASE: passphrase,
  };
}

async function openSocket(url: string, path: string) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`);
  const frames: Record<string, unknown>[] = [];
  socket.on('message', (data: Buffer) => {
    const text = data.toString('utf8');
    const read =
      text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as unknown) : { text };
    frames.push(...((Array.isArray(read) ? read : [read]) as Record<string, unknown>[]));
  });
  await once(socket, 'open');
  return { socket, frames };
}
