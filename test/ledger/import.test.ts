/** `ballast import`: the predecessor's bets become trades of the paper book, or nothing changes. */
import { describe, expect, test } from '@jest/globals';
import type { Limits } from '../../domain/limits.ts';
import { betText, fileText, predecessorText } from '../support/predecessor.ts';
import { balanceOf, counterOf } from './books-in-sql.ts';
import { usd, useLedger } from './harness.ts';
import { everything, take, viewOf } from './importing.ts';

const under = useLedger();

/** The predecessor's own capital, half at each venue. */
const HUNDRED: Partial<Limits> = {
  initialBalanceMicros: { kalshi: usd(50), polymarket: usd(50) },
};
const NINE_MICROS = 37_183_750;

describe('the nine real trades of the predecessor', () => {
  test('arrive as open pairs past the rules, exact to the micro-dollar; TA@TH is refused', async () => {
    const text = predecessorText();
    if (text === undefined) return;
    const it = under();
    await it.setUp({ ...HUNDRED, dailyTradesMax: 1, positionMicrosMax: usd(1) });
    const view = viewOf(await take(it, text));
    expect(view.bets.map(({ bet, result }) => `${bet} ${result}`)).toEqual([
      'CBJ@FLA imported',
      'COL@NYR imported',
      'STL@OTT imported',
      'NSH@CAR imported',
      'MTL@TOR imported',
      'UTA@CGY imported',
      'DET@SEA imported',
      'MIN@VAN imported',
      'WPG@EDM imported',
      'TA@TH refused',
    ]);
    expect(view.balance).toEqual({
      initial: '100.00',
      history: '0.00',
      open: '37.18375',
      explained: '62.81625',
      stated: '61.97625',
      difference: '0.84',
    });
    const trades = await it.db.selectFrom('trade').selectAll().orderBy('id').execute();
    expect(trades.map(({ id }) => id)).toEqual([
      'import-nhl-2025-12-06-CBJ-FLA',
      'import-nhl-2025-12-06-COL-NYR',
      'import-nhl-2025-12-07-DET-SEA',
      'import-nhl-2025-12-07-MIN-VAN',
      'import-nhl-2025-12-07-MTL-TOR',
      'import-nhl-2025-12-07-NSH-CAR',
      'import-nhl-2025-12-07-STL-OTT',
      'import-nhl-2025-12-07-UTA-CGY',
      'import-nhl-2025-12-07-WPG-EDM',
    ]);
    for (const { status, strategy, day, imported } of trades) {
      expect({ status, strategy, day }).toEqual({
        status: 'open',
        strategy: 'imported',
        day: '2026-11-22',
      });
      const theirs = (JSON.parse(text) as { bets: { id: string }[] }).bets;
      expect(theirs).toContainEqual(imported);
    }
    const decisions = await it.db.selectFrom('decision').selectAll().execute();
    expect(decisions.every(({ accepted }) => accepted)).toBe(true);
    expect(decisions.every(({ verdicts }) => JSON.stringify(verdicts) === '[]')).toBe(true);
    expect(decisions.map(({ plan }) => plan)).toEqual(
      decisions.map(() => expect.objectContaining({ imported: true, legs: expect.any(Array) })),
    );
    const cash = await Promise.all(
      ['kalshi', 'polymarket'].map((venue) => balanceOf(it.db, `paper/${venue}/cash`)),
    );
    expect(cash.reduce((sum, { balance }) => sum + balance, 0)).toBe(usd(100) - NINE_MICROS);
    expect(view.cash).toEqual([
      { venue: 'kalshi', paid: '17.119375', freeAfter: '32.880625' },
      { venue: 'polymarket', paid: '20.064375', freeAfter: '29.935625' },
    ]);
  });

  test('TA@TH is refused for its markets, its price and its ROI', async () => {
    const text = predecessorText();
    if (text === undefined) return;
    const it = under();
    await it.setUp(HUNDRED);
    const { bets } = viewOf(await take(it, text));
    const reasons = bets.at(-1)!.reasons.join('\n');
    expect(reasons).toContain('"KX-TEST-1"');
    expect(reasons).toContain('"test-market-1"');
    expect(reasons).toContain('0.4 cents is $0.004, off the tick');
    expect(reasons).toContain('11804.76 %');
  });

  test('each leg is the side its bet named: a no where the ticker pays for the other team', async () => {
    const text = predecessorText();
    if (text === undefined) return;
    const it = under();
    await it.setUp(HUNDRED);
    await take(it, text);
    const legs = await it.db
      .selectFrom('leg')
      .select(['venue', 'market', 'outcome', 'outcome_label', 'cost', 'fees', 'filled'])
      .where('trade_id', 'in', ['import-nhl-2025-12-06-COL-NYR', 'import-nhl-2025-12-07-UTA-CGY'])
      .orderBy('trade_id')
      .orderBy('leg')
      .execute();
    const five = { filled: 5_000_000n };
    expect(legs).toEqual([
      {
        venue: 'kalshi',
        market: 'KXNHLGAME-25DEC06COLNYR-NYR',
        outcome: 1,
        outcome_label: 'no',
        cost: 2_450_000n,
        fees: 183_750n,
        ...five,
      },
      {
        venue: 'polymarket',
        market: 'nhl-col-nyr-2025-12-06',
        outcome: 1,
        outcome_label: 'Rangers',
        cost: 1_850_000n,
        fees: 46_250n,
        ...five,
      },
      {
        venue: 'kalshi',
        market: 'KXNHLGAME-25DEC06UTACGY-UTA',
        outcome: 0,
        outcome_label: 'yes',
        cost: 1_725_000n,
        fees: 129_375n,
        ...five,
      },
      {
        venue: 'polymarket',
        market: 'nhl-utah-cal-2025-12-07',
        outcome: 1,
        outcome_label: 'Flames',
        cost: 2_350_000n,
        fees: 58_750n,
        ...five,
      },
    ]);
  });

  test('a second import of the same file changes nothing and says so', async () => {
    const text = predecessorText();
    if (text === undefined) return;
    const it = under();
    await it.setUp(HUNDRED);
    await take(it, text);
    const before = await everything(it);
    const again = viewOf(await take(it, text));
    expect(new Set(again.bets.slice(0, 9).map(({ result }) => result))).toEqual(
      new Set(['already there']),
    );
    expect(again.cash.map(({ paid }) => paid)).toEqual(['0.00', '0.00']);
    expect(await everything(it)).toEqual(before);
  });

  test('a dry run reports the same and changes nothing', async () => {
    const text = predecessorText();
    if (text === undefined) return;
    const it = under();
    await it.setUp(HUNDRED);
    const before = await everything(it);
    const dry = viewOf(await take(it, text, true));
    expect(await everything(it)).toEqual(before);
    expect({ ...dry, dryRun: false }).toEqual(viewOf(await take(it, text)));
  });
});

