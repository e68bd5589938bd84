/** Signatures and amounts against published vectors and the official client. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { CreateOrderOptions } from '@polymarket/clob-client-v2';
import { createL1Headers, createL2Headers, OrderBuilder, Side } from '@polymarket/clob-client-v2';
import { createWalletClient, http, recoverAddress } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { polygon } from 'viem/chains';
import type { PriceMicros, MicroContracts } from '../../../domain/money.ts';
import { fitsMarketSale, polymarketAmounts } from '../../../domain/polymarket-amounts.ts';
import { saltOf } from '../../../venues/polymarket/identity.ts';
import { l2Headers } from '../../../venues/polymarket/l2.ts';
import type { OrderStruct, SignatureType } from '../../../venues/polymarket/sign.ts';
import { createWallet, orderHash, walletProblem } from '../../../venues/polymarket/sign.ts';
import { Secret } from '../../../venues/secret.ts';

const VECTORS = fileURLToPath(
  new URL('../../../../shared/data/polymarket-signing-vectors.json', import.meta.url),
);
/** The public Hardhat test account #0. */
const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const EOA = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const WALLET = '0x1111111111111111111111111111111111111111';
const TOKEN = '71321045679252212594626385532706912750332728571942532289631379312455583992563';

interface Vector {
  readonly name: string;
  readonly negRisk: boolean;
  readonly order: OrderStruct;
  readonly privateKey: string;
  readonly orderHash: string;
  readonly signature: string;
}

const vectors = existsSync(VECTORS)
  ? (JSON.parse(readFileSync(VECTORS, 'utf8')) as { vectors: Vector[] }).vectors
  : [];

describe('published vectors', () => {
  if (vectors.length === 0) {
    // oxlint-disable-next-line jest/expect-expect -- there is nothing to compare
    test('are absent', () => console.info(`not tested on vectors: ${VECTORS} is absent`));
    return;
  }
  test.each(vectors.map((vector) => [vector.name, vector] as const))(
    '%s',
    async (_name, vector) => {
      const { order, negRisk, privateKey } = vector;
      const { maker, signatureType, ...terms } = order;
      const wallet = createWallet({
        privateKey: new Secret(privateKey),
        signatureType,
        funder: maker,
      });
      const signed = await wallet.signOrder(
        {
          salt: terms.salt,
          tokenId: terms.tokenId,
          makerAmount: terms.makerAmount,
          takerAmount: terms.takerAmount,
          side: terms.side,
          timestamp: terms.timestamp,
        },
        negRisk,
      );
      expect(signed.hash).toBe(vector.orderHash);
      expect(signed.signature).toBe(vector.signature);
    },
  );
});

const signerOf = (key = KEY) =>
  createWalletClient({
    account: privateKeyToAccount(key as `0x${string}`),
    chain: polygon,
    transport: http('http://127.0.0.1:9'),
  });
const walletOf = (signatureType: SignatureType) =>
  createWallet({
    privateKey: new Secret(KEY),
    signatureType,
    ...(signatureType === 0 ? {} : { funder: WALLET }),
  });

/** A generator that repeats itself: the same thousand orders every time. */
function* draws(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state;
  }
}

const TICKS = [
  ['0.1', 100_000],
  ['0.01', 10_000],
  ['0.005', 5_000],
  ['0.0025', 2_500],
  ['0.001', 1_000],
  ['0.0001', 100],
] as const;

interface Drawn {
  readonly tick: (typeof TICKS)[number];
  readonly action: 'buy' | 'sell';
  readonly quantity: number;
  readonly limitPrice: number;
  readonly negRisk: boolean;
  readonly signatureType: SignatureType;
}

function drawOrders(count: number): Drawn[] {
  const source = draws(7);
  const next = (below: number): number => Number(source.next().value) % below;
  return Array.from({ length: count }, () => {
    const tick = TICKS[next(TICKS.length)]!;
    const steps = 1_000_000 / tick[1];
    return {
      tick,
      action: next(2) === 0 ? 'buy' : 'sell',
      quantity: (500 + next(200_000)) * 10_000,
      limitPrice: (1 + next(steps - 1)) * tick[1],
      negRisk: next(2) === 0,
      signatureType: next(4) as SignatureType,
    };
  });
}

