/** `ballast export` and `/api/trading/state` on trades that came with the predecessor's file. */
import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { tradingStateSchema } from '../../contracts/predecessor.ts';
import { exportPredecessor } from '../../ledger/read/export.ts';
import { readTradingState } from '../../ledger/read/predecessor.ts';
import { betText, fileText, predecessorText, sound } from '../support/predecessor.ts';
import type { LedgerUnderTest } from './harness.ts';
import { usd, useLedger } from './harness.ts';
import { take } from './importing.ts';
import { settlementOf } from './wishes.ts';

const under = useLedger();

const HUNDRED = { initialBalanceMicros: { kalshi: usd(50), polymarket: usd(50) } };
const TRADE = 'import-nhl-2025-12-06-CBJ-FLA';
const TICKER = 'KXNHLGAME-25DEC06CBJFLA-FLA';
const SLUG = 'nhl-cbj-fla-2025-12-06';

const exported = (it: LedgerUnderTest) => exportPredecessor(it.db, 'main', it.reading());

async function stateOf(it: LedgerUnderTest) {
  const asked = { desk: 'main', liveTrading: false } as const;
  return tradingStateSchema.parse(await readTradingState(it.db, asked, it.reading()));
}

async function result(it: LedgerUnderTest, venue: 'kalshi' | 'polymarket', payoutYes: number) {
  const market = venue === 'kalshi' ? TICKER : SLUG;
  const fact = settlementOf(market, payoutYes, it.reading().atMs);
  await it.ledger.storeSettlement({ book: 'paper', venue }, fact, it.reading());
  return it.record(TRADE);
}

test('the nine that were imported come out again, field by field and in their order', async () => {
  const text = predecessorText();
  if (text === undefined) return;
  const it = under();
  await it.setUp(HUNDRED);
  await take(it, text);
  const file = await exported(it);
  const { bets } = JSON.parse(text) as { bets: object[] };
  expect(JSON.parse(JSON.stringify(file.bets))).toEqual(bets.slice(0, 9));
  expect(file.bets.map((bet) => Object.keys(bet))).toEqual(
    bets.slice(0, 9).map((bet) => Object.keys(bet)),
  );
  expect(file).toMatchObject({ balance: 62.81625, initial_balance: 100, total_profit: 0 });
  const state = await stateOf(it);
  expect(state).toMatchObject({ balance: 62.81625, total_trades: 9, daily_trades: 0 });
  // Nine pairs of 5 contracts pay 45 dollars, whichever sides win.
  expect(state.estimated_profit).toBe(7.81625);
});

test('what is exported can be imported into another book', async () => {
  const it = under();
  await it.setUp(HUNDRED);
  await take(it, fileText([betText()]));
  const read = sound(JSON.stringify(await exported(it)));
  expect(read.bets).toEqual([betText()]);
  expect(read.balance).toBe(96.244375);
});

test('the state shows an imported bet with what only its file knew', async () => {
  const it = under();
  await it.setUp(HUNDRED);
  await take(it, fileText([betText()]));
  const { bets } = await stateOf(it);
  expect(bets).toEqual([
    expect.objectContaining({
      id: TRADE,
      game: 'Blue Jackets vs Panthers',
      sport: 'NHL',
      timestamp: '2025-12-04T13:54:38.949Z',
      game_time: '2025-12-06T20:30',
      quantity: 5,
      cost: 3.755625,
      payout: 5,
      profit: 1.244375,
      roi_percent: 33.1336,
      status: 'pending',
      fees_total_usd: 0.180625,
    }),
  ]);
  const [polymarket, kalshi] = bets[0]!.legs;
  expect(polymarket).toMatchObject({
    platform: 'Polymarket',
    price: 35,
    eff: 35.875,
    team: 'Blue Jackets',
    code: 'CBJ',
    market_id: SLUG,
    url: 'https://polymarket.com/event/nhl-cbj-fla-2025-12-06',
    cost_usd: 1.79375,
    fee_usd: 0.04375,
    payout_usd: 5,
    order_id: null,
  });
  expect(kalshi).toMatchObject({ team: 'Panthers', code: 'FLA', price: 36.5, eff: 39.2375 });
});

test('an imported pair settles like any other: the export says what it paid and won', async () => {
  const it = under();
  await it.setUp(HUNDRED);
  await take(it, fileText([betText()]));
  // The Blue Jackets won: Polymarket's first outcome, and the no of the Panthers' ticker.
  expect(await result(it, 'polymarket', 1)).toEqual({ kind: 'waiting' });
  const half = await stateOf(it);
  expect(half).toMatchObject({ balance: 101.244375, total_profit: 0, estimated_profit: 1.244375 });
  expect(half.bets).toMatchObject([{ status: 'pending', settled_amount: 5, realized_profit: 0 }]);
  expect(await result(it, 'kalshi', 0)).toMatchObject({ kind: 'recorded', pnlMicros: 1_244_375 });
  const file = await exported(it);
  expect(file).toMatchObject({ balance: 101.244375, total_profit: 1.244375 });
  expect(file.bets).toEqual([
    betText({ status: 'settled', settled_amount: 5, realized_profit: 1.244375 }),
  ]);
});

test('legs that both lose lose the whole bet, and that loss counts today', async () => {
  const it = under();
  await it.setUp(HUNDRED);
  await take(it, fileText([betText()]));
  await result(it, 'polymarket', 0);
  expect(await result(it, 'kalshi', 0)).toMatchObject({ pnlMicros: -3_755_625 });
  expect((await exported(it)).bets).toMatchObject([
    { status: 'settled', settled_amount: 0, realized_profit: -3.755625 },
  ]);
  expect(await stateOf(it)).toMatchObject({ daily_loss: 3.755625 });
});

test('our own trades are written in the same fields', async () => {
  const it = under();
  await it.setUp();
  await it.open('own', { quantity: 40, price: 0.45, market: 'KXFED-1' });
  await take(it, fileText([betText()]));
  const { bets } = await exported(it);
  expect(bets.map(({ id }) => id)).toEqual(['CBJ@FLA', 'own'].toSorted().toReversed());
  const own = bets.find(({ id }) => id === 'own')!;
  expect(own).toMatchObject({
    quantity: 40,
    cost: 18,
    payout: 40,
    profit: 22,
    roi_percent: 122.2222,
    status: 'pending',
    legs: [
      {
        platform: 'Kalshi',
        price: 45,
        eff: 45,
        team: 'Home',
        url: 'https://kalshi.com/markets/KXFED-1',
        fee_usd: 0,
        cost_usd: 18,
      },
    ],
  });
});

test('no order is ever made of an imported trade', async () => {
  const it = under();
  await it.setUp();
  await take(it, fileText([betText()]));
  const order = await it.ledger.readLegOrder(TRADE, 0);
  await it.ledger.storeOrder(order, { request: {}, wire: 'x' }, it.reading()).catch(() => {});
  const orders = await it.db.selectFrom('venue_order').selectAll().execute();
  expect(orders).toEqual([]);
  const { rows } = await sql`SELECT FROM permit`.execute(it.db);
  expect(rows).toEqual([]);
});
