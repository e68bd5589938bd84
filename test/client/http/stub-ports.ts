/** Ports written by hand: each answers something plausible and remembers what it was asked. */
import type { SubmissionAnswer } from '../../../contracts/http.ts';
import type { HttpPorts, Tokens } from '../../../client/ports.ts';
import { MODE, STATE } from '../predecessor-views.ts';
import {
  ALERT,
  AUDIT,
  CASH,
  DAYS,
  DRY_RUN,
  OPEN_DAY,
  ORDER,
  PAIR,
  POSITIONS,
  STRATEGY,
  TRADE_DETAILS,
} from '../list-views.ts';
import { LIMITS, STATUS, TRADE } from '../views.ts';

export const TOKENS: Tokens = {
  trader: 'trader-token-0123456789',
  operator: 'operator-token-0123456789',
  admin: 'admin-token-0123456789',
};

export const SINGLE_LEG = {
  id: 'fed-1',
  strategy: 'macro',
  event: 'fomc:2026-12',
  legs: [{ venue: 'kalshi', market: 'KXFEDDECISION-26DEC-H0', outcome: 'no', limitPrice: '0.41' }],
  fairPrice: '0.47',
  budget: '20',
};

export const ACCEPTED: SubmissionAnswer = {
  status: 202,
  body: {
    status: 'accepted',
    id: 'fed-1',
    quantity: '48',
    worstCase: '19.98',
    roiPercent: '12.6',
    outcome: 'no',
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
};

export interface StubPorts extends HttpPorts {
  readonly submitted: Parameters<HttpPorts['submit']>[0][];
  readonly queries: Parameters<HttpPorts['listTrades']>[0][];
  readonly reports: { error: unknown; context: string }[];
}

/** Ports whose answers `overrides` may replace. */
export function stubPorts(overrides: Partial<HttpPorts> = {}): StubPorts {
  const submitted: StubPorts['submitted'] = [];
  const queries: StubPorts['queries'] = [];
  const reports: StubPorts['reports'] = [];
  return {
    submitted,
    queries,
    reports,
    tokens: TOKENS,
    hosts: ['ballast.internal'],
    version: '0.1.0',
    listTrades: async (query) => {
      queries.push(query);
      return [TRADE];
    },
    findTrade: async (id) => (id === TRADE.id ? TRADE_DETAILS : undefined),
    listOrders: async () => [ORDER],
    positions: async () => POSITIONS,
    cash: async () => CASH,
    limits: async () => LIMITS,
    listDays: async () => DAYS,
    findDay: async ({ date }) => (date === OPEN_DAY.date ? OPEN_DAY : undefined),
    listAlerts: async () => [ALERT],
    audit: async () => AUDIT,
    listPairs: async () => [PAIR],
    listStrategies: async () => [STRATEGY],
    dryRun: async () => DRY_RUN,
    status: async () => STATUS,
    tradingMode: async () => MODE,
    tradingState: async () => STATE,
    readiness: async () => [{ name: 'ledger', ok: true, detail: 'answers' }],
    report: (error, context) => {
      reports.push({ error, context });
    },
    pause: async () => ({ state: 'paused', epoch: 2, unresolved: [] }),
    halt: async () => ({
      state: 'halted',
      epoch: 3,
      unresolved: [],
      latched: true,
      verified: true,
      venues: [],
      problems: [],
    }),
    resume: async () => ({ kind: 'resumed' }),
    rearm: async () => ({ kind: 'armed' }),
    ackAlert: async ({ id, actor }) =>
      id === 7 ? { id: 'a-7', ackedBy: actor, ackedAt: '2026-11-22T14:01:00.000Z' } : undefined,
    addPair: async () => ({ kind: 'added', pair: PAIR }),
    approvePair: async ({ id }) =>
      id === PAIR.id ? { kind: 'approved', pair: PAIR } : { kind: 'missing' },
    enableStrategy: async () => undefined,
    limitStrategy: async () => undefined,
    approveProposal: async ({ id }) =>
      id === TRADE.id ? { kind: 'approved' } : { kind: 'missing' },
    declineProposal: async ({ id }) =>
      id === TRADE.id ? { kind: 'declined' } : { kind: 'missing' },
    resolveTrade: async ({ id }) =>
      id === TRADE.id ? { kind: 'taken', resolutionId: 'r-1' } : { kind: 'missing' },
    ...overrides,
    submit: async (input) => {
      submitted.push(input);
      return overrides.submit === undefined ? ACCEPTED : overrides.submit(input);
    },
  };
}

export const asTrader = { authorization: `Bearer ${TOKENS.trader}` };
