/** What a person who has only the Temporal Web UI sees and finds, read through the server's API. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { deskControl } from '../../bin/desk-control.ts';
import { startSchedules } from '../../bin/schedules.ts';
import { startTrade } from '../../client/start-trade.ts';
import { proposalSchema } from '../../contracts/proposal.ts';
import { utcDate } from '../../domain/day.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import { recordHistory } from '../support/histories.ts';
import type { PairChanges, PaperMarketInput } from '../support/markets.ts';
import { kalshiMarket, pairMarkets, singleLeg } from '../support/markets.ts';
import { proposePair, tradeIn } from '../support/pairs.ts';
import { listed, messagesOf, metadataOf, staticTextsOf, summariesOf } from '../support/web-ui.ts';

const ISO = /\d{4}-\d\d-\d\dT[\d:.]+Z/;
const STUCK: PairChanges = {
  kalshi: { script: [{ order: 'every', effect: 'reject', code: 'try_later' }] },
  polymarket: {
    script: [{ order: 'every', action: 'sell', effect: 'reject', code: 'try_later' }],
  },
};

let desk: TestDesk;
let today: string;
const markets = new Map<string, PaperMarketInput>();

function list(...changed: PaperMarketInput[]): void {
  for (const market of changed) markets.set(market.id, market);
  desk.publish({ markets: [...markets.values()] });
}

const client = () => desk.engine.client;
const detailsOf = async (id: string): Promise<string> =>
  (await metadataOf(client(), id)).currentDetails;

/** Proposes a single leg on a market of its own, and waits until it has come to `status`. */
async function single(
  id: string,
  status: 'open' | 'placing' | 'denied' | 'awaiting_approval' | 'unfilled',
  rest: Parameters<typeof singleLeg>[2] = {},
): Promise<void> {
  await desk.submit(singleLeg(id, `KX-${id}`, { event: id, ...rest }));
  await tradeIn(desk, id, [status]);
}

/** Waits for the run's own end: the ledger knows the outcome a moment earlier. */
async function resultOf(id: string): Promise<unknown> {
  return client().workflow.getHandle(`trade:${id}`).result();
}

beforeAll(async () => {
  desk = await startTestDesk({
    markets: { markets: [] },
    settings: {
      LIVE_TRADING_MAX_DAILY_TRADES: '100',
      BALLAST_STRATEGY_EXECUTIONS_MAX: '1000',
      BALLAST_LEG_SECONDS: '2',
      BALLAST_MAX_UNHEDGED_SECONDS: '4',
    },
  });
  today = utcDate((await desk.engine.clock.read()).atMs);
  list(
    kalshiMarket('KX-open'),
    kalshiMarket('KX-settled'),
    kalshiMarket('KX-denied', { trading: false }),
    kalshiMarket('KX-waits'),
    kalshiMarket('KX-approved'),
    kalshiMarket('KX-rests', { book: { yes: { asks: [['0.60', '50']] }, no: {} } }),
    ...pairMarkets('pair'),
    ...pairMarkets('stuck', STUCK),
    ...pairMarkets('sold', { kalshi: STUCK.kalshi! }),
    ...pairMarkets('moved', {
      polymarket: { script: [{ order: 0, effect: 'revert', afterSeconds: 2 }] },
    }),
  );
  await startSchedules(desk.engine);
});
afterAll(async () => desk.close());

