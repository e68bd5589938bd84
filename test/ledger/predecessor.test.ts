/** The current book in the predecessor's words, on walked trades. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { tradingModeSchema, tradingStateSchema } from '../../contracts/predecessor.ts';
import type { TradingStateView } from '../../contracts/predecessor.ts';
import { micros } from '../../domain/money.ts';
import { readTradingMode, readTradingState } from '../../ledger/read/predecessor.ts';
import type { LedgerUnderTest } from './harness.ts';
import { NOON, contracts, useLedger } from './harness.ts';

const under = useLedger();

const ASKED = { desk: 'main', liveTrading: false } as const;

async function stateOf(it: LedgerUnderTest): Promise<TradingStateView> {
  const state = await readTradingState(it.db, ASKED, it.reading());
  return tradingStateSchema.parse(state);
}

test('the mode says both keys are missing', async () => {
  const it = under();
  await it.setUp();
  const mode = await readTradingMode(it.db, ASKED, it.reading());
  expect(tradingModeSchema.parse(mode)).toEqual({
    live_trading_enabled: false,
    mode: 'paper',
    timestamp: NOON,
    phase: 'paper',
    why_not_real: 'LIVE_TRADING is not true in the environment, and the desk is in phase paper',
  });
});

test('LIVE_TRADING alone makes nothing real: the phase is missing', async () => {
  const it = under();
  await it.setUp();
  const mode = await readTradingMode(it.db, { ...ASKED, liveTrading: true }, it.reading());
  expect(mode).toMatchObject({
    live_trading_enabled: true,
    mode: 'paper',
    why_not_real: 'the desk is in phase paper',
  });
});

test('a fresh desk has its opening cash and nothing else', async () => {
  const it = under();
  await it.setUp();
  expect(await stateOf(it)).toEqual({
    balance: 20_000,
    initial_balance: 20_000,
    total_profit: 0,
    estimated_profit: 0,
    total_trades: 0,
    bets: [],
    daily_loss: 0,
    daily_trades: 0,
    mode: 'paper',
    phase: 'paper',
    why_not_real: 'LIVE_TRADING is not true in the environment, and the desk is in phase paper',
  });
});

test('an open position is a pending bet: prices in cents, money in dollars, fees in both', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a', { market: 'M' });
  await it.permit('a');
  await it.fill('a', 40, 0.45, { feeMicros: micros(701_234) });
  await it.answer('a', { event: 'order.finished', filled: 40 });
  const state = await stateOf(it);
  expect(state).toMatchObject({
    balance: 19_981.298766,
    estimated_profit: 21.298766,
    total_trades: 1,
    daily_trades: 1,
  });
  expect(state.bets).toEqual([
    {
      id: 'a',
      game: 'Title of M',
      sport: null,
      timestamp: NOON,
      game_time: null,
      quantity: 40,
      cost: 18.701234,
      payout: 40,
      profit: 21.298766,
      roi_percent: 113.8896,
      status: 'pending',
      legs: [
        {
          platform: 'Kalshi',
          price: 45,
          eff: 46.7531,
          team: 'Home',
          code: null,
          market_id: 'M',
          url: null,
          cost_usd: 18.701234,
          fee_usd: 0.701234,
          payout_usd: 40,
          order_id: 'venue-a',
          order_status: 'done',
        },
      ],
      order_ids: { Kalshi: 'venue-a' },
      settled_amount: 0,
      realized_profit: 0,
      fees_total_usd: 0.701234,
    },
  ]);
});

test('an average price is rounded to the ten-thousandth of a cent', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a');
  await it.permit('a');
  await it.fill('a', 2, 0.44);
  await it.fill('a', 1, 0.5);
  const { bets } = await stateOf(it);
  // $1.38 for 3 contracts is 46 cents; a thousandth of a dollar more is 46.0333…
  expect(bets[0]?.legs[0]?.price).toBe(46);
  await it.fill('a', 4, 0.44);
  expect((await stateOf(it)).bets[0]?.legs[0]?.price).toBe(44.8571);
});

test('a settled bet carries what it paid; its loss counts today, its gain does not undo it', async () => {
  const it = under();
  await it.setUp();
  await it.open('lost');
  await it.settle('lost', 0);
  await it.open('won');
  await it.settle('won', 1);
  await it.open('half', { quantity: 10 });
  await it.settle('half', 0.25);
  const state = await stateOf(it);
  expect(state).toMatchObject({
    balance: 19_997.5,
    total_profit: -2.5,
    estimated_profit: 0,
    total_trades: 3,
    daily_loss: 52.5,
    daily_trades: 3,
  });
  const { half, won } = Object.fromEntries(state.bets.map((bet) => [bet.id, bet]));
  expect(won).toMatchObject({ status: 'settled', settled_amount: 100, realized_profit: 50 });
  expect(half).toMatchObject({
    status: 'settled',
    payout: 10,
    settled_amount: 2.5,
    realized_profit: -2.5,
    profit: -2.5,
    roi_percent: -50,
  });
});

test('yesterday’s trades and losses are not today’s', async () => {
  const it = under();
  await it.setUp();
  it.setClock('2026-11-21T12:00:00Z');
  await it.open('yesterday');
  await it.settle('yesterday', 0);
  it.setClock(NOON);
  expect(await stateOf(it)).toMatchObject({ daily_loss: 0, daily_trades: 0, total_profit: -50 });
});

test('what never held a position is no bet; sent, it counts among today’s trades', async () => {
  const it = under();
  await it.setUp();
  await it.receive('received');
  await it.propose('denied', { quantity: 1_000_000 });
  await it.accept('reserved');
  await it.accept('unfilled');
  await it.permit('unfilled');
  await it.answer('unfilled', { event: 'order.finished', filled: 0 });
  const state = await stateOf(it);
  expect(state).toMatchObject({ bets: [], total_trades: 0, daily_trades: 1 });
  // Cash that is only held for an order has not been spent.
  expect(state.balance).toBe(20_000);
});

test('the newest bet comes first, and balance, profit and open cost add up', async () => {
  const it = under();
  await it.setUp();
  await it.open('first');
  await it.settle('first', 0.1);
  it.setClock('2026-11-22T12:00:01Z');
  await it.open('second', { venue: 'polymarket', outcome: 'no', price: 0.3 });
  const state = await stateOf(it);
  expect(state.bets.map(({ id }) => id)).toEqual(['second', 'first']);
  expect(state.bets[0]?.legs[0]).toMatchObject({ platform: 'Polymarket', team: 'Away', price: 30 });
  const open = state.bets.filter((bet) => bet.status === 'pending');
  const openCost = open.reduce((sum, bet) => sum + bet.cost, 0);
  expect(state.balance).toBe(state.initial_balance + state.total_profit - openCost);
});

test('amounts are exact to the micro-dollar as they are printed', async () => {
  const it = under();
  await it.setUp({
    initialBalanceMicros: { kalshi: micros(123_456_789_123_457), polymarket: micros(3) },
  });
  await it.accept('a', { quantity: 100 });
  await it.permit('a');
  await it.fill('a', 33, 0.333, { quantity: contracts(33.333333) });
  const text = JSON.stringify(await stateOf(it));
  expect(text).toContain('"initial_balance":123456789.12346');
  // 33.333333 × 0.333, rounded up to the micro-dollar.
  expect(text).toContain('"cost":11.1');
  expect(text).toContain('"quantity":33.333333');
});

const FILE = fileURLToPath(
  new URL('../../../shared/data/predecessor-paper-trades.json', import.meta.url),
);
/** What only the predecessor's own arithmetic had; docs/http-compatibility.md names them. */
const LEFT_OUT = [
  'arb_type',
  'bet_amount_config',
  'fee_rate',
  'selected_strategy',
  'slippage_total_usd',
  'slippage_usd',
  'strategy_1_cost',
  'strategy_2_cost',
  'total_cost_per_unit',
];

