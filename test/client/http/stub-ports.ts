/** Ports written by hand: each answers something plausible and remembers what it was asked. */
import type { SubmissionAnswer } from '../../../contracts/http.ts';
import type { HttpPorts, Tokens } from '../../../client/ports.ts';
import { MODE, STATE } from '../predecessor-views.ts';
import { STATUS, TRADE } from '../views.ts';

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
    listTrades: async (query) => {
      queries.push(query);
      return [TRADE];
    },
    findTrade: async (id) => (id === TRADE.id ? TRADE : undefined),
    status: async () => STATUS,
    tradingMode: async () => MODE,
    tradingState: async () => STATE,
    readiness: async () => [{ name: 'ledger', ok: true, detail: 'answers' }],
    report: (error, context) => {
      reports.push({ error, context });
    },
    pause: async () => ({ state: 'paused', epoch: 2, unresolved: [] }),
    resume: async () => ({ kind: 'resumed' }),
    ...overrides,
    submit: async (input) => {
      submitted.push(input);
      return overrides.submit === undefined ? ACCEPTED : overrides.submit(input);
    },
  };
}

export const asTrader = { authorization: `Bearer ${TOKENS.trader}` };