const amountsOf = ({
  tick,
  action,
  quantity,
  limitPrice,
}: Omit<Drawn, 'negRisk' | 'signatureType'>) =>
  polymarketAmounts({
    action,
    quantity: quantity as MicroContracts,
    limitPrice: limitPrice as PriceMicros,
    tickMicros: tick[1],
    minQuantity: 5_000_000 as MicroContracts,
  });

async function oracleOrder(drawn: Drawn) {
  const { tick, action, quantity, limitPrice, negRisk, signatureType } = drawn;
  const funder = signatureType === 0 ? undefined : WALLET;
  const builder = new OrderBuilder(signerOf(), 137, signatureType as never, funder);
  const size = quantity / 1_000_000;
  const side = action === 'buy' ? Side.BUY : Side.SELL;
  const order = { tokenID: TOKEN, price: limitPrice / 1_000_000, size, side };
  const options: CreateOrderOptions = { tickSize: tick[0], negRisk };
  return (await builder.buildOrder(order, options, 2)) as unknown as OrderStruct & {
    readonly salt: string;
    readonly signature: string;
  };
}

describe('the official client as oracle', () => {
  test('of 1,000 random limit orders its amounts and its signature are ours, of every type', async () => {
    const wrong: string[] = [];
    for (const drawn of drawOrders(1_000)) {
      const theirs = await oracleOrder(drawn);
      const ours = amountsOf(drawn);
      if (ours.kind !== 'amounts') throw new Error(ours.detail);
      const { makerAmount, takerAmount } = ours;
      const same =
        theirs.makerAmount === String(makerAmount) && theirs.takerAmount === String(takerAmount);
      if (!same) {
        wrong.push(`${theirs.makerAmount}/${theirs.takerAmount} for ${makerAmount}/${takerAmount}`);
      }
      const signed = await walletOf(drawn.signatureType).signOrder(
        {
          salt: Number(theirs.salt),
          tokenId: TOKEN,
          makerAmount: theirs.makerAmount,
          takerAmount: theirs.takerAmount,
          side: theirs.side,
          timestamp: theirs.timestamp,
        },
        drawn.negRisk,
      );
      expect(signed.signature).toBe(theirs.signature);
      expect(signed.order).toMatchObject({ maker: theirs.maker, signer: theirs.signer });
    }
    expect(wrong).toEqual([]);
  }, 240_000);

  test('login and request headers are the same', async () => {
    const creds = { key: 'a-key', secret: 'c2VjcmV0LWJ5dGVzLT8_Pz8', passphrase: 'words' };
    const key = {
      apiKey: creds.key,
      secret: new Secret(creds.secret),
      passphrase: new Secret(creds.passphrase),
    };
    const source = draws(11);
    for (let index = 0; index < 50; index += 1) {
      const number = Number(source.next().value);
      const body =
        index % 2 === 0 ? JSON.stringify({ orderID: `0x${number.toString(16)}`, ü: 1 }) : undefined;
      const call = {
        method: index % 2 === 0 ? 'DELETE' : 'GET',
        path: `/data/order/${number}`,
        body,
      };
      const theirs = await createL2Headers(
        signerOf() as never,
        creds,
        { method: call.method, requestPath: call.path, ...(body === undefined ? {} : { body }) },
        number,
      );
      expect(
        l2Headers(key, EOA, { ...call, path: `${call.path}?next_cursor=MA==` }, number),
      ).toEqual(theirs);
    }
    const login = await createL1Headers(signerOf() as never, 137, 3, 1_795_000_000);
    expect(await walletOf(0).signLogin('1795000000', 3)).toBe(login.POLY_SIGNATURE);
  });
});

