/** Every body recorded on Kalshi's demo exchange, asked for again on the simulator. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Answered, KalshiUnderTest, RequestOptions } from './harness.ts';
import { orderBody, startKalshi } from './harness.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FOLDER = join(ROOT, '../shared/data/kalshi-demo-recordings');

interface Recording {
  readonly status: number;
  readonly text: string;
  readonly json: Record<string, unknown>;
  readonly request: Record<string, unknown> | null;
}

function recording(name: string): Recording {
  const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8');
  const meta = JSON.parse(read(`${name}.meta.json`)) as {
    status: number;
    request_body: Record<string, unknown> | null;
  };
  const text = read(`${name}.json`);
  return {
    status: meta.status,
    text,
    json: JSON.parse(text) as Record<string, unknown>,
    request: meta.request_body,
  };
}

let kalshi: KalshiUnderTest;
beforeEach(async () => {
  kalshi = await startKalshi();
  const yes = { asks: [['0.52', '100']], bids: [['0.47', '3']] };
  kalshi.admin('setBook', { ticker: 'M1', yes });
});
afterEach(() => kalshi.close());

const ORDERS = '/portfolio/events/orders';
const GTC = { time_in_force: 'good_till_canceled' };
const balance = (options: RequestOptions): Promise<Answered> =>
  kalshi.request('GET', '/portfolio/balance', options);

/** A recorded create, for our market; with an identity of its own where it names none. */
async function again(name: string, changes: Record<string, unknown> = {}): Promise<Answered> {
  const body = orderBody({ ...recording(name).request, ticker: 'M1', ...changes });
  return kalshi.request('POST', ORDERS, { body });
}

async function cancelled(): Promise<string> {
  const { json } = await kalshi.place(GTC);
  await kalshi.request('DELETE', `${ORDERS}/${String(json['order_id'])}`);
  return String(json['order_id']);
}

async function executed(): Promise<string> {
  return String((await kalshi.place({ price: '0.9900' })).json['order_id']);
}

/** Refusals: status and body byte for byte. */
const REFUSALS: Readonly<Record<string, () => Promise<Answered>>> = {
  auth__bad_signature: () => balance({ signedPath: '/trade-api/v2/portfolio/balance?x=1' }),
  auth__missing_signature_header: () => balance({ headers: { 'kalshi-access-signature': '' } }),
  auth__skew_minus30s: () => balance({ skewMs: 30_000 }),
  auth__skew_minus5min: () => balance({ skewMs: 300_000 }),
  auth__skew_plus5min: () => balance({ skewMs: -300_000 }),
  auth__unknown_key_id: () => balance({ key: 'nobody' }),
  cleanup__leftover_0: async () => kalshi.request('DELETE', `${ORDERS}/${await executed()}`),
  cleanup__leftover_1: async () => kalshi.request('DELETE', `${ORDERS}/${await executed()}`),
  cleanup__leftover_2: async () => kalshi.request('DELETE', `${ORDERS}/${await executed()}`),
  markets__limit_over_max: () => kalshi.request('GET', '/markets?limit=1001'),
  orders__cancel_already_canceled: async () =>
    kalshi.request('DELETE', `${ORDERS}/${await cancelled()}?market_ticker=M1`),
  orders__cancel_executed: async () =>
    kalshi.request('DELETE', `${ORDERS}/${await executed()}?market_ticker=M1`),
  orders__cancel_unknown_id: () =>
    kalshi.request('DELETE', `${ORDERS}/00000000-0000-0000-0000-000000000000`),
  orders__duplicate_client_order_id: async () => {
    await kalshi.place({ ...GTC, client_order_id: 'twice' });
    return again('orders__duplicate_client_order_id', { client_order_id: 'twice' });
  },
  orders__reuse_canceled_client_id: async () => {
    const { json } = await kalshi.place({ ...GTC, client_order_id: 'twice' });
    await kalshi.request('DELETE', `${ORDERS}/${String(json['order_id'])}`);
    return again('orders__reuse_canceled_client_id', { client_order_id: 'twice' });
  },
  orders__insufficient_balance: () => again('orders__insufficient_balance'),
  orders__invalid_price_structure: () => again('orders__invalid_price_structure'),
  orders__numeric_field_types: async () => {
    // The order of a body's fields decides which one Go's decoder names.
    const body = { ...recording('orders__numeric_field_types').request, ticker: 'M1' };
    return kalshi.request('POST', ORDERS, { body });
  },
  orders__post_only_cross: () => again('orders__post_only_cross'),
};

