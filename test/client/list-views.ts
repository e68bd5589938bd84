/** What the lists of the API show of one desk, for tests of both its sides. */
import type { AlertView } from '../../contracts/alerts.ts';
import type { AuditView } from '../../contracts/audit.ts';
import type { DaysView, DayView } from '../../contracts/days.ts';
import type { DryRunView } from '../../contracts/dry-run.ts';
import type { CashView, PositionsView } from '../../contracts/money-views.ts';
import type { OrderView } from '../../contracts/orders.ts';
import type { PairView, StrategyView } from '../../contracts/requests.ts';
import type { TradeDetails } from '../../contracts/trade-details.ts';
import { TRADE } from './views.ts';

const AT = '2026-11-22T14:00:00.000Z';

export const ORDER: OrderView = {
  id: '1f0c2c1e-0000-8000-8000-000000000001',
  tradeId: 'fed-1',
  leg: 0,
  attempt: 1,
  kind: 'entry',
  action: 'buy',
  book: 'paper',
  venue: 'kalshi',
  market: 'KXFEDDECISION-26DEC-H0',
  outcome: 'no',
  state: 'done',
  limitPrice: '0.41',
  quantity: '48',
  finalQuantity: '48',
  bookedQuantity: '48',
  averagePrice: '0.41',
  venueOrderId: 'paper-77',
  detail: '',
  createdAt: AT,
  permits: [
    {
      grantedAt: AT,
      deadline: '2026-11-22T14:00:05.000Z',
      closedAt: '2026-11-22T14:00:00.300Z',
      outcome: 'order.finished',
    },
  ],
};

export const TRADE_DETAILS: TradeDetails = {
  ...TRADE,
  orders: [ORDER],
  fills: [
    {
      id: 'f-1',
      orderId: ORDER.id,
      leg: 0,
      action: 'buy',
      quantity: '48',
      price: '0.41',
      fee: '0.30',
      filledAt: AT,
      recordedAt: AT,
      reverts: null,
    },
  ],
  verdicts: [
    { code: 'BELOW_MIN_ROI', passed: true, detail: 'ROI 12.6 % exceeds 2 %', numbers: {} },
  ],
  holds: [
    {
      leg: 0,
      target: 'paper/loss/2026-11-22',
      kind: 'counter',
      unit: 'usd',
      amount: '19.98',
      captured: '0.00',
      released: '0.00',
      left: '19.98',
    },
  ],
  approval: null,
  resolutions: [],
};

export const POSITIONS: PositionsView = {
  book: 'paper',
  positions: [
    {
      venue: 'kalshi',
      market: 'KXFEDDECISION-26DEC-H0',
      title: 'Fed holds in December',
      outcome: 'no',
      quantity: '48',
      cost: '19.68',
      fees: '0.30',
      averagePrice: '0.41',
      expectedSettlement: '2026-12-10T19:00:00.000Z',
      mark: { bid: '0.43', value: '20.64', at: AT },
      trades: [{ id: 'fed-1', leg: 0, quantity: '48' }],
    },
  ],
};

export const CASH: CashView = {
  book: 'paper',
  venues: [
    {
      venue: 'kalshi',
      cash: '480.02',
      held: '5.00',
      free: '475.02',
      positions: '19.68',
      unsettled: '0.00',
      suspense: '0.00',
      redeemable: '7.50',
      venueCredit: '1.25',
      capital: '500.00',
      fees: '0.30',
      pnl: '0.00',
    },
  ],
  unsettled: [{ venue: 'polymarket', tradeId: 'nhl-1', amount: '12.50' }],
  redeemable: [{ venue: 'polymarket', market: 'nhl-cbj-fla', amount: '7.50', since: AT }],
  transfers: [
    {
      id: 'fill/paper/kalshi/f-1/cost',
      code: 'buy',
      debit: 'paper/kalshi/position/KXFEDDECISION-26DEC-H0/1',
      credit: 'paper/kalshi/cash',
      amount: '19.68',
      tradeId: 'fed-1',
      day: '2026-11-22',
      recordedAt: AT,
      venueAt: null,
    },
  ],
};