describe('where the official client is wrong', () => {
  const market = (
    side: Side,
    amount: number,
    price: number,
    tickSize: CreateOrderOptions['tickSize'],
  ) =>
    new OrderBuilder(signerOf(), 137).buildMarketOrder(
      { tokenID: TOKEN, side, amount, price },
      { tickSize, negRisk: false },
      2,
    ) as unknown as Promise<OrderStruct>;

  test('pitfall 7 a FAK sale at 0.503 asks for five decimals at a tick of 0.001; we send no such order', async () => {
    const theirs = await market(Side.SELL, 12.34, 0.503, '0.001');
    expect(theirs.takerAmount).toBe('6207020');
    const ours = amountsOf({
      tick: TICKS[4],
      action: 'sell',
      quantity: 12_340_000,
      limitPrice: 503_000,
    });
    expect(ours).toEqual({ kind: 'amounts', makerAmount: 12_340_000, takerAmount: 6_207_020 });
    expect(ours.kind === 'amounts' && fitsMarketSale(ours)).toBe(false);
  });

  test('pitfall 7 a budget buy of 9.98 at 0.985 takes five decimals of shares', async () => {
    const theirs = await market(Side.BUY, 9.98, 0.985, '0.001');
    expect(theirs.takerAmount).toBe('10131970');
    expect(Number(theirs.takerAmount) % 100).not.toBe(0);
  });

  test.each([
    ['0.005', 0.007],
    ['0.0025', 0.0031],
  ] as const)(
    'pitfall 7 at a tick of %s it signs %d, which is off the grid; we refuse',
    async (tickSize, price) => {
      const builder = new OrderBuilder(signerOf(), 137);
      const order = { tokenID: TOKEN, price, size: 10, side: Side.BUY };
      await expect(
        builder.buildOrder(order, { tickSize, negRisk: false }, 2),
      ).resolves.toBeDefined();
      const tick = TICKS.find(([text]) => text === tickSize)!;
      const ours = amountsOf({
        tick,
        action: 'buy',
        quantity: 10_000_000,
        limitPrice: price * 1e6,
      });
      expect(ours).toMatchObject({ kind: 'refused', code: 'off_tick' });
    },
  );

  test('it drops what is beyond two decimals of a size; we refuse', async () => {
    const builder = new OrderBuilder(signerOf(), 137);
    const order = { tokenID: TOKEN, price: 0.5, size: 10.019, side: Side.BUY };
    const theirs = (await builder.buildOrder(
      order,
      { tickSize: '0.01', negRisk: false },
      2,
    )) as unknown as OrderStruct;
    expect(theirs.takerAmount).toBe('10010000');
    const ours = amountsOf({
      tick: TICKS[1],
      action: 'buy',
      quantity: 10_019_000,
      limitPrice: 500_000,
    });
    expect(ours).toMatchObject({ kind: 'refused', code: 'off_lot' });
  });

  test('pitfall 2 it signs the same order twice as two orders; ours is one', async () => {
    const order = { tokenID: TOKEN, price: 0.5, size: 10, side: Side.BUY };
    const builder = new OrderBuilder(signerOf(), 137);
    const build = () => builder.buildOrder(order, { tickSize: '0.01', negRisk: false }, 2);
    const [one, two] = (await Promise.all([build(), build()])) as unknown as OrderStruct[];
    expect(one!.salt).not.toBe(two!.salt);
    expect(saltOf('trade-1/0/1')).toBe(saltOf('trade-1/0/1'));
    expect(saltOf('trade-1/0/1')).not.toBe(saltOf('trade-1/0/2'));
  });
});

