import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkI2, checkI5, checkI6, checkI7 } from '../../domain/invariants/books.ts';
import type { TradeView } from '../../contracts/http.ts';
import { readBooks } from '../../ledger/read/books.ts';
import { findTrade, listTrades } from '../../ledger/read/trades.ts';
import { searchAttributes, tradeWorkflowId } from '../../workflows/messages.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import type { PaperFileInput } from '../support/markets.ts';
import { recordedHistories, recordHistory } from '../support/histories.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';

const PAYOUTS: Readonly<Record<string, string>> = { WIN: '1', LOSS: '0', VOID: '0.5' };

const OPEN: PaperFileInput = {
  markets: [
    ...Object.keys(PAYOUTS).map((id) => kalshiMarket(id)),
    kalshiMarket('THIN', { book: { yes: { asks: [['0.58', '4']] }, no: {} } }),
    kalshiMarket('RESTS', { book: { yes: { asks: [['0.60', '50']] }, no: {} } }),
    kalshiMarket('CLOSED', { trading: false }),
  ],
};

/** The same markets, those named with their result. */
function over(...ids: string[]): PaperFileInput {
  return {
    markets: OPEN.markets.map((market) =>
      ids.includes(market.id)
        ? { ...market, result: { at: 0, payout: PAYOUTS[market.id]! } }
        : market,
    ),
  };
}

let desk: TestDesk;

beforeAll(async () => {
  desk = await startTestDesk({
    markets: OPEN,
    settings: {
      LIVE_TRADING_MAX_DAILY_TRADES: '20',
      BALLAST_STRATEGY_EXECUTIONS_MAX: '50',
    },
  });
});
afterAll(async () => {
  await desk.close();
});

async function reaches(id: string, status: TradeView['status']): Promise<TradeView> {
  return eventually(`${id} to be ${status}`, async () => {
    const trade = await findTrade(desk.engine.ledger.db, id);
    return trade?.status === status ? trade : undefined;
  });
}

describe('a single leg from proposal to recorded P&L', () => {
  test('a win, a loss and a void are placed, settled and booked to the micro-dollar', async () => {
    for (const market of Object.keys(PAYOUTS)) {
      const answer = await desk.submit(singleLeg(`walk-${market}`, market));
      expect(answer).toMatchObject({ status: 202, body: { status: 'accepted', quantity: '10' } });
      await reaches(`walk-${market}`, 'open');
    }
    desk.publish(over(...Object.keys(PAYOUTS)));
    // 10 × 0.58 = 5.80, fee ceil(0.07 × 10 × 0.58 × 0.42) to $0.0001 = 0.1706.
    expect(await reaches('walk-WIN', 'settled')).toMatchObject({
      payout: '10.00',
      realizedPnl: '4.0294',
    });
    expect(await reaches('walk-LOSS', 'settled')).toMatchObject({
      payout: '0.00',
      realizedPnl: '-5.9706',
    });
    expect(await reaches('walk-VOID', 'settled')).toMatchObject({
      payout: '5.00',
      realizedPnl: '-0.9706',
    });
    const result = await desk.engine.client.workflow
      .getHandle(tradeWorkflowId('walk-WIN'))
      .result();
    expect(result).toMatchObject({ status: 'settled', detail: expect.stringContaining('4.0294') });
  });

  test('a partial fill opens with what was filled and gives the rest back', async () => {
    await desk.submit(singleLeg('walk-thin', 'THIN'));
    const trade = await reaches('walk-thin', 'open');
    expect(trade.legs[0]).toMatchObject({ filledQuantity: '4', quantity: '10' });
    const { counters, holds } = await readBooks(desk.engine.ledger.db);
    expect(checkI2(counters, holds)).toEqual([]);
    const exposure = counters.find(({ id }) => id === 'paper/exposure')!;
    expect(exposure.held).toBe(0n);
  });

  test('a price that moved stops the trade before anything is sent', async () => {
    const proposal = singleLeg('walk-moved', 'THIN', { limitPrice: '0.57', quantity: '10' });
    expect(await desk.submit({ ...proposal, event: 'moved' })).toMatchObject({ status: 422 });
    // The market quotes 0.58 but holds what is left of THIN: another market, nothing at the limit.
    await desk.submit(singleLeg('walk-moved-2', 'RESTS', { limitPrice: '0.58' }));
    const trade = await reaches('walk-moved-2', 'not_sent');
    expect(trade.failures.map(({ code }) => code)).toEqual(['PRICE_MOVED']);
    expect(trade.legs[0]?.orderState).toBe('notSent');
  });

  test('a resting order that finds no counterparty ends unfilled at its expiry', async () => {
    // Long enough to rest on a busy machine: one that is late is refused as stale.
    const expiresAt = new Date(Date.now() + 6_000).toISOString();
    await desk.submit(
      singleLeg('walk-gtd', 'RESTS', {
        limitPrice: '0.59',
        fairPrice: '0.66',
        tif: 'gtd',
        expiresAt,
      }),
    );
    const trade = await reaches('walk-gtd', 'unfilled');
    expect(trade.legs[0]).toMatchObject({ filledQuantity: '0', orderState: 'done' });
  });

  test('a closed market and an unknown one are denied with the reason', async () => {
    const closed = await desk.submit(singleLeg('walk-closed', 'CLOSED'));
    expect(closed).toMatchObject({
      status: 422,
      body: { failures: [{ code: 'MARKET_CLOSED', passed: false }] },
    });
    const unknown = await desk.submit(singleLeg('walk-unknown', 'NOWHERE'));
    expect(unknown).toMatchObject({
      status: 422,
      body: { failures: [{ code: 'INVALID_PROPOSAL', numbers: { field: 'legs.0.market' } }] },
    });
  });
});

