/**
 * Random stories of pairs and single legs: partial fills, hedges, exits, failing fills, results and
 * midnights in any order. The venues' side is kept here; the ledger must come to the same cash,
 * contracts and P&L after every step, and its books must be right.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assertNever } from '../../domain/assert.ts';
import type { FeeSchedule } from '../../domain/fees/schedule.ts';
import { takerFeeAt } from '../../domain/fees/schedule.ts';
import type { VenueFill } from '../../domain/market.ts';
import { costCeil, priceMicros, proceedsFloor } from '../../domain/money.ts';
import { answeredQuantity, excessOf, liveOrder } from '../../domain/placing.ts';
import { isTerminal } from '../../domain/trade.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import { balanceOf } from './books-in-sql.ts';
import type { LedgerUnderTest } from './harness.ts';
import { contracts, emptyLedger, equal, usd, useLedger } from './harness.ts';
import type { Sent } from './pair-harness.ts';
import { answer, book, fillAt, permit, reversalOf, store, strand, VENUES } from './pair-harness.ts';
import { preparePair, registerPair } from './pair-wishes.ts';
import { settlementOf } from './wishes.ts';

const under = useLedger();

const START_MS = Date.parse('2026-11-22T12:00:00Z');
const DAY_MS = 86_400_000;
const CASH = usd(10_000);
const FEES: FeeSchedule = { kind: 'polymarket', rateMillionths: 50_000 };
/** On a busy machine fewer stories are told. */
const STORIES_MS_MAX = 15_000;

type Step =
  | { readonly do: 'propose'; readonly quantity: number; readonly pair: boolean }
  | {
      readonly do: 'order';
      readonly pick: number;
      readonly part: number;
      readonly cents: number;
      readonly exit: boolean;
    }
  | { readonly do: 'revert'; readonly pick: number }
  | { readonly do: 'strand' | 'hold'; readonly pick: number }
  | { readonly do: 'result'; readonly pick: number; readonly leg: number; readonly tenths: number }
  | { readonly do: 'midnight'; readonly close: boolean };

const pick = fc.nat(5);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('propose' as const),
      quantity: fc.integer({ min: 5, max: 120 }),
      pair: fc.constantFrom(true, true, false),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('order' as const),
      pick,
      part: fc.constantFrom(0, 1, 2, 3, 4, 4, 4, 4),
      cents: fc.integer({ min: 30, max: 60 }),
      exit: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revert' as const), pick: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('strand' as const, 'hold' as const), pick }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('result' as const),
      pick,
      leg: fc.nat(1),
      tenths: fc.constantFrom(0, 10, 5),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('midnight' as const), close: fc.boolean() }),
  },
);

interface VenueRecord {
  readonly id: string;
  readonly leg: number;
  readonly attempt: number;
  readonly venue: VenueId;
  readonly fill: VenueFill;
}

/** The venues' side of the story: fills, what was taken back, cash that moved. */
class Story {
  readonly it: LedgerUnderTest;
  readonly trades: { readonly id: string; readonly legs: number }[] = [];
  readonly fills: VenueRecord[] = [];
  readonly reverted = new Set<string>();
  readonly cash: Record<VenueId, number> = { kalshi: CASH, polymarket: CASH };
  /** Cash by trade, as long as all of it is its own. */
  readonly moved = new Map<string, number>();
  /** Trades of which something waits in suspense. */
  readonly muddled = new Set<string>();
  day = 0;
  #proposed = 0;