describe('amounts', () => {
  const amounts = (action: 'buy' | 'sell', shares: number, price: number, tick = 10_000) =>
    polymarketAmounts({
      action,
      quantity: Math.round(shares * 1e6) as MicroContracts,
      limitPrice: Math.round(price * 1e6) as PriceMicros,
      tickMicros: tick,
      minQuantity: 5_000_000 as MicroContracts,
    });

  test('of 12.34 at 0.37 are 4.5658 for 12.34, as the venue’s own examples', () => {
    const buy = { kind: 'amounts', makerAmount: 4_565_800, takerAmount: 12_340_000 };
    expect(amounts('buy', 12.34, 0.37)).toEqual(buy);
    const sale = { kind: 'amounts', makerAmount: 12_340_000, takerAmount: 4_565_800 };
    expect(amounts('sell', 12.34, 0.37)).toEqual(sale);
  });

  test.each([
    ['off_tick', 10, 0.505, 10_000],
    ['off_tick', 10, 0.507, 5_000],
    ['price_range', 10, 1, 10_000],
    ['price_range', 10, 0, 10_000],
    ['off_lot', 10.001, 0.5, 10_000],
    ['below_minimum', 4.99, 0.5, 10_000],
  ] as const)('%s: %d shares at %d', (code, shares, price, tick) => {
    expect(amounts('buy', shares, price, tick)).toMatchObject({ kind: 'refused', code });
  });
});

describe('keys', () => {
  test('pitfall 5 a salt survives JSON and is below 2^53', () => {
    for (let index = 0; index < 500; index += 1) {
      const salt = saltOf(`order-${index}`);
      expect(Number.isSafeInteger(salt) && salt >= 0).toBe(true);
      expect(JSON.parse(JSON.stringify({ salt }))).toEqual({ salt });
    }
  });

  test('pitfall 5 the wrong exchange is another hash and another signer', async () => {
    const terms = {
      salt: saltOf('x'),
      tokenId: TOKEN,
      makerAmount: '5000000',
      takerAmount: '10000000',
      side: 'BUY',
      timestamp: '1795000000000',
    } as const;
    const signed = await walletOf(0).signOrder(terms, false);
    expect(orderHash(signed.order, false)).toBe(signed.hash);
    expect(orderHash(signed.order, true)).not.toBe(signed.hash);
    for (const negRisk of [false, true]) {
      const recovered = await recoverAddress({
        hash: orderHash(signed.order, negRisk),
        signature: signed.signature,
      });
      expect(recovered === EOA).toBe(!negRisk);
    }
  });

  test.each([
    [{ signatureType: 0, funder: WALLET }, 'signature type 0'],
    [{ signatureType: 2 }, 'needs the address'],
    [{ signatureType: 3, funder: 'nobody' }, 'must be an address'],
    [{ signatureType: 1, funder: EOA }, 'must not be the key'],
  ] as const)('%j do not belong together', (options, words) => {
    expect(walletProblem({ privateKey: new Secret(KEY), ...options })).toContain(words);
  });

  test.each([
    [{ signatureType: 0 }],
    [{ signatureType: 0, funder: EOA.toLowerCase() }],
    [{ signatureType: 3, funder: WALLET }],
  ] as const)('%j belong together', (options) => {
    expect(walletProblem({ privateKey: new Secret(KEY), ...options })).toBeUndefined();
  });

  test('I11 a key that was given for the funder is quoted nowhere', () => {
    for (const signatureType of [0, 2] as const) {
      const options = { privateKey: new Secret(KEY), signatureType, funder: KEY };
      expect(walletProblem(options)).toContain('must be an address');
      expect(walletProblem(options)).not.toContain(KEY.slice(4, 20));
    }
  });

  test('I11 a key that cannot be read is quoted nowhere', async () => {
    const bad = `${KEY.slice(0, -1)}g`;
    const open = () => createWallet({ privateKey: new Secret(bad), signatureType: 0 });
    expect(open).toThrow('0x and 64 hex digits');
    const failed = await Promise.resolve()
      .then(open)
      .catch((error: unknown) => error);
    expect(inspect(failed)).not.toContain(bad.slice(2, 40));
    const wallet = walletOf(0);
    expect(inspect(wallet, { depth: 9, showHidden: true })).not.toContain(KEY.slice(2, 40));
    expect(JSON.stringify(wallet)).not.toContain(KEY.slice(2, 40));
  });
});