describe('a single leg', () => {
  test('that is open says what it holds, what it waits for and until when', async () => {
    await single('open', 'open', { strategy: 'nhl-model' });
    const texts = await staticTextsOf(client(), 'trade:open');
    expect(texts.summary).toBe('open · 10 × Kalshi KX-open yes 0.58');
    expect(texts.details).toContain('strategy nhl-model');
    expect(texts.details).toContain('- kalshi `KX-open` yes at 0.58 or better');
    const details = await eventually('the run to wait for its result', async () => {
      const shown = await detailsOf('trade:open');
      return shown.startsWith('**await settlement** · open') ? shown : undefined;
    });
    expect(details).toContain('holds 10 × KX-open: yes wins: yes; result expected at an unknown');
    expect(details).toMatch(new RegExp(`asks the venue itself at ${ISO.source}`));
    expect(details).toContain('Held at most: $5.98 of the paper book’s cash and exposure');
    expect(details).toContain(`$5.98 of the loss limit of ${today}`);
    expect(details).toContain('P&L: none booked yet');
    expect(details).toContain('`ballast trades open`');
  });

  test('that settled shows its P&L, its payout and its day, when its run is over too', async () => {
    await single('settled', 'open');
    list(kalshiMarket('KX-settled', { result: { at: 0, payout: '1' } }));
    expect(await resultOf('settled')).toMatchObject({ status: 'settled' });
    const details = await detailsOf('trade:settled');
    expect(details).toContain(`**over** · settled\n\nP&L 4.0294 on ${today}`);
    expect(details).toContain('Paid out: $10.00');
  });

  test('that is denied says every rule it failed, with the numbers', async () => {
    await single('denied', 'denied');
    await resultOf('denied');
    const details = await detailsOf('trade:denied');
    expect(details).toContain('**over** · denied\n\nMARKET_CLOSED');
    expect(details).toContain('- MARKET_CLOSED: KX-denied does not trade');
    expect(details).toContain('Nothing is held and nothing was sent');
  });

  test('whose order rests says until when, and is found as placing', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    await single('rests', 'placing', {
      limitPrice: '0.59',
      fairPrice: '0.66',
      tif: 'gtd',
      expiresAt,
    });
    expect(await listed(client(), "TradeStatus = 'placing'", ['rests'])).toEqual(['rests']);
    const details = await detailsOf('trade:rests');
    expect(details).toContain(
      '**place** · placing\n\nwaits to cancel the rest: Kalshi KX-rests yes',
    );
    expect(details).toMatch(ISO);
    const summaries = await summariesOf(client(), 'trade:rests');
    expect(summaries.at(-1)).toMatch(/^timer: cancel the rest: Kalshi KX-rests yes at .*Z$/);
  });

  test('that waits for approval says until when and by which command, and is found', async () => {
    await single('waits', 'awaiting_approval', { fairPrice: '0.90' });
    expect(
      await listed(client(), "TradeStatus = 'awaiting_approval' AND ExecutionStatus = 'Running'", [
        'waits',
      ]),
    ).toEqual(['waits']);
    const details = await detailsOf('trade:waits');
    expect(details).toMatch(new RegExp(`may approve it until ${ISO.source}`));
    expect(details).toContain('`ballast approve waits --reason "…"`');
    expect((await summariesOf(client(), 'trade:waits')).at(-1)).toMatch(
      /^timer: wait for an admin/,
    );
  });

  test('that was approved goes on, and is no longer found as waiting', async () => {
    await single('approved', 'awaiting_approval', { fairPrice: '0.90' });
    const { ledger, clock } = desk.engine;
    const asked = { id: 'approved', actor: 'ann', reason: 'checked' };
    expect(await ledger.approveProposal(asked, await clock.read())).toMatchObject({
      kind: 'approved',
    });
    await tradeIn(desk, 'approved', ['open']);
    expect(await listed(client(), "TradeStatus = 'awaiting_approval'", ['waits'])).toEqual([
      'waits',
    ]);
    list(kalshiMarket('KX-approved', { result: { at: 0, payout: '1' } }));
    await resultOf('approved');
    await recordHistory(client(), 'trade:approved', 'trade-approved');
  });
});

describe('a pair', () => {
  test('that is open names both legs, what both hold and what both may cost', async () => {
    await proposePair(desk, 'pair', 'pair', { strategy: 'arbitrage' });
    await tradeIn(desk, 'pair', ['open']);
    const { summary, details: proposed } = await staticTextsOf(client(), 'trade:pair');
    expect(summary).toBe('pair · 10 × Kalshi KX-pair yes 0.48 + Polymarket Away 0.46');
    expect(proposed).toContain('(pair pair)');
    const details = await eventually('the run to wait for its result', async () => {
      const shown = await detailsOf('trade:pair');
      return shown.startsWith('**await settlement** · open') ? shown : undefined;
    });
    expect(details).toContain(
      'holds 10 × pair: home wins: yes + 10 × pair: home or away: Away; result expected',
    );
    expect(details).toContain('- kalshi `KX-pair` — pair: home wins: yes; planned 10 for at most');
    expect(details).toContain('- polymarket `pair-slug` — pair: home or away: Away; planned 10');
    await recordHistory(client(), 'trade:pair', 'pair-open');
  });

  test('whose fill was taken back is mended in sight, and open again', async () => {
    await proposePair(desk, 'moved', 'moved');
    await tradeIn(desk, 'moved', ['open']);
    await eventually('the fill to be taken back', async () => {
      const trade = await findTrade(desk.engine.ledger.db, 'moved');
      return trade?.legs[1]?.filledQuantity !== '10' ? true : undefined;
    });
    await tradeIn(desk, 'moved', ['open']);
    const again = await eventually('both orders of the leg to be in the history', async () => {
      const summaries = await summariesOf(client(), 'trade:moved');
      return summaries.filter((line) => line.includes('hedge: buy 10')).length === 2
        ? summaries
        : undefined;
    });
    expect(again.filter((line) => line.includes('NO SUMMARY'))).toEqual([]);
    expect(again).toContainEqual(
      expect.stringContaining('mendPair: the legs do not match: complete or unwind'),
    );
    await eventually('the run to wait again', async () =>
      (await detailsOf('trade:moved')).startsWith('**await settlement** · open') ? true : undefined,
    );
    await recordHistory(client(), 'trade:moved', 'pair-reverted');
  });
});

