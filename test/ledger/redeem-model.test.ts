/**
 * Random stories of positions, results, amendments, records and redemptions in any order. The
 * venue's side is kept here: after every step cash, claims and positions must come to it.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assertNever } from '../../domain/assert.ts';
import { accountRef } from '../../domain/accounts.ts';
import { balanceOf } from './books-in-sql.ts';
import type { LedgerUnderTest } from './harness.ts';
import { emptyLedger, equal, usd, useLedger } from './harness.ts';
import { AT, goToRehearsal, money, open, redeem } from './redeem-harness.ts';
import { settlementOf } from './wishes.ts';

const under = useLedger();
const START_MS = Date.parse('2026-11-22T12:00:00Z');
const HOUR_MS = 3_600_000;
const OPENING = 5_000;
const MARKETS = ['M0', 'M1', 'M2'] as const;
/** On a busy machine fewer stories are told. */
const STORIES_MS_MAX = 12_000;

const market = fc.constantFrom(...MARKETS);
const anyStep = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      market,
      quantity: fc.integer({ min: 1, max: 90 }),
      cents: fc.integer({ min: 5, max: 90 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('result' as const),
      market,
      payout: fc.constantFrom(0, 0.5, 1),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('record' as const), market }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('redeem' as const),
      market,
      dollars: fc.constantFrom(0, 1, 7.25, 20, 90, 200),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('later' as const) }) },
);
type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never;

/** What the venue has paid and been asked for; dollars. */
interface AtVenue {
  paid: number;
  redeemed: number;
  /** The position that is not recorded yet. */
  held: { readonly id: string; readonly quantity: number; readonly cost: number } | undefined;
  /** By the result stored last; undefined before the first. */
  payout: number | undefined;
}

class Story {
  readonly it: LedgerUnderTest;
  readonly venue = new Map<string, AtVenue>(
    MARKETS.map((id) => [id, { paid: 0, redeemed: 0, held: undefined, payout: undefined }]),
  );
  spent = 0;
  pnl = 0;
  #number = 0;

  constructor(it: LedgerUnderTest) {
    this.it = it;
  }

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case 'open':
        return this.open(step.market, step.quantity, step.cents / 100);
      case 'result':
        return this.result(step.market, step.payout);
      case 'record':
        return this.record(step.market);
      case 'redeem':
        return this.redeem(step.market, step.dollars);
      case 'later': {
        const at = this.it.reading().atMs + 9 * HOUR_MS;
        return this.it.setClock(new Date(at).toISOString());
      }
      default:
        return assertNever(step);
    }
  }

  private of(id: string): AtVenue {
    return this.venue.get(id)!;
  }

  private async open(id: string, quantity: number, price: number): Promise<void> {
    const at = this.of(id);
    if (at.held !== undefined) return;
    // An amended result stops entries until an admin has looked.
    await this.it.setDesk('active');
    this.#number += 1;
    const trade = `t${this.#number}`;
    await open(this.it, trade, { market: id, quantity, price });
    const cost = quantity * price;
    at.held = { id: trade, quantity, cost };
    this.spent += cost;
  }

  private async result(id: string, payout: number): Promise<void> {
    this.#number += 1;
    const fact = settlementOf(id, payout, this.it.reading().atMs);
    const told = { ...fact, settlementId: `${id}-${this.#number}` };
    equal(await this.it.ledger.storeSettlement(AT, told, this.it.reading()), true);
    this.of(id).payout = payout;
  }

  private async record(id: string): Promise<void> {
    const at = this.of(id);
    if (at.held === undefined) return;
    const outcome = await this.it.record(at.held.id);
    if (at.payout === undefined) return equal(outcome, { kind: 'waiting' });
    const payout = at.held.quantity * at.payout;
    equal(outcome.kind === 'recorded' && outcome.payoutMicros, usd(payout));
    at.paid += payout;
    this.pnl += payout - at.held.cost;
    at.held = undefined;
  }

  private async redeem(id: string, dollars: number): Promise<void> {
    equal(await redeem(this.it, id, dollars), true);
    this.of(id).redeemed += dollars;
  }

  async check(): Promise<void> {
    let redeemed = 0;
    let cash = 0;
    let claims = 0;
    for (const [id, at] of this.venue) {
      const is = await money(this.it, id);
      cash = is.cash;
      claims += is.redeemable - is.credit;
      redeemed += at.redeemed;
      const redeemable = rounded(Math.max(0, at.paid - at.redeemed));
      const credit = rounded(Math.max(0, at.redeemed - at.paid));
      expect({ id, ...is }).toEqual({ id, cash: is.cash, redeemable, credit });
      const { balance } = await balanceOf(
        this.it.db,
        accountRef(AT.book, AT.venue, { kind: 'position', market: id, outcome: 0 }).id,
      );
      expect([id, balance]).toEqual([id, usd(at.held?.cost ?? 0)]);
    }
    expect(cash).toBe(rounded(OPENING - this.spent + redeemed));
    const positions = [...this.venue.values()].reduce((sum, at) => sum + (at.held?.cost ?? 0), 0);
    expect(rounded(cash + claims + positions)).toBe(rounded(OPENING + this.pnl));
  }
}

function rounded(dollars: number): number {
  return usd(dollars) / 1_000_000;
}

test('I6 cash, claims and positions conserve whatever is settled, amended and redeemed when', async () => {
  const it = under();
  let stories = 0;
  const noMoreAfterMs = performance.now() + STORIES_MS_MAX;
  await fc.assert(
    fc
      .asyncProperty(fc.array(anyStep, { minLength: 10, maxLength: 30 }), async (steps) => {
        if (performance.now() > noMoreAfterMs) return;
        it.setClock(new Date(START_MS).toISOString());
        await goToRehearsal(it, OPENING);
        const story = new Story(it);
        for (const step of steps) {
          await story.step(step);
          await story.check();
        }
        await it.ledger.remindRedeemable(AT, it.reading());
        await it.checkBooks();
        stories += 1;
      })
      .afterEach(() => emptyLedger(it.db)),
    { numRuns: 30 },
  );
  expect(stories).toBeGreaterThan(0);
});