describe('I13 the same id', () => {
  test('answers the same decision for ever, and 409 to another body', async () => {
    const proposal = singleLeg('again-1', 'CLOSED');
    const first = await desk.submit(proposal);
    const second = await desk.submit(proposal);
    expect(second).toEqual({ status: 200, body: first.body });
    const other = await desk.submit({ ...proposal, quantity: '11' });
    expect(other).toMatchObject({ status: 409, body: { code: 'ID_CONFLICT' } });
  });
});

describe('the Temporal Web UI', () => {
  test('shows what a trade is, and finds it by its search attributes', async () => {
    const handle = desk.engine.client.workflow.getHandle(tradeWorkflowId('walk-thin'));
    const description = await handle.describe();
    expect(await description.staticSummary()).toBe('THIN · 10 × Kalshi THIN yes 0.58');
    const attributes = description.typedSearchAttributes;
    expect(attributes.get(searchAttributes.book)).toBe('paper');
    expect(attributes.get(searchAttributes.tradeStatus)).toBe('open');
    expect(attributes.get(searchAttributes.marketId)).toEqual(['THIN']);
    const query =
      "Book = 'paper' AND TradeStatus = 'open' AND Venue = 'kalshi' AND ExecutionStatus = 'Running'";
    const found = await eventually('visibility to catch up', async () => {
      const ids: string[] = [];
      for await (const run of desk.engine.client.workflow.list({ query })) ids.push(run.workflowId);
      return ids.includes('trade:walk-thin') ? ids : undefined;
    });
    expect(found).toContain('trade:walk-thin');
  });

  test('answers the status query with the step and what it waits for', async () => {
    const handle = desk.engine.client.workflow.getHandle(tradeWorkflowId('walk-thin'));
    expect(await handle.query('status')).toMatchObject({
      step: 'await settlement',
      status: 'open',
      detail: expect.stringContaining('holds 4 × THIN: yes wins: yes'),
    });
  });
});

test('histories are recorded where that is asked for', async () => {
  const { client } = desk.engine;
  await recordHistory(client, 'trade:walk-WIN', 'trade-settled');
  await recordHistory(client, 'trade:walk-thin', 'trade-open');
  await recordHistory(client, 'trade:walk-gtd', 'trade-unfilled');
  await recordHistory(client, 'trade:walk-closed', 'trade-denied');
  await recordHistory(client, 'venue-watch:kalshi:paper', 'venue-watch');
  expect(recordedHistories().length).toBeGreaterThanOrEqual(4);
});

describe('the books after all of it', () => {
  test('I2, I5, I6 and I7 hold', async () => {
    const rows = await readBooks(desk.engine.ledger.db);
    const fills = await Promise.all(
      desk.engine.venues.map(async (venue) => {
        const { facts } = await venue.fillsSince(0);
        return facts.map(({ fillId }) => `paper/${venue.id}/${fillId}`);
      }),
    );
    expect(checkI2(rows.counters, rows.holds)).toEqual([]);
    expect(checkI5(fills.flat(), rows.fills)).toEqual([]);
    expect(checkI6(rows.accounts, rows.transfers)).toEqual([]);
    expect(checkI7(rows.holds)).toEqual([]);
    expect((await listTrades(desk.engine.ledger.db, { limit: 100 })).length).toBeGreaterThan(5);
  });
});