describe('a pair that was unwound', () => {
  test('ends with its last fill, without a signal, and is found by how it ended', async () => {
    await proposePair(desk, 'sold', 'sold');
    expect(await resultOf('sold')).toMatchObject({ status: 'closed' });
    expect(await detailsOf('trade:sold')).toContain('**over** · closed');
    expect(await listed(client(), "TradeStatus = 'closed'", ['sold'])).toEqual(['sold']);
  });
});

describe('lists a person would ask for', () => {
  const RUNNING = "ExecutionStatus = 'Running'";

  test.each([
    ['open trades', `TradeStatus = 'open' AND ${RUNNING}`, ['open', 'pair', 'moved']],
    [
      'open paper trades',
      `Book = 'paper' AND TradeStatus = 'open' AND ${RUNNING}`,
      ['open', 'pair', 'moved'],
    ],
    ['open live trades', `Book = 'live' AND TradeStatus = 'open' AND ${RUNNING}`, []],
    ['a phase’s trades', `Phase = 'paper' AND TradeStatus = 'placing'`, ['rests']],
    ['a strategy’s trades', "Strategy = 'nhl-model'", ['open']],
    ['a market’s trades', "MarketId = 'pair-slug'", ['pair']],
    [
      'a venue’s trades',
      `Venue = 'polymarket' AND WorkflowType = 'trade'`,
      ['pair', 'moved', 'sold'],
    ],
    ['a strategy’s on a venue', `Strategy = 'arbitrage' AND Venue = 'kalshi'`, ['pair']],
    ['one that settled', "MarketId = 'KX-settled' AND ExecutionStatus = 'Completed'", ['settled']],
  ])('%s: %s', async (_, query, ids) => {
    expect(await listed(client(), query, ids)).toEqual(ids.toSorted());
  });

  test('a day’s trades are those whose limits they count in, not those that were refused', async () => {
    const ids = ['open', 'settled', 'rests', 'approved', 'pair', 'moved', 'sold'];
    expect(await listed(client(), `TradingDay = '${today}'`, ids)).toEqual(ids.toSorted());
    expect(await listed(client(), "TradingDay = '2001-01-01'", [])).toEqual([]);
  });

  test('a live trade is found among paper ones', async () => {
    const proposal = proposalSchema.parse(singleLeg('live', 'KX-live'));
    const options = { client: client(), eager: false, book: 'live', phase: 'live' } as const;
    // The ledger has no such proposal: the run fails, and the list still tells whose it was.
    await startTrade(options, 'live', proposal);
    expect(await listed(client(), "Book = 'live'", ['live'])).toEqual(['live']);
    expect(await listed(client(), "Phase = 'live' AND TradeStatus = 'received'", ['live'])).toEqual(
      ['live'],
    );
  });
});