describe('what an import uses', () => {
  test('counts as open positions do, holds no loss for a matched pair, takes no place among trades', async () => {
    const it = under();
    await it.setUp({ openExposureMicrosMax: usd(1), eventExposureMicrosMax: usd(2) });
    await take(it, fileText([betText()]));
    expect(await counterOf(it.db, 'paper/exposure')).toEqual({
      used: 3_755_625,
      held: 0,
      cap: usd(1),
      overrun: 2_755_625,
    });
    expect(await counterOf(it.db, 'paper/event/nhl:2025-12-06:CBJ@FLA')).toMatchObject({
      used: 3_755_625,
      overrun: 1_755_625,
    });
    const ticker = 'KXNHLGAME-25DEC06CBJFLA-FLA';
    expect(await counterOf(it.db, `paper/market/kalshi/${ticker}`)).toMatchObject({
      used: 1_961_875,
    });
    expect(await counterOf(it.db, 'paper/loss/2026-11-22')).toMatchObject({ used: 0, held: 0 });
    expect(await counterOf(it.db, 'paper/trades/2026-11-22')).toMatchObject({ used: 0, held: 0 });
  });

  test('a pair that loses whichever side wins holds that loss', async () => {
    const it = under();
    await it.setUp();
    const dear = betText({
      cost: 5.180625,
      profit: -0.180625,
      legs: priced([50, 2.54375, 0.04375], [50, 2.636875, 0.136875]),
    });
    await take(it, fileText([dear]));
    expect(await counterOf(it.db, 'paper/loss/2026-11-22')).toMatchObject({
      used: 0,
      held: 180_625,
    });
  });

  test('postings are on today, with the bet’s own time beside them', async () => {
    const it = under();
    await it.setUp();
    await take(it, fileText([betText()]));
    const rows = await it.db
      .selectFrom('transfer')
      .select(['id', 'debit_id', 'amount', 'code', 'day', 'venue_at_ms'])
      .where('trade_id', 'is not', null)
      .orderBy('id')
      .execute();
    const at = { day: '2026-11-22', venue_at_ms: BigInt(Date.parse('2025-12-04T13:54:38.949Z')) };
    const id = 'import/paper/import-nhl-2025-12-06-CBJ-FLA';
    const position = 'position/nhl-cbj-fla-2025-12-06/0';
    const ticker = 'position/KXNHLGAME-25DEC06CBJFLA-FLA/0';
    expect(rows).toEqual([
      leg(`${id}/0/cost`, `paper/polymarket/${position}`, 1_750_000n, 'buy'),
      leg(`${id}/0/fee`, 'paper/polymarket/fees', 43_750n, 'fee'),
      leg(`${id}/1/cost`, `paper/kalshi/${ticker}`, 1_825_000n, 'buy'),
      leg(`${id}/1/fee`, 'paper/kalshi/fees', 136_875n, 'fee'),
    ]);
    function leg(transferId: string, debit_id: string, amount: bigint, code: string) {
      return { id: transferId, debit_id, amount, code, ...at };
    }
  });

  test('one audit entry says what was imported, from what, and what the file does not explain', async () => {
    const it = under();
    await it.setUp();
    await take(it, fileText([betText()], { balance: 96 }));
    const { actor, reason, detail } = await it.db
      .selectFrom('audit')
      .select(['actor', 'reason', 'detail'])
      .where('action', '=', 'predecessor.imported')
      .executeTakeFirstOrThrow();
    expect([actor, reason]).toEqual(['tester', 'moving house']);
    expect(JSON.parse(detail)).toMatchObject({
      source: 'paper.json',
      imported: ['import-nhl-2025-12-06-CBJ-FLA'],
      difference: '0.244375',
    });
  });

  test('a bet that was over is history: its profit explains the balance and is not booked', async () => {
    const it = under();
    await it.setUp();
    const won = betText({ status: 'settled', settled_amount: 5, realized_profit: 1.244375 });
    const view = viewOf(await take(it, fileText([won], { balance: 101.244375 })));
    expect(view.bets).toMatchObject([{ result: 'history', trade: null }]);
    expect(view.balance).toMatchObject({ history: '1.244375', difference: '0.00' });
    expect(await it.db.selectFrom('trade').selectAll().execute()).toEqual([]);
  });

  test('the same game on another date is another trade, and a later file adds only what is new', async () => {
    const it = under();
    await it.setUp();
    await take(it, fileText([betText()]));
    const later = betText({ game_time: '2026-01-15T01:00' });
    const { bets } = viewOf(await take(it, fileText([betText(), later])));
    expect(bets.map(({ trade, result }) => [trade, result])).toEqual([
      ['import-nhl-2025-12-06-CBJ-FLA', 'already there'],
      ['import-nhl-2026-01-15-CBJ-FLA', 'imported'],
    ]);
  });
});