interface Bet {
  readonly legs: readonly object[];
}

/** Fields of the one that the other has nowhere: at the top, of its bets, of their legs. */
function missing(theirs: { bets: readonly Bet[] }, ours: { bets: readonly Bet[] }): string[] {
  const keysOf = (objects: readonly object[]): string[] => [
    ...new Set(objects.flatMap((one) => Object.keys(one))),
  ];
  const lacking = (from: readonly object[], to: readonly object[]): string[] =>
    keysOf(from).filter((key) => !keysOf(to).includes(key));
  const legsOf = ({ bets }: { bets: readonly Bet[] }) => bets.flatMap(({ legs }) => legs);
  return [
    ...lacking([theirs], [ours]),
    ...lacking(theirs.bets, ours.bets),
    ...lacking(legsOf(theirs), legsOf(ours)),
  ].toSorted();
}

test('every field of the predecessor’s own file is served, but for those left out by name', async () => {
  if (!existsSync(FILE)) {
    console.info(`not compared with the predecessor's file: ${FILE} is absent`);
    return;
  }
  const it = under();
  await it.setUp();
  await it.open('a');
  const file = JSON.parse(readFileSync(FILE, 'utf8')) as { bets: Bet[] };
  expect(missing(file, await stateOf(it))).toEqual(LEFT_OUT);
});
