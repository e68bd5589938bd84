/** What the API shows of one desk, for tests of both its sides. */
import type { StatusView, TradeView } from '../../contracts/http.ts';
import type { LimitsView } from '../../contracts/limits.ts';

export const TRADE: TradeView = {
  id: 'fed-1',
  book: 'paper',
  status: 'open',
  strategy: 'macro',
  event: 'fomc:2026-12',
  receivedAt: '2026-11-22T14:00:00.000Z',
  decidedAt: '2026-11-22T14:00:00.120Z',
  day: '2026-11-22',
  legs: [
    {
      venue: 'kalshi',
      market: 'KXFEDDECISION-26DEC-H0',
      outcome: 'no',
      title: 'Fed holds in December',
      limitPrice: '0.41',
      quantity: '48',
      filledQuantity: '48',
      sold: '0',
      cost: '19.68',
      fees: '0.3',
      orderId: 'paper-77',
      orderState: 'filled',
    },
  ],
  unhedgedSince: null,
  approvalUntil: null,
  imported: false,
  worstCase: '19.98',
  expectedSettlement: '2026-12-10T19:00:00.000Z',
  payout: null,
  realizedPnl: null,
  settledAt: null,
  failures: [],
};

export const DENIED_TRADE: TradeView = {
  ...TRADE,
  id: 'fed-2',
  status: 'denied',
  legs: [],
  worstCase: null,
  expectedSettlement: null,
  failures: [
    {
      code: 'POSITION_TOO_LARGE',
      passed: false,
      detail: 'worst case $812.00 is above the limit $500.00',
      numbers: { worstCaseUsd: '812', limitUsd: '500' },
    },
    { code: 'BELOW_MIN_ROI', passed: true, detail: 'ROI 3.1 %', numbers: {} },
  ],
};

export const STATUS: StatusView = {
  startLine: 'PAPER TRADING (LIVE_TRADING=false)',
  version: '0.1.0',
  now: '2026-11-22T14:07:31.000Z',
  desk: { id: 'main', phase: 'paper', state: 'active', reason: '' },
  book: 'paper',
  day: '2026-11-22',
  dayEndsInSeconds: 35_549,
  gauges: [
    { name: 'trades', used: '4', held: '0', left: '1', limit: '5' },
    { name: 'day loss', used: '12.4', held: '35.44', left: '152.16', limit: '200' },
    { name: 'exposure', used: '83.86', held: '0', left: '716.14', limit: '800' },
  ],
  venues: [
    {
      venue: 'kalshi',
      cash: '412.18',
      reserved: '0',
      open: '54.25',
      redeemable: '0',
      watchAgeSeconds: 4.2,
    },
    {
      venue: 'polymarket',
      cash: '398.02',
      reserved: '0',
      open: '29.61',
      redeemable: '50',
      watchAgeSeconds: null,
    },
  ],
  venueStatus: [
    {
      venue: 'kalshi',
      book: 'paper',
      trading: true,
      detail: 'open',
      askedAt: '2026-11-22T14:00:00.000Z',
    },
  ],
  openTrades: [TRADE],
  unknownOrders: 0,
  realizedPnl: '9.77',
  realizedPnlToday: '-3.18',
  addresses: { api: 'http://127.0.0.1:5001', temporalUi: 'http://127.0.0.1:8233' },
};

/** One line of what is counted against a limit. */
export const counted = (
  name: LimitsView['counted'][number]['name'],
  numbers: readonly [value: string, used: string, held: string, left: string],
  of: string | null = null,
): LimitsView['counted'][number] => {
  const [value, used, held, left] = numbers;
  const unit = name === 'trades' ? 'trades' : 'usd';
  return { name, of, unit, value, used, held, left, setting: `SETTING_OF_${name}` };
};

export const LIMITS: LimitsView = {
  now: '2026-11-22T14:07:31.000Z',
  day: '2026-11-22',
  desk: { id: 'main', phase: 'paper', state: 'active' },
  book: 'paper',
  counted: [
    counted('trades', ['5', '2', '1', '2']),
    counted('day loss', ['200.00', '12.40', '35.44', '152.16']),
    counted('exposure', ['800.00', '83.86', '0.00', '716.14']),
    counted('event', ['500.00', '48.00', '0.00', '452.00'], 'nhl:CBJ@FLA'),
    counted('position', ['500.00', '48.00', '0.00', '452.00'], 'kalshi/KXNHL'),
    counted('cash', ['412.18', '0.00', '19.99', '392.19'], 'kalshi'),
  ],
  plain: [
    { name: 'bet amount', value: '50.00', unit: 'usd', setting: 'LIVE_TRADING_BET_AMOUNT' },
    { name: 'least ROI', value: '2', unit: 'percent', setting: 'LIVE_TRADING_MIN_ROI' },
  ],
  singleLeg: [
    {
      venue: 'kalshi',
      max: '200.00',
      binds: ['day loss'],
      maxNow: '152.16',
      bindsNow: ['day loss', 'cash'],
    },
  ],
  pair: {
    max: '400.00',
    binds: ['day loss'],
    maxNow: '304.32',
    bindsNow: ['day loss'],
  },
};
