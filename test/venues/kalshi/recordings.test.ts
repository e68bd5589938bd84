/** Every recorded body and websocket frame, one by one: what the adapter reads in it. */
import { expect, test } from '@jest/globals';
import { readKalshiError } from '../../../contracts/kalshi/errors.ts';
import { accountLimitsSchema, exchangeStatusSchema } from '../../../contracts/kalshi/exchange.ts';
import {
  kalshiMarketSchema,
  marketAnswerSchema,
  orderbookAnswerSchema,
} from '../../../contracts/kalshi/markets.ts';
import {
  canceledOrderSchema,
  createdOrderSchema,
  orderAnswerSchema,
  orderPageSchema,
} from '../../../contracts/kalshi/orders.ts';
import {
  balanceSchema,
  fillPageSchema,
  settlementPageSchema,
} from '../../../contracts/kalshi/portfolio.ts';
import { countField, dollarsField } from '../../../contracts/kalshi/fields.ts';
import { readKalshiFrame } from '../../../contracts/kalshi/stream.ts';
import { payoutField } from '../../../contracts/fields.ts';
import { venueMarketOf } from '../../../venues/kalshi/market-body.ts';
import { resultOf } from '../../../venues/kalshi/public.ts';
import { stateOfOrder, termsByVenue } from '../../../venues/kalshi/wire.ts';
import { recorded, recordedNames, TICKER, withRecordings } from './replay.ts';

type Row = readonly [name: string, read: (text: string) => unknown, expected: unknown];

const error = (name: string, code: string, detail: string): Row => [
  `${name}.json`,
  readKalshiError,
  { code, detail },
];
const NOT_FOUND = ['not_found', 'not found'] as const;
const TAKEN = ['order_already_exists', 'order already exists'] as const;
const EXPIRED = ['header_timestamp_expired', 'header timestamp expired'] as const;

const balance = (name: string): Row => [
  `${name}.json`,
  (text) => balanceSchema.parse(JSON.parse(text)),
  {
    balance_dollars: 98_018_600,
    balance_breakdown: [{ exchange_index: 0, balance: 98_018_600 }],
  },
];

/** A create's answer: what filled, what is left, the average price where something filled. */
const created = (name: string, expected: object): Row => [
  `${name}.json`,
  (text) => createdOrderSchema.parse(JSON.parse(text)),
  expected,
];
const restingCreate = (id: string, clientId: string) => ({
  order_id: id,
  client_order_id: clientId,
  fill_count: 0,
  remaining_count: 1_000_000,
});
const filledCreate = (id: string, clientId: string) => ({
  order_id: id,
  client_order_id: clientId,
  fill_count: 1_000_000,
  remaining_count: 0,
  average_fill_price: 520_000,
});

const canceled = (name: string, id: string): Row => [
  `${name}.json`,
  (text) => canceledOrderSchema.parse(JSON.parse(text)),
  { order_id: id, reduced_by: 1_000_000 },
];

/** An order read back, as its state in the terms the venue tells. */
const order = (name: string, id: string, status: string): Row => [
  `${name}.json`,
  (text) => {
    const { order: body } = orderAnswerSchema.parse(JSON.parse(text));
    return stateOfOrder(body, termsByVenue(body));
  },
  { venueOrderId: id, status, filled: 0 },
];

interface Counts {
  readonly markets: number;
  readonly tradable: number;
  readonly unsupported: readonly string[];
  readonly results: readonly number[];
  readonly ticks: readonly number[];
}

/** A list of markets: how many, which can be traded, which not and why, what is final. */
const markets = (name: string, expected: Counts): Row => [
  `${name}.json`,
  (text): Counts => {
    const { markets: bodies } = JSON.parse(text) as { markets: unknown[] };
    const read = bodies.map((body) => kalshiMarketSchema.parse(body));
    const fees = {
      kind: 'schedule',
      schedule: { kind: 'kalshi', multiplierMillionths: 1_000_000 },
    };
    const all = read.map((body) => venueMarketOf(body, fees as never));
    return {
      markets: all.length,
      tradable: all.filter(({ tradable }) => tradable).length,
      unsupported: all.flatMap(({ unsupported }) => unsupported ?? []),
      results: read.flatMap((body) => resultOf(body)?.payoutMicros[0] ?? []),
      ticks: [...new Set(all.map(({ tickMicros }) => tickMicros))].toSorted((a, b) => a - b),
    };
  },
  expected,
];
const untradable = { markets: 5, tradable: 0, unsupported: [], results: [], ticks: [10_000] };
const PROVISIONAL = 'it is provisional: the venue may still remove it';

/** One market: the traded one. */
const tradedMarket = (name: string): Row => [
  `${name}.json`,
  (text) => {
    const { market } = marketAnswerSchema.parse(JSON.parse(text));
    const { ticker, status, close_time: closes, price_ranges: ranges } = market;
    return { ticker, status, closes, ranges, settles: market.expected_expiration_time };
  },
  {
    ticker: TICKER,
    status: 'active',
    closes: Date.parse('2026-06-25T16:00:00Z'),
    ranges: [{ start: 0, end: 1_000_000, step: 10_000 }],
    settles: Date.parse('2026-06-11T19:00:00Z'),
  },
];

