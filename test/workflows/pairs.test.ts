/** Two-leg trades on a whole desk: every way a pair can go, scripted on the paper exchange. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { deskControl } from '../../bin/desk-control.ts';
import { verifyBooks } from '../../bin/verify.ts';
import type { TradeView } from '../../contracts/http.ts';
import { listAlerts } from '../../ledger/read/alerts.ts';
import { readDeskView } from '../../ledger/read/desk.ts';
import { readLimits } from '../../ledger/read/limits.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import type { PairChanges, PaperMarketInput } from '../support/markets.ts';
import { pairMarkets, pairProposal } from '../support/markets.ts';
import { proposePair, registerPair, tradeIn } from '../support/pairs.ts';

const SETTINGS = {
  LIVE_TRADING_MAX_DAILY_TRADES: '100',
  BALLAST_STRATEGY_EXECUTIONS_MAX: '1000',
  BALLAST_LEG_SECONDS: '2',
  BALLAST_MAX_UNHEDGED_SECONDS: '5',
};

let desk: TestDesk;
const markets = new Map<string, PaperMarketInput>();

/** Publishes the pair as changed, beside all the others. */
function list(name: string, changes: PairChanges = {}): void {
  for (const market of pairMarkets(name, changes)) markets.set(market.id, market);
  desk.publish({ markets: [...markets.values()] });
}

/** Ends both markets of the pair: Kalshi pays `yes`, Polymarket the rest. */
function end(name: string, yes: '0' | '1', changes: PairChanges = {}): void {
  const result = { at: 0, payout: yes };
  list(name, {
    kalshi: { ...changes.kalshi, result },
    // Polymarket's first outcome is home, as Kalshi's yes.
    polymarket: { ...changes.polymarket, result },
  });
}

/** What each leg still holds. */
const filled = (trade: TradeView): string[] =>
  trade.legs.map((leg) => String(Number(leg.filledQuantity) - Number(leg.sold)));

beforeAll(async () => {
  desk = await startTestDesk({ markets: { markets: [] }, settings: SETTINGS });
});
afterEach(async () => {
  const { invariants } = await verifyBooks(desk.engine.ledger);
  expect(invariants.flatMap(({ findings }) => findings)).toEqual([]);
});
afterAll(async () => desk.close());

describe('a pair whose legs both fill', () => {
  test('is share-matched, holds nothing more, and earns its edge whoever wins', async () => {
    list('clean');
    await proposePair(desk, 'clean', 'clean');
    const open = await tradeIn(desk, 'clean', ['open']);
    expect(filled(open)).toEqual(['10', '10']);
    end('clean', '1');
    const settled = await tradeIn(desk, 'clean', ['settled']);
    // 10 paid; 4.80 and 4.60 spent; Kalshi 0.1748 and Polymarket 0.1242 in fees.
    expect(settled.payout).toBe('10.00');
    expect(settled.realizedPnl).toBe('0.301');
  });

  test('a first leg filled in part sizes the second to its shares', async () => {
    list('part', { polymarket: { script: [{ order: 0, effect: 'fillAtMost', contracts: '6' }] } });
    await proposePair(desk, 'part', 'part');
    expect(filled(await tradeIn(desk, 'part', ['open']))).toEqual(['6', '6']);
  });

  test('a first leg that fills nothing ends the trade, and the second is never sent', async () => {
    list('none', { polymarket: { script: [{ order: 0, effect: 'fillAtMost', contracts: '0' }] } });
    await proposePair(desk, 'none', 'none');
    const trade = await tradeIn(desk, 'none', ['unfilled']);
    expect(filled(trade)).toEqual(['0', '0']);
  });

  test('a better first price may be spent on the second leg, above its own limit', async () => {
    list('better', {
      polymarket: { book: { yes: {}, no: { asks: [['0.40', '400']], bids: [['0.39', '400']] } } },
      kalshi: {
        book: {
          yes: {
            asks: [
              ['0.48', '6'],
              ['0.52', '400'],
            ],
          },
          no: {},
        },
      },
    });
    await proposePair(desk, 'better', 'better');
    expect(filled(await tradeIn(desk, 'better', ['open']))).toEqual(['10', '10']);
  });
});

