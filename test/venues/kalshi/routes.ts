/** Bodies in the venue's shapes, served by path. */
import type { Answer, RawServer, SeenRequest } from './raw-server.ts';
import { json, NOT_FOUND, startServer } from './raw-server.ts';

export const NOW_MS = Date.parse('2026-11-23T12:00:00Z');

export type Routes = Record<string, unknown>;

/** Serves bodies by `GET /path`; a function decides by the request; the rest is not found. */
export function serveRoutes(routes: Routes): Promise<RawServer> {
  return startServer((request) => {
    const found = routes[`${request.method} ${request.path}`];
    if (found === undefined) return NOT_FOUND;
    const body =
      typeof found === 'function' ? (found as (r: SeenRequest) => unknown)(request) : found;
    return isAnswer(body) ? body : json(body);
  });
}

function isAnswer(body: unknown): body is Answer {
  return typeof body === 'object' && body !== null && 'status' in body && 'body' in body;
}

/** An order of one contract that filled at 0.50; changes make it another. */
export const orderBody = (id: string, changes: object = {}) => ({
  order_id: id,
  client_order_id: `client-${id}`,
  ticker: 'M1',
  outcome_side: 'yes',
  book_side: 'bid',
  status: 'executed',
  yes_price_dollars: '0.5000',
  no_price_dollars: '0.5000',
  fill_count_fp: '1.00',
  remaining_count_fp: '0.00',
  initial_count_fp: '1.00',
  taker_fill_cost_dollars: '0.500000',
  maker_fill_cost_dollars: '0.000000',
  ...changes,
});

/** A fill of one contract at 0.30. */
export const fillBody = (id: string, orderId: string, changes: object = {}) => ({
  fill_id: id,
  order_id: orderId,
  ticker: 'M1',
  outcome_side: 'yes',
  book_side: 'bid',
  count_fp: '1.00',
  yes_price_dollars: '0.3000',
  no_price_dollars: '0.7000',
  fee_cost: '0.014700',
  created_time: '2026-11-23T11:00:00.123456Z',
  ...changes,
});

/** A market that trades, as far as anybody here looks at it. */
export const marketBody = (changes: object = {}) => ({
  market: {
    ticker: 'M1',
    event_ticker: 'E',
    market_type: 'binary',
    status: 'active',
    result: '',
    title: 'Does it?',
    rules_primary: 'If it does.',
    rules_secondary: '',
    close_time: '2026-12-01T00:00:00Z',
    price_ranges: [{ start: '0.0000', end: '1.0000', step: '0.0100' }],
    ...changes,
  },
});
