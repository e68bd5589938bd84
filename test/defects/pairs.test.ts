/**
 * The predecessor's defects in placing and settling two legs, each by its letter in
 * reference/peers.md §2 and docs/predecessor.md, on a whole desk.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TradeView } from '../../contracts/http.ts';
import type { TestDesk } from '../support/desk.ts';
import { startTestDesk } from '../support/desk.ts';
import { interfere } from '../support/interfere.ts';
import type { PairChanges, PaperMarketInput } from '../support/markets.ts';
import { pairIds, pairMarkets } from '../support/markets.ts';
import { proposePair, tradeIn } from '../support/pairs.ts';

let desk: TestDesk;
/** How many more answers of the venues the ledger fails to save. */
let lostSaves = 0;
const markets = new Map<string, PaperMarketInput>();

function list(name: string, changes: PairChanges = {}): void {
  for (const market of pairMarkets(name, changes)) markets.set(market.id, market);
  desk.publish({ markets: [...markets.values()] });
}

const filled = (trade: TradeView): string[] => trade.legs.map((leg) => leg.filledQuantity);

interface OrderAtVenue {
  readonly venue: string;
  readonly outcome: number;
  readonly action: string;
  readonly state: string;
}

/** Orders of a trade as the ledger sent them, oldest first. */
async function ordersOf(id: string): Promise<OrderAtVenue[]> {
  const { rows } = await desk.query<OrderAtVenue>(
    `SELECT venue, (request->>'outcome')::int AS outcome, request->>'action' AS action, state
     FROM venue_order WHERE trade_id = '${id}' ORDER BY created_at_ms, leg, attempt`,
  );
  return rows;
}

async function tradesCounted(): Promise<number> {
  const { rows } = await desk.query<{ used: bigint }>(
    `SELECT coalesce(sum(used), 0)::bigint AS used FROM counter WHERE kind = 'trades'`,
  );
  return Number(rows[0]!.used);
}

beforeAll(async () => {
  desk = await startTestDesk({
    markets: { markets: [] },
    settings: {
      LIVE_TRADING_MAX_DAILY_TRADES: '100',
      BALLAST_STRATEGY_EXECUTIONS_MAX: '1000',
      BALLAST_LEG_SECONDS: '2',
      BALLAST_MAX_UNHEDGED_SECONDS: '5',
    },
    interfere: (deps) =>
      interfere(deps, (point) => {
        if (point !== 'before bookOutcome' || lostSaves === 0) return;
        lostSaves -= 1;
        throw new Error('the disk is full');
      }),
  });
});
afterAll(async () => {
  await desk.close();
});

test('defect e: a save that fails after each order is live leaves no orphan: both are adopted', async () => {
  // The first trade of a cold desk may miss the two seconds of a send: nothing leaves then.
  const trades = ['saved', 'saved-2', 'saved-3'];
  let saved = trades[0]!;
  for (saved of trades) {
    list(saved);
    lostSaves = 2;
    await proposePair(desk, saved, saved);
    const { status } = await tradeIn(desk, saved, ['open', 'not_sent']);
    if (status === 'open') break;
  }
  expect(filled(await tradeIn(desk, saved, ['open']))).toEqual(['10', '10']);
  expect(lostSaves).toBe(0);
  const { rows } = await desk.query<{ client_order_id: string }>(
    'SELECT client_order_id FROM paper_exchange.client_order',
  );
  const ours = await desk.query<{ id: string }>(
    `SELECT id FROM venue_order WHERE trade_id = '${saved}'`,
  );
  expect(rows.map((row) => row.client_order_id).toSorted()).toEqual(
    ours.rows.map(({ id }) => id).toSorted(),
  );
  expect(rows).toHaveLength(2);
});

describe('defect h: the other leg was cancelled, which does not hedge what is filled', () => {
  test('a leg that stands alone is completed while that is the cheaper way', async () => {
    list('completed', { kalshi: { script: [{ order: 0, effect: 'reject', code: 'try_later' }] } });
    await proposePair(desk, 'completed', 'completed');
    expect(filled(await tradeIn(desk, 'completed', ['open']))).toEqual(['10', '10']);
    expect((await ordersOf('completed')).map(({ venue, state }) => `${venue} ${state}`)).toEqual([
      'polymarket done',
      'kalshi rejected',
      'kalshi done',
    ]);
  });

  test('defect m: a pair that fell back to nothing was sold again and keeps its place in the count', async () => {
    const before = await tradesCounted();
    list('unwound', { kalshi: { script: [{ order: 'every', effect: 'reject', code: 'closed' }] } });
    await proposePair(desk, 'unwound', 'unwound');
    await tradeIn(desk, 'unwound', ['closed']);
    const { rows } = await desk.query<{ filled: bigint }>(
      `SELECT filled FROM leg WHERE trade_id = 'unwound'`,
    );
    expect(rows.map((leg) => leg.filled)).toEqual([0n, 0n]);
    expect((await ordersOf('unwound')).at(-1)).toMatchObject({
      venue: 'polymarket',
      action: 'sell',
      state: 'done',
    });
    expect(await tradesCounted()).toBe(before + 1);
  });
});

test('defect i: legs are matched in contracts, and a no is a no', async () => {
  const ids = pairIds('no');
  const changes: PairChanges = {
    kalshi: {
      book: {
        yes: { asks: [['0.53', '400']], bids: [['0.51', '400']] },
        no: { asks: [['0.48', '400']], bids: [['0.47', '400']] },
      },
    },
    polymarket: {
      book: {
        yes: { asks: [['0.46', '400']], bids: [['0.45', '400']] },
        no: { asks: [['0.55', '400']], bids: [['0.53', '400']] },
      },
      script: [{ order: 0, effect: 'fillAtMost', contracts: '7' }],
    },
  };
  list('no', changes);
  await proposePair(desk, 'no', 'no', {
    legs: [
      { venue: 'kalshi', market: ids.kalshi, outcome: 'no', limitPrice: '0.48' },
      { venue: 'polymarket', market: ids.polymarket, outcome: 'Home', limitPrice: '0.46' },
    ],
  });
  const open = await tradeIn(desk, 'no', ['open']);
  expect(filled(open)).toEqual(['7', '7']);
  expect(await ordersOf('no')).toMatchObject([
    { venue: 'polymarket', outcome: 0 },
    { venue: 'kalshi', outcome: 1 },
  ]);
  // Away wins: Polymarket's Home pays nothing, and Kalshi's no on home pays a dollar a contract.
  const result = { at: 0, payout: '0' };
  list('no', {
    kalshi: { ...changes.kalshi, result },
    polymarket: { ...changes.polymarket, result },
  });
  expect(await tradeIn(desk, 'no', ['settled'])).toMatchObject({ payout: '7.00' });
});

test('defect j: a pair whose event is void is paid the fraction of both legs', async () => {
  list('void');
  await proposePair(desk, 'void', 'void');
  await tradeIn(desk, 'void', ['open']);
  list('void', { both: { result: { at: 0, payout: '0.5' } } });
  const { payout, realizedPnl } = await tradeIn(desk, 'void', ['settled']);
  expect(payout).toBe('10.00');
  // 5.00 from each venue; 4.80 and 4.60 were spent, and the fees of both.
  expect(Number(realizedPnl)).toBeGreaterThan(0);
  expect(Number(realizedPnl)).toBeLessThan(0.6);
});