describe('a pair whose second leg fails', () => {
  test('is completed where that costs less', async () => {
    list('again', { kalshi: { script: [{ order: 0, effect: 'reject', code: 'try_later' }] } });
    await proposePair(desk, 'again', 'again');
    expect(filled(await tradeIn(desk, 'again', ['open']))).toEqual(['10', '10']);
  });

  test('is unwound where that costs less, and the loss counts today', async () => {
    const lossBefore = await realisedToday();
    list('unwound', {
      kalshi: { script: [{ order: 'every', effect: 'reject', code: 'try_later' }] },
    });
    await proposePair(desk, 'unwound', 'unwound');
    const trade = await tradeIn(desk, 'unwound', ['closed']);
    expect(filled(trade)).toEqual(['0', '0']);
    // 10 bought at 0.46 and sold at 0.45, with 0.1242 and 0.12375 in fees.
    expect(trade.realizedPnl).toBe('-0.34795');
    expect((await realisedToday()) - lossBefore).toBeCloseTo(0.34795, 6);
  });

  test('hedging goes on while the desk is paused', async () => {
    list('paused', { kalshi: { script: [{ order: 0, effect: 'loseAnswer', afterSeconds: 1 }] } });
    await registerPair(desk, 'paused');
    const { ledger, clock } = desk.engine;
    const submitted = proposePair(desk, 'paused', 'paused');
    await eventually('the first leg to be sent', async () => {
      const trade = await findTrade(ledger.db, 'paused');
      return trade?.status === 'placing' ? true : undefined;
    });
    await submitted;
    const asked = { actor: 'tester', reason: 'a test', verified: true };
    await ledger.pauseDesk('main', asked, await clock.read());
    expect(filled(await tradeIn(desk, 'paused', ['open']))).toEqual(['10', '10']);
    const { body } = await desk.submit(pairProposal('refused', 'paused'));
    expect(body).toMatchObject({ code: 'DESK_PAUSED' });
    const requestId = `test/${randomUUID()}`;
    await ledger.resumeDesk(
      'main',
      { requestId, actor: 'tester', reason: 'over' },
      await clock.read(),
    );
  });
});

