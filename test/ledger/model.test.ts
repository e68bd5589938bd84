/** Random stories against a model of cash, exposure, realised loss and trades of the day. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assertNever } from '../../domain/assert.ts';
import { balanceOf, counterOf } from './books-in-sql.ts';
import type { LedgerUnderTest } from './harness.ts';
import { codesOf, emptyLedger, equal, matches, usd, useLedger } from './harness.ts';

const under = useLedger();

const CASH = usd(1_000);
const CAPS = { trades: 4, loss: usd(120), exposure: usd(300) };
const DAY_MS = 86_400_000;
/** On a busy machine fewer stories are told. */
const STORIES_MS_MAX = 12_000;
const START_MS = Date.parse('2026-11-22T12:00:00Z');

/** How a trade stands in the model; amounts in µ$. */
interface Trade {
  readonly id: string;
  readonly price: number;
  readonly quantity: number;
  readonly worst: number;
  /** Days are counted from the start. */
  readonly resultOn: number;
  readonly reservedOn: number;
  /** The day its position opened; its reservation's before that. */
  openedOn: number;
  state: 'reserved' | 'placing' | 'open' | 'over';
  cost: number;
}

type Step =
  | {
      readonly do: 'propose';
      readonly quantity: number;
      readonly price: number;
      readonly days: number;
    }
  | { readonly do: 'send' | 'refuse' | 'lose' | 'abandon'; readonly pick: number }
  | { readonly do: 'fill'; readonly pick: number; readonly part: number }
  | { readonly do: 'settle'; readonly pick: number; readonly wins: boolean }
  | { readonly do: 'midnight' };

const pick = fc.nat(7);
const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('propose' as const),
      quantity: fc.integer({ min: 1, max: 160 }),
      price: fc.integer({ min: 10, max: 80 }),
      days: fc.nat(3),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'send' as const,
        'send' as const,
        'refuse' as const,
        'lose' as const,
        'abandon' as const,
      ),
      pick,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('fill' as const), pick, part: fc.nat(4) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('settle' as const), pick, wins: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('midnight' as const) }) },
);

/** The ledger and its model, stepped together. */
class Story {
  readonly it: LedgerUnderTest;
  readonly trades: Trade[] = [];
  day = 0;
  /** The newest day the ledger has opened. */
  newest = 0;
  cash: number = CASH;
  /** Losses realised, trades sent, by day. */
  readonly lost = new Map<number, number>();
  readonly sent = new Map<number, number>();