  constructor(it: LedgerUnderTest) {
    this.it = it;
  }

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case 'propose':
        return this.propose(step.quantity, step.pair);
      case 'order':
        return this.order(step);
      case 'revert':
        return this.revert(step.pick);
      case 'strand':
      case 'hold':
        return this.decide(step.do, step.pick);
      case 'result':
        return this.result(step);
      case 'midnight':
        return this.midnight(step.close);
      default:
        return assertNever(step);
    }
  }

  private chosen(at: number): { readonly id: string; readonly legs: number } | undefined {
    return this.trades[at % Math.max(1, this.trades.length)];
  }

  private async propose(quantity: number, pair: boolean): Promise<void> {
    // An admin has looked at whatever stopped the desk.
    await this.it.setDesk('active');
    this.#proposed += 1;
    const id = `t${this.#proposed}`;
    if (pair) {
      await registerPair(this.it, id);
      await preparePair(this.it, id, { quantity, fees: FEES });
    } else await this.it.prepare(id, { quantity, price: 0.4, fees: FEES });
    const { kind } = await this.it.reserve(id);
    if (kind === 'accepted') this.trades.push({ id, legs: pair ? 2 : 1 });
  }

  /** The next order of a trade: its entry, or one that mends what differs, `part` quarters filled. */
  private async order(step: Extract<Step, { do: 'order' }>): Promise<void> {
    const trade = this.chosen(step.pick);
    const sent = trade && (await this.nextOrder(trade.id, step));
    if (trade === undefined || sent === undefined) return;
    if ((await store(this.it, trade.id, sent)).kind !== 'stored') return;
    const granted = (await permit(this.it, trade.id, sent)).kind === 'granted';
    if (!granted) {
      const { orderId } = await this.it.ledger.readLegOrder(trade.id, sent.leg, sent.attempt ?? 0);
      const withheld = { event: { type: 'order.withheld' }, detail: 'forbidden' } as const;
      await this.it.ledger.bookOutcome(orderId, withheld, this.it.reading());
      return;
    }
    const filled = Math.floor((sent.quantity * step.part) / 4);
    const half = Math.floor(filled / 2);
    if (half > 0) await this.fill(trade.id, sent, half, 'first');
    await answer(this.it, trade.id, sent, filled);
    if (filled > half) await this.fill(trade.id, sent, filled - half, 'second');
  }

  private async nextOrder(
    id: string,
    { exit, cents }: { exit: boolean; cents: number },
  ): Promise<Sent | undefined> {
    const trade = await this.it.ledger.readStanding(id);
    if (liveOrder(trade) !== undefined) return undefined;
    const price = cents / 100;
    if (trade.status === 'reserved') {
      const { leg, quantity } = trade.plan.legs[trade.plan.first]!;
      return {
        kind: 'entry',
        leg: trade.plan.first,
        quantity: quantity / 1_000_000,
        price: leg.limitPrice / 1_000_000,
      };
    }
    const excess = excessOf(trade);
    if (excess === undefined || trade.status !== 'placing') return undefined;
    const leg = exit ? excess.long : excess.short;
    const attempt = trade.legs[leg]!.orders.length;
    return {
      kind: exit ? 'exit' : 'hedge',
      leg,
      attempt,
      quantity: excess.quantity / 1_000_000,
      price,
    };
  }

  private async fill(id: string, sent: Sent, quantity: number, name: string): Promise<void> {
    const price = priceMicros(Math.round(sent.price * 1_000_000));
    const fee = takerFeeAt(FEES, contracts(quantity), price) / 1_000_000;
    const told = await fillAt(this.it, id, sent, quantity, { name, fee });
    this.fills.push({ id, leg: sent.leg, attempt: sent.attempt ?? 0, ...told });
    this.move(id, told.venue, cashOf(told.fill));
    equal(await book(this.it, told), true);
    // The watch reads its overlap again.
    equal(await book(this.it, told), false);
  }

  private move(id: string, venue: VenueId, by: number): void {
    this.cash[venue] += by;
    this.moved.set(id, (this.moved.get(id) ?? 0) + by);
  }

  /** A fill fails; the order is asked again where the ledger wants to know. */
  private async revert(at: number): Promise<void> {
    const kept = this.fills.filter(({ fill }) => !this.reverted.has(fill.fillId));
    const found = kept[at % Math.max(1, kept.length)];
    if (found === undefined) return;
    const { id, leg, attempt, venue, fill } = found;
    this.reverted.add(fill.fillId);
    this.move(id, venue, -cashOf(fill));
    equal(await book(this.it, reversalOf(found)), true);
    const { effect } = await this.it.db
      .selectFrom('fill')
      .select('effect')
      .where('fill_id', '=', `reversal/${fill.fillId}`)
      .executeTakeFirstOrThrow();
    if (effect === null) this.muddled.add(id);
    const left = this.fills
      .filter((one) => one.id === id && one.leg === leg && one.attempt === attempt)
      .filter((one) => !this.reverted.has(one.fill.fillId))
      .reduce((sum, one) => sum + one.fill.quantity, 0);
    const price = fill.priceMicros / 1_000_000;
    await answer(this.it, id, { leg, attempt, price }, left / 1_000_000);
  }

  private async decide(what: 'strand' | 'hold', at: number): Promise<void> {
    const trade = this.chosen(at);
    if (trade === undefined) return;
    if (what === 'strand') return strand(this.it, trade.id);
    const held = { tradeId: trade.id, action: 'hold', actor: 'ada', reason: 'keep it' } as const;
    await this.it.ledger.resolveTrade(held, this.it.reading());
  }

  private async result({
    pick: at,
    leg: side,
    tenths,
  }: Extract<Step, { do: 'result' }>): Promise<void> {
    const trade = this.chosen(at);
    if (trade === undefined) return;
    const leg = side % trade.legs;
    const { venue, market } = await this.it.ledger.readLegOrder(trade.id, leg);
    const fact = settlementOf(market, tenths / 10, this.it.reading().atMs);
    await this.it.ledger.storeSettlement({ book: 'paper', venue }, fact, this.it.reading());
    const before = await this.payouts(trade.id);
    await this.it.record(trade.id);
    for (const [index, paid] of (await this.payouts(trade.id)).entries()) {
      const payout = paid.payout ?? 0;
      if (before[index]!.payout === null) this.move(trade.id, paid.venue, Number(payout));
    }
  }

  private payouts(id: string) {
    return this.it.db
      .selectFrom('leg')
      .select(['venue', 'payout'])
      .where('trade_id', '=', id)
      .orderBy('leg')
      .execute();
  }

  private async midnight(close: boolean): Promise<void> {
    this.day += 1;
    const at = new Date(START_MS + this.day * DAY_MS).toISOString();
    this.it.setClock(at);
    if (!close) return;
    await this.it.ledger.closeDays({ book: 'paper', before: at.slice(0, 10) }, this.it.reading());
  }

  /** Cash, contracts and P&L are the venues'. */
  async check(): Promise<void> {
    for (const venue of VENUES) {
      const { balance } = await balanceOf(this.it.db, `paper/${venue}/cash`);
      expect([venue, balance]).toEqual([venue, this.cash[venue]]);
    }
    for (const { id } of this.trades) if (!this.muddled.has(id)) await this.checkTrade(id);
  }

  private async checkTrade(id: string): Promise<void> {
    const trade = await this.it.ledger.readStanding(id);
    const mine = this.fills.filter((one) => one.id === id && !this.reverted.has(one.fill.fillId));
    for (const [index, leg] of trade.legs.entries()) {
      const held = mine
        .filter((one) => one.leg === index)
        .reduce(
          (sum, { fill }) => sum + (fill.action === 'buy' ? fill.quantity : 0 - fill.quantity),
          0,
        );
      expect([id, index, leg.bookedQuantity]).toEqual([id, index, held]);
      // Every order is answered in the end, and answers and fills agree.
      expect([id, index, answeredQuantity(leg)]).toEqual([id, index, held]);
    }
    const { pnl } = await this.it.db
      .selectFrom('trade')
      .select('pnl')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const moved = this.moved.get(id) ?? 0;
    expect([id, isTerminal(trade.status) ? Number(pnl ?? 0n) : moved]).toEqual([id, moved]);
  }
}

function cashOf({ action, quantity, priceMicros: price, feeMicros }: VenueFill): number {
  const at = priceMicros(price);
  return action === 'buy'
    ? 0 - costCeil(quantity, at) - feeMicros
    : proceedsFloor(quantity, at) - feeMicros;
}

test('I2 I6 I7 I8 whatever pairs go through over days, the ledger comes to what the venues have', async () => {
  const it = under();
  let stories = 0;
  const noMoreAfterMs = performance.now() + STORIES_MS_MAX;
  await fc.assert(
    fc
      .asyncProperty(fc.array(anyStep, { minLength: 12, maxLength: 40 }), async (steps) => {
        if (performance.now() > noMoreAfterMs) return;
        it.setClock(new Date(START_MS).toISOString());
        await it.setUp();
        const story = new Story(it);
        await story.step({ do: 'propose', quantity: 60, pair: true });
        for (const [index, step] of steps.entries()) {
          await story.step(step);
          await story.check();
          // All rows are read for it: not after every step.
          if (index % 4 === 3) await it.checkBooks();
        }
        await it.checkBooks();
        stories += 1;
      })
      .afterEach(() => emptyLedger(it.db)),
    { numRuns: 30 },
  );
  expect(stories).toBeGreaterThan(0);
});
