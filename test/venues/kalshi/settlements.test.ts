/** What the account is told its markets paid. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { KalshiDoubt } from '../../../venues/kalshi/account.ts';
import { createKalshiVenue } from '../../../venues/kalshi/kalshi-venue.ts';
import type { RawServer } from './raw-server.ts';
import { clockAt, venueOptions } from './raw-server.ts';
import type { Routes } from './routes.ts';
import { marketBody, NOW_MS, serveRoutes } from './routes.ts';

let server: RawServer | undefined;
afterEach(() => server?.close());

async function serve(routes: Routes): Promise<string> {
  server = await serveRoutes(routes);
  return server.url;
}

describe('settlements', () => {
  const row = (changes: object = {}) => ({
    ticker: 'M1',
    event_ticker: 'E',
    exchange_index: 0,
    market_result: 'yes',
    yes_count_fp: '10.00',
    yes_total_cost_dollars: '5.2000',
    no_count_fp: '0.00',
    no_total_cost_dollars: '0.0000',
    revenue: 1000,
    settled_time: '2026-11-23T11:30:00.5Z',
    fee_cost: '0.1750',
    value: 100,
    ...changes,
  });
  const market = (changes: object = {}) =>
    marketBody({
      status: 'finalized',
      result: 'yes',
      settlement_value_dollars: '1.0000',
      settlement_ts: '2026-11-23T11:30:00.5Z',
      ...changes,
    });
  const read = async (rows: object[], body: object) => {
    const url = await serve({
      'GET /portfolio/settlements': { settlements: rows, cursor: '' },
      'GET /markets/M1': body,
    });
    const doubts: KalshiDoubt[] = [];
    const onDoubt = (doubt: KalshiDoubt): void => void doubts.push(doubt);
    const venue = createKalshiVenue(venueOptions(url, { clock: clockAt(NOW_MS), onDoubt }));
    return { page: await venue.settlementsSince(0), doubts };
  };

  test('a finalized market pays what its result says; P&L is of gross counts', async () => {
    const { page, doubts } = await read([row()], market());
    expect(page).toEqual({
      cursorMs: NOW_MS,
      facts: [
        {
          settlementId: 'M1@2026-11-23T11:30:00.500Z',
          marketId: 'M1',
          payoutMicros: [1_000_000, 0],
          settledAtMs: Date.parse('2026-11-23T11:30:00.500Z'),
          pnlMicros: 4_625_000,
          revenueMicros: 10_000_000,
          feeMicros: 175_000,
        },
      ],
    });
    expect(doubts).toEqual([]);
  });

  test.each(['determined', 'disputed', 'amended', 'closed'])(
    'a row of a market that is %s is not told, and the cursor stays before it',
    async (status) => {
      const { page } = await read([row()], market({ status }));
      expect(page).toEqual({ facts: [], cursorMs: Date.parse('2026-11-23T11:30:00.499Z') });
    },
  );

  test('failure case 13: a scalar pays the market’s fraction, and what contradicts it is told', async () => {
    const scalar = {
      market_result: 'scalar',
      value: 82,
      yes_count_fp: '0.00',
      no_count_fp: '1.00',
      revenue: 82,
    };
    const body = market({ result: 'scalar', settlement_value_dollars: '0.1800' });
    const { page, doubts } = await read([row(scalar)], body);
    expect(page.facts[0]?.payoutMicros).toEqual([180_000, 820_000]);
    // The recorded contradiction: value is of NO in this row, revenue agrees with the market.
    expect(doubts.map(({ detail }) => detail)).toEqual([
      'settlement M1@2026-11-23T11:30:00.500Z pays 0.18 for yes, and value says 82 cents',
    ]);
  });

  test('a revenue that is not the net payout is told', async () => {
    const { doubts } = await read([row({ revenue: 999 })], market());
    expect(doubts.map(({ detail }) => detail)).toEqual([
      expect.stringContaining('revenue says 9.99'),
    ]);
  });

  test('a position closed before the result has no revenue and its real loss', async () => {
    const closed = row({
      yes_count_fp: '99.00',
      yes_total_cost_dollars: '52.4700',
      no_count_fp: '99.00',
      no_total_cost_dollars: '71.2800',
      revenue: 0,
      fee_cost: '3.1234',
    });
    const { page, doubts } = await read([closed], market());
    expect(page.facts[0]).toMatchObject({ pnlMicros: -27_873_400, revenueMicros: 0 });
    expect(doubts).toEqual([]);
  });

  test('failure case 18: a finalized market without a payout that fits is waited for, and told', async () => {
    for (const wrong of [
      { settlement_value_dollars: '0.0000' },
      { result: '' },
      { result: 'scalar', settlement_value_dollars: null },
      { settlement_ts: null },
    ]) {
      const { page, doubts } = await read([row()], market(wrong));
      expect(page.facts).toEqual([]);
      expect(page.cursorMs).toBeLessThan(Date.parse(row().settled_time));
      expect(doubts).toHaveLength(1);
      await server!.close();
    }
  });
});