/** Successes: status, and the recorded body's fields with values of the same form. */
const SUCCESSES: Readonly<Record<string, () => Promise<Answered>>> = {
  account__limits: async () => {
    kalshi.admin('setUser', { tier: 'basic' });
    return kalshi.request('GET', '/account/limits');
  },
  account__endpoint_costs: () => kalshi.request('GET', '/account/endpoint_costs'),
  auth__balance_ok: () => balance({}),
  auth__balance_alt_host: () => balance({ key: 'ed25519' }),
  auth__skew_minus5s: () => balance({ skewMs: 5000 }),
  auth__skew_plus5s: () => balance({ skewMs: -5000 }),
  cleanup__stp_resting: async () => {
    const { json } = await kalshi.place({ ...GTC, count: '1' });
    return kalshi.request('DELETE', `${ORDERS}/${String(json['order_id'])}`);
  },
  exchange__status: () => kalshi.request('GET', '/exchange/status'),
  fills__after_taker: async () => {
    await executed();
    return kalshi.request('GET', '/portfolio/fills?limit=10');
  },
  markets__garbage_cursor: () => kalshi.request('GET', '/markets?limit=5&cursor=garbage-cursor'),
  markets__single_filter_lastpage: () => kalshi.request('GET', '/markets?tickers=M1'),
  markets__single: () => kalshi.request('GET', '/markets/M1'),
  markets__unauth_list: () => kalshi.request('GET', '/markets?limit=2', { key: null }),
  markets__unauth_single: () => kalshi.request('GET', '/markets/M1', { key: null }),
  markets__page1: () => kalshi.request('GET', '/markets?limit=5'),
  markets__status_open: () => kalshi.request('GET', '/markets?status=open&limit=200'),
  orderbook__base: () => kalshi.request('GET', '/markets/M1/orderbook'),
  orders__cancel_v2: async () => {
    const { json } = await kalshi.place({ ...GTC, count: '1' });
    return kalshi.request('DELETE', `${ORDERS}/${String(json['order_id'])}`);
  },
  orders__create_v2_maker: () => again('orders__create_v2_maker'),
  orders__create_v2_taker_ioc: () => again('orders__create_v2_taker_ioc'),
  orders__settlement_seed: () => again('orders__settlement_seed'),
  orders__stp_setup: () => again('orders__stp_setup'),
  orders__stp_self_cross: async () => {
    await again('orders__stp_setup', { client_order_id: 'rests' });
    return again('orders__stp_self_cross');
  },
  orders__get_after_create: async () => {
    const { json } = await again('orders__create_v2_maker');
    return kalshi.request('GET', `/portfolio/orders/${String(json['order_id'])}`);
  },
  orders__get_after_cancel: async () => {
    const { json } = await again('orders__create_v2_maker');
    kalshi.passMs(1000);
    await kalshi.request('DELETE', `${ORDERS}/${String(json['order_id'])}`);
    const path = `/portfolio/orders/${String(json['order_id'])}`;
    return kalshi.request('GET', path, { staleMs: 360 });
  },
  orders__stp_resting_after: async () => {
    const { json } = await again('orders__stp_setup');
    await again('orders__stp_self_cross', { client_order_id: 'crosses' });
    return kalshi.request('GET', `/portfolio/orders/${String(json['order_id'])}`);
  },
  portfolio__orders_list: async () => {
    await executed();
    await cancelled();
    return kalshi.request('GET', '/portfolio/orders?limit=10');
  },
  portfolio__positions: async () => {
    await executed();
    return kalshi.request('GET', '/portfolio/positions');
  },
  series__fee_changes: () => kalshi.request('GET', '/series/fee_changes'),
  settlements__end_of_session: () => kalshi.request('GET', '/portfolio/settlements?limit=10'),
  settlements__page: () => kalshi.request('GET', '/portfolio/settlements?limit=10'),
};

/** Not asked for again, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  markets__page2: 'a page like the first; pages have a test of their own',
  markets__page3: 'a page like the first',
  markets__status_closed: 'asked for by the test of a life cycle',
  markets__status_settled: 'asked for by the test of a life cycle',
  orders__legacy_create: 'V1 has answered 410 since June 2026',
  orders__legacy_cancel: 'V1 has answered 410 since June 2026',
  session__manifest: 'no body',
  trades__public_recorded: 'the tape is not simulated',
  ws__orderbook_trade_noleg: 'frames: see socket.test.ts',
  ws__orderbook_trade_yes: 'frames: see socket.test.ts',
};

/** Fields that the recording has and the SDK of 3.30 no longer knows. */
const GONE = [
  'expiration_time',
  'fractional_trading_enabled',
  'liquidity_dollars',
  'response_price_units',
  'resting_orders_count',
];
/** Fields that one kind of market has and another has not. */
const OPTIONAL = [
  'custom_strike',
  'early_close_condition',
  'floor_strike',
  'cap_strike',
  'strike_type',
  'occurrence_datetime',
  'is_provisional',
  'mve_collection_ticker',
  'mve_selected_legs',
  'primary_participant_key',
];

/** A body's form: names, and each value's type or, for numbers in text, its digits. */
function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [formOf(value[0])];
  if (typeof value === 'object' && value !== null) {
    const kept = Object.entries(value).filter(([name]) => ![...GONE, ...OPTIONAL].includes(name));
    return Object.fromEntries(kept.map(([name, one]) => [name, formOf(one)]));
  }
  if (typeof value !== 'string') return typeof value;
  const digits = /^-?\d+\.(\d+)$/.exec(value)?.[1]?.length;
  return digits === undefined ? 'text' : `${digits} digits`;
}

// A machine without the recordings proves the rest; the line says so.
if (!existsSync(FOLDER)) process.stderr.write('skipped: no Kalshi recordings\n');
const recordings = existsSync(FOLDER) ? describe : describe.skip;

recordings('what was recorded on the demo exchange', () => {
  test.each(Object.keys(REFUSALS))('%s: the same refusal, byte for byte', async (name) => {
    const { status, text } = await REFUSALS[name]!();
    const was = recording(name);
    expect({ status, text }).toEqual({ status: was.status, text: was.text });
  });

  test.each(Object.keys(SUCCESSES))('%s: the same status and form', async (name) => {
    const { status, json } = await SUCCESSES[name]!();
    const was = recording(name);
    expect(status).toBe(was.status);
    expect(formOf(json)).toMatchObject(formOf(was.json) as {});
  });

  test('the costs of endpoints are as recorded', async () => {
    const { json } = await kalshi.request('GET', '/account/endpoint_costs');
    expect(json).toEqual(recording('account__endpoint_costs').json);
  });

  test('no recording is left out without a reason', () => {
    const names = readdirSync(FOLDER)
      .filter((file) => file.endsWith('.meta.json'))
      .map((file) => file.replace('.meta.json', ''));
    const known = [REFUSALS, SUCCESSES, LEFT_OUT].flatMap((one) => Object.keys(one));
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });
});