/** Legs of the one bet with other prices, costs and fees. */
function priced(...of: readonly (readonly [number, number, number])[]): object[] {
  const { legs } = betText() as { legs: object[] };
  return legs.map((leg, index) => {
    const [price, cost_usd, fee_usd] = of[index]!;
    return { ...leg, price, cost_usd, fee_usd };
  });
}

test('a day later the pair still risks only what is locked in', async () => {
  const it = under();
  await it.setUp();
  await take(it, fileText([betText()]));
  it.setClock('2026-11-23T00:00:01Z');
  await take(it, fileText([betText({ game_time: '2026-01-15T01:00' })]));
  expect(await counterOf(it.db, 'paper/loss/2026-11-23')).toMatchObject({ used: 0, held: 0 });
});

test('the day it came on closes with the pair among what is open, and none sent', async () => {
  const it = under();
  await it.setUp();
  await take(it, fileText([betText()]));
  it.setClock('2026-11-23T00:00:01Z');
  await it.ledger.closeDays({ book: 'paper', before: '2026-11-23' }, it.reading());
  const report = await it.ledger.findReport('paper', '2026-11-22');
  expect(report).toMatchObject({
    trades: { sent: 0, byStatus: { open: 1 } },
    open: [{ id: 'import-nhl-2025-12-06-CBJ-FLA', status: 'open', worstLoss: '0.00' }],
    carried: { trades: 0 },
  });
});