describe('every workflow', () => {
  beforeAll(async () => {
    await client().schedule.getHandle('daily-reset').trigger();
  });

  async function idOf(type: string): Promise<string> {
    return eventually(`a finished run of ${type}`, async () => {
      const query = `WorkflowType = '${type}' AND ExecutionStatus = 'Completed'`;
      for await (const { workflowId } of client().workflow.list({ query })) return workflowId;
      return undefined;
    });
  }

  test.each([
    [
      'rollout',
      /^Desk main: pause and resume it here by signal$/,
      /is \*\*active\*\* in phase \*\*paper\*\*[^]*Signal `pause` with `\{"by"/,
    ],
    [
      'venueWatch',
      /^Watches kalshi for the paper book$/,
      /Reads fills[^]*Venue = 'kalshi' AND Book = 'paper'/,
    ],
    ['sweep', /^Drives again what is under way/, /^Everything is driven\.$/],
    [
      'dailyReset',
      /^Closes every UTC day that is over/,
      /\*\*over\*\* · scheduled for [^]*Backup: `/,
    ],
    ['trade', /Polymarket Away 0\.46$/, /^\*\*await settlement\*\* · open/],
  ])(
    '%s carries a summary, details, and a summary on every timer and activity',
    async (type, summary, details) => {
      const standing: Record<string, string> = {
        rollout: 'rollout:main',
        venueWatch: 'venue-watch:kalshi:paper',
        trade: 'trade:pair',
      };
      const id = standing[type] ?? (await idOf(type));
      expect((await staticTextsOf(client(), id)).summary).toMatch(summary);
      const metadata = await metadataOf(client(), id);
      expect(metadata.definition.type).toBe(type);
      expect(metadata.currentDetails).toMatch(details);
      const summaries = await summariesOf(client(), id);
      expect(summaries.length).toBeGreaterThan(0);
      expect(summaries.filter((line) => line.includes('NO SUMMARY'))).toEqual([]);
      for (const [name, description] of Object.entries(messagesOf(metadata))) {
        expect([name, description]).toEqual([name, expect.stringMatching(/^.{15,}$/)]);
      }
    },
  );

  test.each([
    ['rollout:main', ['desk-changed', 'pause', 'rearm', 'resume', 'status']],
    ['trade:open', ['approved', 'order-event', 'resolve', 'settled', 'status']],
    ['venue-watch:kalshi:paper', ['status']],
  ])('%s tells the signals, queries and updates it takes', async (id, names) => {
    const described = Object.keys(messagesOf(await metadataOf(client(), id)));
    expect([...new Set(described)].toSorted()).toEqual(expect.arrayContaining(names));
  });

  test('the desk is paused and resumed by signal alone, and its details say so', async () => {
    const rollout = client().workflow.getHandle('rollout:main');
    const showing = async (state: string): Promise<string> =>
      eventually(`the desk to be shown as ${state}`, async () => {
        const details = await detailsOf('rollout:main');
        return details.includes(`is **${state}**`) ? details : undefined;
      });
    await rollout.signal('pause', { by: 'ann', reason: 'from the Web UI' });
    expect(await showing('paused')).toMatch(/by ann: from the Web UI[^]*Signal `resume`/);
    await rollout.signal('resume', { by: 'ann', reason: 'seen' });
    expect(await showing('active')).toMatch(/by ann: seen[^]*Signal `pause`/);
  });
});

test('names of any length are cut to the bytes that the API documents', async () => {
  const long = (text: string): string => text.padEnd(120, '"\\x');
  const market = long('slug');
  list(pairMarkets('long', { polymarket: { id: market } })[1]);
  const proposal = singleLeg('long', market, { event: long('event'), fairPrice: '0.60' });
  const leg = { venue: 'polymarket', market, outcome: 'yes', limitPrice: '0.55' } as const;
  expect(await desk.submit({ ...proposal, legs: [leg] })).toMatchObject({ status: 202 });
  await tradeIn(desk, 'long', ['open']);
  const { summary } = await staticTextsOf(client(), 'trade:long');
  expect(summary).toMatch(/^event.*…$/);
  expect(Buffer.byteLength(JSON.stringify(summary))).toBeLessThanOrEqual(400);
  const sent = (await summariesOf(client(), 'trade:long')).find((line) => line.startsWith('send'));
  expect(sent).toContain('sendOrder: send Polymarket Home');
});

// Halts the desk, and so comes last.
describe('a pair on one leg', () => {
  test('is found, says what stands alone and every command that ends it', async () => {
    await proposePair(desk, 'stuck', 'stuck');
    await tradeIn(desk, 'stuck', ['one_legged']);
    expect(
      await listed(client(), `TradeStatus = 'one_legged' AND ExecutionStatus = 'Running'`, [
        'stuck',
      ]),
    ).toEqual(['stuck']);
    const details = await detailsOf('trade:stuck');
    expect(details).toContain('**await settlement** · one_legged\n\nstands on one leg and needs');
    expect(details).toContain('0 × stuck: home wins: yes + 10 × stuck: home or away: Away');
    for (const action of ['complete --max-loss', 'unwind --max-loss', 'hold']) {
      expect(details).toContain(`\`ballast trade resolve stuck ${action}`);
    }
  });

  test('is found as open again once a person has completed it', async () => {
    list(...pairMarkets('stuck'));
    const { ledger, clock } = desk.engine;
    const order = { tradeId: 'stuck', action: 'complete', maxLossMicros: 1e6 } as const;
    const by = { actor: 'ann', reason: 'looked' };
    await ledger.resolveTrade({ ...order, ...by }, await clock.read());
    await tradeIn(desk, 'stuck', ['open']);
    expect(await listed(client(), "TradeStatus = 'one_legged'", [])).toEqual([]);
    await recordHistory(client(), 'trade:stuck', 'pair-one-legged-resolved');
    const rearmed = await deskControl(desk.engine, () => {}).rearm({
      actor: 'ann',
      reason: 'over',
    });
    expect(rearmed).toEqual({ kind: 'resumed' });
  });
});