describe('a pair that neither venue lets hedge', () => {
  const STUCK: PairChanges = {
    kalshi: { script: [{ order: 'every', effect: 'reject', code: 'try_later' }] },
    polymarket: {
      script: [{ order: 'every', action: 'sell', effect: 'reject', code: 'try_later' }],
    },
  };

  async function strand(name: string): Promise<TradeView> {
    list(name, STUCK);
    await proposePair(desk, name, name);
    return tradeIn(desk, name, ['one_legged']);
  }

  async function resolve(
    name: string,
    action: 'complete' | 'unwind' | 'hold',
    maxLossUsd: number,
  ): Promise<void> {
    const { ledger, clock } = desk.engine;
    const outcome = await ledger.resolveTrade(
      { tradeId: name, action, maxLossMicros: maxLossUsd * 1e6, actor: 'tester', reason: 'looked' },
      await clock.read(),
    );
    expect(outcome).toMatchObject({ kind: 'taken' });
  }

  /** An admin lifts the halt, as API and CLI do it. */
  async function rearm(): Promise<void> {
    const answer = await deskControl(desk.engine, () => {}).rearm({
      actor: 'admin',
      reason: 'resolved',
    });
    expect(answer).toEqual({ kind: 'resumed' });
  }

  const deskState = async () => (await readDeskView(desk.engine.ledger.db, 'main')).state;

  test('becomes one_legged: the desk halts and an alert tells what is naked and both ways out', async () => {
    const trade = await strand('stuck');
    expect(filled(trade)).toEqual(['0', '10']);
    expect(await deskState()).toBe('halted');
    const [alert] = await listAlerts(desk.engine.ledger.db, { limit: 10, all: false });
    expect(alert).toMatchObject({ code: 'ONE_LEGGED', level: 'critical', tradeId: 'stuck' });
    expect(alert?.detail).toContain('naked: 10 × polymarket stuck-slug Away, bought for $4.7242');
    expect(alert?.detail).toContain('ballast trade resolve stuck complete --max-loss 0.00');
    expect(alert?.detail).toContain('ballast trade resolve stuck unwind --max-loss 0.34795');
    const { body } = await desk.submit(pairProposal('while-halted', 'stuck'));
    expect(body).toMatchObject({ code: 'DESK_HALTED' });
  });

  test('a person completes it, though the desk is halted', async () => {
    list('stuck');
    await resolve('stuck', 'complete', 1);
    expect(filled(await tradeIn(desk, 'stuck', ['open']))).toEqual(['10', '10']);
    expect(await deskState()).toBe('halted');
    await rearm();
    expect(await deskState()).toBe('active');
  });

  test('a person unwinds it', async () => {
    await strand('unwind-it');
    list('unwind-it');
    await resolve('unwind-it', 'unwind', 1);
    expect((await tradeIn(desk, 'unwind-it', ['closed'])).realizedPnl).toBe('-0.34795');
    await rearm();
  });

  test('a person holds it: the rest stays at risk and settles by itself', async () => {
    await strand('hold-it');
    await resolve('hold-it', 'hold', 0);
    expect(filled(await tradeIn(desk, 'hold-it', ['open']))).toEqual(['0', '10']);
    await rearm();
    end('hold-it', '0', STUCK);
    expect((await tradeIn(desk, 'hold-it', ['settled'])).realizedPnl).toBe('5.2758');
  });

  test('what a person allows too little for ends without a match, and can be asked again', async () => {
    await strand('too-little');
    list('too-little', { kalshi: { book: { yes: {}, no: {} } } });
    await resolve('too-little', 'unwind', 0.1);
    await eventually('the order of a person to end', async () => {
      const { rows } = await desk.query<{ outcome: string | null }>(
        "SELECT outcome FROM resolution WHERE trade_id = 'too-little'",
      );
      return rows[0]?.outcome ?? undefined;
    });
    expect(filled(await tradeIn(desk, 'too-little', ['one_legged']))).toEqual(['0', '10']);
    await resolve('too-little', 'unwind', 0.4);
    await tradeIn(desk, 'too-little', ['closed']);
    await rearm();
  });

  test('settles from one leg where its market ends first, and its alert is over', async () => {
    await strand('ended');
    end('ended', '1', STUCK);
    expect((await tradeIn(desk, 'ended', ['settled'])).realizedPnl).toBe('-4.7242');
    const alerts = await listAlerts(desk.engine.ledger.db, { limit: 100, all: false });
    expect(alerts.filter(({ code }) => code === 'ONE_LEGGED')).toEqual([]);
    await rearm();
  });
});

describe('a fill that is reverted after the pair was open', () => {
  test('sends the trade back to hedging: the leg is bought again where that is cheapest', async () => {
    list('reverted', {
      polymarket: { script: [{ order: 0, effect: 'revert', afterSeconds: 2 }] },
    });
    await proposePair(desk, 'reverted', 'reverted');
    await tradeIn(desk, 'reverted', ['open']);
    await eventually('the fill to be taken back', async () => {
      const trade = await findTrade(desk.engine.ledger.db, 'reverted');
      return trade?.legs[1]?.filledQuantity !== '10' ? true : undefined;
    });
    expect(filled(await tradeIn(desk, 'reverted', ['open']))).toEqual(['10', '10']);
    end('reverted', '0');
    const settled = await tradeIn(desk, 'reverted', ['settled']);
    expect(settled.payout).toBe('10.00');
  });

  test('is unwound where the reverted leg cannot be bought again', async () => {
    list('gone', { polymarket: { script: [{ order: 0, effect: 'revert', afterSeconds: 1 }] } });
    await proposePair(desk, 'gone', 'gone');
    await tradeIn(desk, 'gone', ['open']);
    list('gone', {
      polymarket: {
        script: [{ order: 0, effect: 'revert', afterSeconds: 1 }],
        book: { yes: {}, no: {} },
      },
    });
    const trade = await tradeIn(desk, 'gone', ['closed']);
    expect(filled(trade)).toEqual(['0', '0']);
  });
});

async function realisedToday(): Promise<number> {
  const { ledger, clock } = desk.engine;
  const view = await readLimits(ledger.db, 'main', ['kalshi', 'polymarket'], await clock.read());
  return Number(view.counted.find(({ name }) => name === 'day loss')!.used);
}