  constructor(it: LedgerUnderTest) {
    this.it = it;
  }

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case 'propose':
        return this.propose(step);
      case 'midnight':
        this.day += 1;
        return this.it.setClock(new Date(this.nowMs()).toISOString());
      case 'fill':
        return this.fill(step.pick, step.part);
      case 'settle':
        return this.settle(step.pick, step.wins);
      case 'send':
      case 'refuse':
      case 'lose':
      case 'abandon':
        return this.send(step.do, step.pick);
      default:
        return assertNever(step);
    }
  }

  nowMs(day = this.day): number {
    return START_MS + day * DAY_MS;
  }

  /** What is at risk on `day` if it is the newest one. */
  risk(day: number): number {
    const weighs = (trade: Trade): boolean =>
      trade.state !== 'open' || trade.openedOn === day || trade.resultOn <= day;
    return this.open()
      .filter(weighs)
      .reduce((sum, trade) => sum + (trade.state === 'open' ? trade.cost : trade.worst), 0);
  }

  open(): Trade[] {
    return this.trades.filter(({ state }) => state !== 'over');
  }

  exposure(): { used: number; held: number } {
    const held = this.open().reduce(
      (sum, trade) => sum + (trade.state === 'open' ? 0 : trade.worst),
      0,
    );
    const used = this.open().reduce((sum, trade) => sum + trade.cost, 0);
    return { used, held };
  }

  tradesTaken(): number {
    const reserved = this.trades.filter(
      (trade) => trade.state === 'reserved' && trade.reservedOn === this.day,
    );
    return (this.sent.get(this.day) ?? 0) + reserved.length;
  }

  private async propose(step: Extract<Step, { do: 'propose' }>): Promise<void> {
    const id = `t${this.trades.length}-${this.day}-${step.quantity}-${step.price}`;
    if (this.trades.some((trade) => trade.id === id)) return;
    const worst = step.quantity * step.price * 10_000;
    const lost = this.lost.get(this.day) ?? 0;
    const { used, held } = this.exposure();
    const expected = [
      ...(lost + this.risk(this.day) + worst > CAPS.loss ? ['AT_RISK_REACHED'] : []),
      ...(lost + worst > CAPS.loss ? ['DAILY_LOSS_REACHED'] : []),
      ...(this.tradesTaken() >= CAPS.trades ? ['DAILY_TRADES_REACHED'] : []),
      ...(used + held + worst > CAPS.exposure ? ['EXPOSURE_REACHED'] : []),
      ...(this.cash - held < worst ? ['INSUFFICIENT_BALANCE'] : []),
    ];
    const settlesAt = new Date(this.nowMs(this.day + step.days) + 3_600_000).toISOString();
    const price = step.price / 100;
    if (
      (await this.it.receive(id, { quantity: step.quantity, price, settlesAt })).kind !== 'received'
    )
      return;
    await this.it.storeFacts(id, { quantity: step.quantity, price, settlesAt });
    const outcome = await this.it.reserve(id);
    this.newest = this.day;
    equal(codesOf(outcome), expected.length === 0 ? ['accepted'] : expected);
    if (expected.length > 0) return;
    const { quantity, days } = step;
    this.trades.push({
      id,
      price,
      quantity,
      worst,
      resultOn: this.day + days,
      reservedOn: this.day,
      openedOn: this.day,
      state: 'reserved',
      cost: 0,
    });
  }

  private choose(at: number, ...states: Trade['state'][]): Trade | undefined {
    const found = this.trades.filter(({ state }) => states.includes(state));
    return found[at % Math.max(1, found.length)];
  }

  private async send(what: 'send' | 'refuse' | 'lose' | 'abandon', at: number): Promise<void> {
    const trade = this.choose(at, 'reserved');
    if (trade === undefined) return;
    if (what === 'abandon') {
      await this.it.ledger.abandonTrade(trade.id, this.it.reading());
      trade.state = 'over';
      return;
    }
    await this.it.permit(trade.id);
    const event = { send: 'order.rested', refuse: 'order.refused', lose: 'order.lost' } as const;
    await this.it.answer(trade.id, { event: event[what] });
    // An answer opens the day like any fact.
    this.newest = this.day;
    trade.state = what === 'refuse' ? 'over' : 'placing';
    this.sent.set(trade.reservedOn, (this.sent.get(trade.reservedOn) ?? 0) + 1);
  }

  /** `part` quarters are filled at the limit; the order is final then. */
  private async fill(at: number, part: number): Promise<void> {
    const trade = this.choose(at, 'placing');
    if (trade === undefined) return;
    const filled = Math.floor((trade.quantity * part) / 4);
    if (filled > 0) await this.it.fill(trade.id, filled, trade.price);
    await this.it.answer(trade.id, { event: 'order.finished', filled });
    trade.cost = Math.round(filled * trade.price * 100) * 10_000;
    trade.state = filled > 0 ? 'open' : 'over';
    this.newest = this.day;
    trade.openedOn = this.day;
    this.cash -= trade.cost;
  }

  private async settle(at: number, wins: boolean): Promise<void> {
    const trade = this.choose(at, 'open');
    if (trade === undefined) return;
    const outcome = await this.it.settle(trade.id, wins ? 1 : 0);
    this.newest = this.day;
    equal(outcome.kind, 'recorded');
    const filled = trade.cost / Math.round(trade.price * 1_000_000);
    if (wins) this.cash += Math.round(filled * 1_000_000);
    else this.lost.set(this.day, (this.lost.get(this.day) ?? 0) + trade.cost);
    trade.state = 'over';
    trade.cost = 0;
  }

  /** The ledger's numbers are the model's; the newest day it opened may lie before today. */
  async check(): Promise<void> {
    const { db } = this.it;
    const { used, held } = this.exposure();
    matches(await counterOf(db, 'paper/exposure'), { used, held });
    equal(await balanceOf(db, 'paper/kalshi/cash'), { balance: this.cash, held });
    const newest = await db
      .selectFrom('day')
      .select('date')
      .orderBy('date', 'desc')
      .executeTakeFirst();
    if (newest !== undefined) {
      const day = this.newest;
      matches(await counterOf(db, `paper/loss/${newest.date}`), {
        used: this.lost.get(day) ?? 0,
        held: this.risk(day),
      });
      matches(await counterOf(db, `paper/trades/${newest.date}`), {
        used: this.sent.get(day) ?? 0,
      });
    }
    await this.it.checkBooks();
  }
}

test('I2 I6 I7 I8 whatever is proposed, sent, filled and settled over days, ledger and model agree', async () => {
  const it = under();
  let stories = 0;
  // Stories that would begin later are left out. fast-check's own limit would leave one running.
  const noMoreAfterMs = performance.now() + STORIES_MS_MAX;
  await fc.assert(
    fc
      .asyncProperty(fc.array(stepArbitrary, { minLength: 8, maxLength: 30 }), async (steps) => {
        if (performance.now() > noMoreAfterMs) return;
        it.setClock(new Date(START_MS).toISOString());
        await it.setUp({
          dailyTradesMax: CAPS.trades,
          dailyLossMicrosMax: CAPS.loss,
          openExposureMicrosMax: CAPS.exposure,
          initialBalanceMicros: { kalshi: CASH, polymarket: CASH },
        });
        const story = new Story(it);
        for (const step of steps) {
          await story.step(step);
          await story.check();
        }
        stories += 1;
      })
      .afterEach(() => emptyLedger(it.db)),
    { numRuns: 30 },
  );
  expect(stories).toBeGreaterThan(0);
});