const DAY = {
  book: 'paper' as const,
  date: '2026-11-22',
  openedAt: '2026-11-22T00:00:00.000Z',
  trades: { used: '1', held: '0', limit: '5' },
  loss: { used: '0.00', held: '19.98', limit: '200.00' },
  realizedPnl: '0.00',
};

export const DAYS: DaysView = {
  days: [
    { ...DAY, state: 'open', closedAt: null, revision: null },
    {
      ...DAY,
      date: '2026-11-21',
      state: 'closed',
      closedAt: '2026-11-22T00:00:01.000Z',
      revision: 1,
    },
  ],
};

export const OPEN_DAY: Extract<DayView, { state: 'open' }> = {
  state: 'open',
  ...DAY,
  endsAt: '2026-11-23T00:00:00.000Z',
  proposals: { accepted: 1, denied: 2, denials: { BELOW_MIN_ROI: 2 } },
  sent: 1,
  byStatus: { open: 1 },
  gains: '0.00',
  losses: '0.00',
  fees: '0.30',
};

export const ALERT: AlertView = {
  id: 'a-7',
  level: 'critical',
  code: 'ONE_LEGGED',
  book: 'paper',
  tradeId: 'nhl-1',
  detail: '20 contracts of CBJ stand alone',
  advice: 'one leg of a pair stands alone; ballast trade resolve <id>',
  times: 2,
  raisedAt: AT,
  lastAt: AT,
  ackedBy: null,
  ackedAt: null,
  resolvedAt: null,
};

export const AUDIT: AuditView = {
  head: { seq: 3, hash: 'ab12cd34ef56ab12' },
  linked: true,
  faults: [],
  entries: [
    {
      seq: 3,
      at: AT,
      desk: 'main',
      actor: 'ann',
      verified: true,
      action: 'desk.paused',
      reason: 'feed looks wrong',
      detail: { epoch: 2 },
      hash: 'ab12cd34ef56ab12',
    },
  ],
};

export const PAIR: PairView = {
  id: 'nhl-1-pair',
  kalshi: { market: 'KXNHLGAME-26NOV22CBJFLA-CBJ', title: 'Blue Jackets win' },
  polymarket: { market: 'nhl-cbj-fla-2026-11-22', title: 'CBJ @ FLA', outcome: 'Panthers' },
  rulesHash: '0f'.repeat(32),
  rulesMissing: [],
  addedBy: 'ann',
  addedAt: AT,
  reason: 'same game',
  approvedBy: null,
  approvedAt: null,
};

export const STRATEGY: StrategyView = {
  book: 'paper',
  name: 'macro',
  enabled: true,
  reason: '',
  executions: 1,
  executionsMax: 5,
  windowSeconds: 600,
  tradesToday: 1,
  open: '19.98',
  caps: { perTrade: '25.00', dailyTrades: null, open: null },
};

export const DRY_RUN: DryRunView = {
  at: AT,
  book: 'paper',
  outcome: 'accepted',
  verdicts: TRADE_DETAILS.verdicts,
  plan: {
    quantity: '48',
    worstCase: '19.98',
    risk: '19.98',
    roiPercent: '12.6',
    maxPairCost: null,
    legs: [
      {
        venue: 'kalshi',
        market: 'KXFEDDECISION-26DEC-H0',
        outcome: 'no',
        limitPrice: '0.41',
        priceMax: '0.41',
        worstCase: '19.98',
      },
    ],
  },
  ladder: [
    {
      quantity: '48',
      largest: true,
      cost: '19.98',
      roiPercent: '12.6',
      stoppedBy: null,
      detail: '',
    },
    {
      quantity: '5000',
      largest: false,
      cost: null,
      roiPercent: null,
      stoppedBy: 'POSITION_TOO_LARGE',
      detail: 'worst case $2,081.00 is above the limit $500.00',
    },
  ],
};
