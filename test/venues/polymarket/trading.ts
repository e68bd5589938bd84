/** An account on the stub: its keys, and the private bodies in the venue's shapes. */
import type { PolymarketVenueOptions } from '../../../venues/polymarket/account.ts';
import type { PolymarketVenue } from '../../../venues/polymarket/polymarket-venue.ts';
import { createPolymarketVenue } from '../../../venues/polymarket/polymarket-venue.ts';
import { Secret } from '../../../venues/secret.ts';
import type { OrderRequest, PreparedOrder } from '../../../venues/venue.ts';
import type { Answer, SeenRequest } from '../kalshi/raw-server.ts';
import { clockAt, json } from '../kalshi/raw-server.ts';
import { orderOf } from '../venue-under-test.ts';
import { idsOf, NOW_MS, PolymarketStub } from './stub.ts';

/** The public Hardhat test account #0. */
export const PRIVATE_KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
export const EOA = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
export const API_KEY = '5f4d7c3e-0b0e-4a42-9c53-0a4f5a3f9f10';
const OTHER = '0x2222222222222222222222222222222222222222';

export const credentials = () => ({
  privateKey: new Secret(PRIVATE_KEY),
  signatureType: 0 as const,
  apiKey: API_KEY,
  secret: new Secret(Buffer.from('the secret of the key').toString('base64')),
  passphrase: new Secret('the passphrase'),
});

/** A page that is the whole list. */
export const page = (...data: readonly unknown[]): Answer =>
  json({ data, next_cursor: 'LTE=', limit: 100, count: data.length });

/** A venue on a stub with the market M1, and what the venue knows of the account. */
export class TradingStub {
  readonly stub: PolymarketStub;
  /** By hash; a missing one has an empty page. */
  readonly orders = new Map<string, object>();
  trades: object[] = [];
  open: object[] = [];
  /** Answers to `POST /order`, one after the other, the last for good. */
  posts: (Answer | undefined)[] = [];
  /** Answers to `DELETE /order` and `/orders`. */
  deletes: (Answer | undefined)[] = [json({ canceled: [], not_canceled: {} })];

  constructor(stub: PolymarketStub) {
    this.stub = stub;
  }

  static async start(): Promise<TradingStub> {
    const stub = await PolymarketStub.start();
    stub.market('M1');
    const t = new TradingStub(stub);
    stub.answers.set('/order', () => next(t.#last().method === 'POST' ? t.posts : t.deletes));
    stub.answers.set('/orders', () => next(t.deletes));
    stub.answers.set('/data/trades', () => page(...t.trades));
    stub.answers.set('/data/orders', () => {
      const id = t.#last().query.get('id');
      return page(...t.open.filter((order) => id === null || (order as { id: string }).id === id));
    });
    return t;
  }

  venue(changes: Partial<PolymarketVenueOptions> = {}): PolymarketVenue {
    return createPolymarketVenue({
      urls: this.stub.urls,
      book: 'rehearsal',
      clock: clockAt(NOW_MS),
      credentials: credentials(),
      readsPerSecond: 100_000,
      resultIntervalMs: 0,
      ...changes,
    });
  }

  /** Puts an order's own page. */
  put(hash: string, changes: object = {}): void {
    this.orders.set(hash, orderBody(hash, changes));
    this.stub.answers.set(`/data/order/${hash}`, () => json(this.orders.get(hash) ?? null));
  }

  /** What a prepared order is called; its page is empty until it is put. */
  async prepare(venue: PolymarketVenue, request = orderOfNow()): Promise<Prepared> {
    const prepared = await venue.prepare(request);
    const hash = prepared.venueOrderId ?? '';
    this.stub.answers.set(`/data/order/${hash}`, () => json(this.orders.get(hash) ?? null));
    return { ...prepared, hash };
  }

  sent(method: string, path: string): SeenRequest[] {
    return this.stub.seen.filter((one) => one.method === method && one.path === path);
  }

  close(): Promise<void> {
    return this.stub.close();
  }

  #last(): SeenRequest {
    return this.stub.seen.at(-1)!;
  }
}

/** With its hash at hand. */
export interface Prepared extends PreparedOrder {
  readonly hash: string;
}

/** An order of the stub's own time. */
export const orderOfNow = (changes: Partial<OrderRequest> = {}): OrderRequest =>
  orderOf({ decidedAtMs: NOW_MS, ...changes });

/** As the engine hands it in: with the hash, and when its bytes may first have left. */
export const refOf = ({ request, hash }: Prepared, sentAtMs = NOW_MS) => ({
  clientOrderId: request.clientOrderId,
  marketId: request.marketId,
  venueOrderId: hash,
  sentAtMs,
});

function next(answers: (Answer | undefined)[]): Answer | undefined {
  return answers.length > 1 ? answers.shift() : answers[0];
}

/** The 200 of a send. */
export const posted = (orderID: string, changes: object = {}): Answer =>
  json({
    success: true,
    errorMsg: '',
    orderID,
    status: 'matched',
    takingAmount: '10',
    makingAmount: '5',
    tradeIDs: ['t-1'],
    ...changes,
  });

const { conditionId, tokenIds } = idsOf('M1');

/** An order for 10 of M1's first outcome at 0.50, whole. */
export const orderBody = (id: string, changes: object = {}) => ({
  id,
  status: 'MATCHED',
  owner: API_KEY,
  maker_address: EOA,
  market: conditionId,
  asset_id: tokenIds[0],
  side: 'BUY',
  original_size: '10',
  size_matched: '10',
  price: '0.5',
  outcome: 'Yes',
  created_at: 1_795_435_200,
  expiration: '0',
  order_type: 'GTD',
  ...changes,
});

/** One resting order that met ours. */
export const makerOrder = (changes: object = {}) => ({
  order_id: `0x${'ab'.repeat(32)}`,
  owner: 'somebody',
  maker_address: OTHER,
  matched_amount: '10',
  price: '0.5',
  fee_rate_bps: '0',
  asset_id: tokenIds[0],
  outcome: 'Yes',
  side: 'SELL',
  ...changes,
});

/** A trade in which `hash` took 10 of M1's first outcome at 0.50. */
export const tradeBody = (id: string, hash: string, changes: object = {}) => ({
  id,
  taker_order_id: hash,
  market: conditionId,
  asset_id: tokenIds[0],
  side: 'BUY',
  size: '10',
  fee_rate_bps: '0',
  price: '0.5',
  status: 'TRADE_STATUS_CONFIRMED',
  match_time: String(NOW_MS / 1000 - 5),
  last_update: String(NOW_MS / 1000 - 4),
  outcome: 'Yes',
  bucket_index: 0,
  owner: API_KEY,
  maker_address: EOA,
  maker_orders: [makerOrder()],
  transaction_hash: '0xfeed',
  trader_side: 'TAKER',
  ...changes,
});