/** Bodies of lists Ballast does not read: their numbers at least are of the known kinds. */
const picked = <Body>(name: string, read: (body: Body) => unknown, expected: unknown): Row => [
  `${name}.json`,
  (text) => read(JSON.parse(text) as Body),
  expected,
];

const frames = (name: string, expected: readonly object[]): Row => [
  `${name}.jsonl`,
  (text) =>
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => readKalshiFrame(line)),
  [
    { kind: 'subscribed', channel: 'orderbook_delta' },
    { kind: 'subscribed', channel: 'trade' },
    { kind: 'other', type: 'orderbook_snapshot' },
    ...expected,
  ],
];
const DELTA = { kind: 'other', type: 'orderbook_delta' };

const MAKER = '2597b999-f887-4195-8bac-c3f97a1f2021';
const STP = '17fc4f3a-b397-4792-bd0c-9c81ca69a1f4';

interface Costs {
  readonly default_cost: number;
  readonly endpoint_costs: readonly { method: string; path: string; cost: number }[];
}

const ROWS: readonly Row[] = [
  picked(
    'account__endpoint_costs',
    ({ default_cost: usual, endpoint_costs: costs }: Costs) => [
      usual,
      costs
        .filter(
          ({ method, path }) =>
            /portfolio\/(events\/)?orders\/:order_id$/.test(path) && method !== 'PUT',
        )
        .map(({ method, path, cost }) => `${method} ${path.replace('/trade-api/v2', '')} ${cost}`),
    ],
    [
      10,
      [
        'DELETE /portfolio/events/orders/:order_id 2',
        'DELETE /portfolio/orders/:order_id 4',
        'GET /portfolio/orders/:order_id 2',
      ],
    ],
  ),
  [
    'account__limits.json',
    (text) => accountLimitsSchema.parse(JSON.parse(text)),
    {
      usage_tier: 'basic',
      read: { refill_rate: 200, bucket_capacity: 200 },
      write: { refill_rate: 100, bucket_capacity: 100 },
    },
  ],
  error(
    'auth__bad_signature',
    'authentication_error',
    'authentication_error: INCORRECT_API_KEY_SIGNATURE',
  ),
  balance('auth__balance_alt_host'),
  balance('auth__balance_ok'),
  error(
    'auth__missing_signature_header',
    'signature_is_missing_from_headers',
    'signature is missing from headers',
  ),
  error('auth__skew_minus30s', ...EXPIRED),
  error('auth__skew_minus5min', ...EXPIRED),
  balance('auth__skew_minus5s'),
  error('auth__skew_plus5min', ...EXPIRED),
  balance('auth__skew_plus5s'),
  error('auth__unknown_key_id', 'authentication_error', 'authentication_error: NOT_FOUND'),
  error('cleanup__leftover_0', ...NOT_FOUND),
  error('cleanup__leftover_1', ...NOT_FOUND),
  error('cleanup__leftover_2', ...NOT_FOUND),
  canceled('cleanup__stp_resting', STP),
  [
    'exchange__status.json',
    (text) => exchangeStatusSchema.parse(JSON.parse(text)),
    { exchange_active: true, trading_active: true },
  ],
  [
    'fills__after_taker.json',
    (text) =>
      fillPageSchema
        .parse(JSON.parse(text))
        .fills.map((fill) => [
          fill.count_fp,
          fill.yes_price_dollars,
          fill.no_price_dollars,
          fill.fee_cost,
        ]),
    [
      [1_000_000, 520_000, 480_000, 17_500],
      [1_000_000, 990_000, 10_000, 700],
      [1_000_000, 990_000, 10_000, 700],
    ],
  ],
  // A cursor that means nothing is taken for none: the first page again, and no error.
  markets('markets__garbage_cursor', untradable),
  markets('markets__high_temp', {
    markets: 18,
    tradable: 12,
    unsupported: [],
    results: [],
    ticks: [10_000],
  }),
  error(
    'markets__limit_over_max',
    'parameter_validation',
    "Parameter validation failed for GetMarkets: Key: 'GetMarketsParams.Limit' Error:Field validation for 'Limit' failed on the 'lte' tag",
  ),
  markets('markets__page1', untradable),
  markets('markets__page2', untradable),
  markets('markets__page3', untradable),
  tradedMarket('markets__single'),
  markets('markets__single_filter_lastpage', { ...untradable, markets: 1, tradable: 1 }),
  markets('markets__status_closed', untradable),
  markets('markets__status_open', {
    markets: 200,
    tradable: 200,
    unsupported: [PROVISIONAL],
    results: [],
    ticks: [1_000, 10_000],
  }),
  markets('markets__status_settled', {
    ...untradable,
    unsupported: [PROVISIONAL],
    results: [0, 0, 1_000_000, 0, 1_000_000],
    ticks: [1_000, 10_000],
  }),
  markets('markets__unauth_list', { ...untradable, markets: 2 }),
  tradedMarket('markets__unauth_single'),
  [
    'orderbook__base.json',
    (text) => orderbookAnswerSchema.parse(JSON.parse(text)).orderbook_fp,
    { yes_dollars: [[470_000, 3_000_000]], no_dollars: [[480_000, 3_000_000]] },
  ],
  error('orders__cancel_already_canceled', ...NOT_FOUND),
  error('orders__cancel_executed', ...NOT_FOUND),
  error('orders__cancel_unknown_id', ...NOT_FOUND),
  canceled('orders__cancel_v2', MAKER),
  created('orders__create_v2_maker', restingCreate(MAKER, '4a75a66e-ca85-4187-93cd-aac5e01ad982')),
  created(
    'orders__create_v2_taker_ioc',
    filledCreate('97ec18b7-10d3-4557-9de0-8598aad625f0', '2b8394e0-515e-4b89-b624-f34067756855'),
  ),
  error('orders__duplicate_client_order_id', ...TAKEN),
  // 360 ms after a cancel that was acknowledged: the page is stale, and says nothing of it.
  order('orders__get_after_cancel', MAKER, 'resting'),
  order('orders__get_after_create', MAKER, 'resting'),
  error('orders__insufficient_balance', 'insufficient_balance', 'insufficient balance'),
  error('orders__invalid_price_structure', 'invalid_price', 'invalid price'),
  // The dead interface: a cancel that tells no id, a create that tells its order elsewhere.
  [
    'orders__legacy_cancel.json',
    (text) => canceledOrderSchema.safeParse(JSON.parse(text)).success,
    false,
  ],
  [
    'orders__legacy_create.json',
    (text) => createdOrderSchema.safeParse(JSON.parse(text)).success,
    false,
  ],
  error(
    'orders__numeric_field_types',
    'bad_request',
    'bad request: json: cannot unmarshal number into Go struct field CreateOrderV2Request.count of type string',
  ),
  error('orders__post_only_cross', 'invalid_order', 'invalid order: post only cross'),
  error('orders__reuse_canceled_client_id', ...TAKEN),
  created(
    'orders__settlement_seed',
    filledCreate('216a2cb7-1ab1-4e65-8afb-b543af66159a', 'facb2271-6e40-4f08-9aa4-1f6285e5b1cb'),
  ),
  order('orders__stp_resting_after', STP, 'resting'),
  created('orders__stp_self_cross', {
    order_id: '07ac75d5-1cdb-4477-beee-5246146e7eaa',
    client_order_id: '8ae6f81d-5f9d-4bb0-8bff-076e5cb4038d',
    fill_count: 0,
    remaining_count: 0,
  }),
  created('orders__stp_setup', restingCreate(STP, '7a521eb4-7258-42de-876f-9a92a33724a5')),
  [
    'portfolio__orders_list.json',
    (text) =>
      orderPageSchema.parse(JSON.parse(text)).orders.map((body) => {
        const { outcome } = termsByVenue(body);
        const { status, filled, averagePriceMicros } = stateOfOrder(body, termsByVenue(body));
        return [outcome, status, filled, averagePriceMicros];
      }),
    [
      [0, 'final', 1_000_000, 520_000],
      [0, 'final', 0, undefined],
      [0, 'final', 1_000_000, 990_000],
      [0, 'final', 0, undefined],
      [1, 'final', 0, undefined],
      [0, 'final', 0, undefined],
      [0, 'final', 0, undefined],
      [0, 'final', 1_000_000, 990_000],
      [0, 'final', 0, undefined],
    ],
  ],
  picked(
    'portfolio__positions',
    ({ market_positions: [position] }: { market_positions: [Record<string, string>] }) => [
      countField.parse(position['position_fp']),
      dollarsField.parse(position['fees_paid_dollars']),
      dollarsField.parse(position['market_exposure_dollars']),
    ],
    [3_000_000, 18_900, 2_500_000],
  ),
  picked(
    'series__fee_changes',
    ({ series_fee_change_arr: changes }: { series_fee_change_arr: unknown }) => changes,
    [],
  ),
  ...['settlements__end_of_session', 'settlements__page'].map((name): Row => [
    `${name}.json`,
    (text) => settlementPageSchema.parse(JSON.parse(text)),
    { cursor: '', settlements: [] },
  ]),
  picked(
    'trades__public_recorded',
    ({ trades }: { trades: Record<string, string>[] }) =>
      trades
        .slice(0, 2)
        .map((trade) => [
          countField.parse(trade['count_fp']),
          payoutField.parse(trade['yes_price_dollars']),
        ]),
    [
      [7_770_000, 30_000],
      [10_000_000, 30_000],
    ],
  ),
  frames('ws__orderbook_trade_noleg', [DELTA, DELTA, DELTA, DELTA]),
  frames('ws__orderbook_trade_yes', [DELTA, DELTA]),
];

withRecordings('recorded bodies', () => {
  test('no recording is left out', () => {
    expect(ROWS.map(([name]) => name).toSorted()).toEqual(recordedNames().toSorted());
  });

  test.each(ROWS)('%s', (name, read, expected) => {
    expect(read(recorded(name))).toEqual(expected);
  });
});
