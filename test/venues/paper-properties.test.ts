import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { costCeil, proceedsFloor } from '../../domain/money.ts';
import type { PriceMicros } from '../../domain/money.ts';
import type { OutcomeIndex, VenueId } from '../../domain/venue-id.ts';
import type { OrderRequest, PlaceOutcome, VenueFill } from '../../venues/venue.ts';
import { contracts, orderOf, price, send } from './venue-under-test.ts';
import type { PaperUnderTest } from './paper-harness.ts';
import { INITIAL_CASH_MICROS, newPaper, PaperDatabase } from './paper-harness.ts';

let database: PaperDatabase;
beforeAll(async () => {
  database = await PaperDatabase.create();
});
afterAll(() => database.drop());

/** Longer than anything a script puts off. */
const AFTER_SECONDS_MAX = 20;
const cents = fc.integer({ min: 30, max: 70 });
const decimalPrice = cents.map((value) => `0.${value}`);
const decimalQuantity = fc.integer({ min: 1, max: 4000 }).map((lots) => (lots / 100).toFixed(2));
const levels = fc.array(fc.tuple(decimalPrice, decimalQuantity), { maxLength: 5 });
const half = fc.record({ asks: levels, bids: levels });

type Step =
  | { readonly kind: 'book'; readonly yes: Book; readonly no: Book }
  | { readonly kind: 'orders'; readonly orders: readonly Partial<OrderRequest>[] }
  | { readonly kind: 'pass'; readonly durationMs: number }
  | { readonly kind: 'cancelAll' };
type Entry = { order: number | 'every'; effect: string };
type Book = { asks: [string, string][]; bids: [string, string][] };

const order = fc.record({
  outcome: fc.constantFrom<OutcomeIndex[]>(0, 1),
  action: fc.constantFrom<('buy' | 'sell')[]>('buy', 'buy', 'sell'),
  quantity: fc.integer({ min: 500, max: 6000 }).map((lots) => contracts(lots / 100)),
  limitPrice: cents.map((value) => price(value / 100)),
  timeInForce: fc.constantFrom<OrderRequest['timeInForce'][]>('ioc', 'fok', 'gtd'),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('book' as const), yes: half, no: half }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('orders' as const),
      // Sent at once: what must hold, holds in any order the exchange takes them.
      orders: fc.array(order, { minLength: 1, maxLength: 4 }),
    }),
  },
  fc.record({
    kind: fc.constant('pass' as const),
    durationMs: fc.integer({ min: 1, max: 40_000 }),
  }),
  fc.constant({ kind: 'cancelAll' as const }),
);
const afterSeconds = fc.integer({ min: 0, max: AFTER_SECONDS_MAX });
const orders = fc.oneof(fc.integer({ min: 0, max: 8 }), fc.constant('every' as const));
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({ order: orders, effect: fc.constant('reject'), code: fc.constant('no') }),
  fc.record({ order: orders, effect: fc.constant('fillAtMost'), contracts: decimalQuantity }),
  fc.record({ order: orders, effect: fc.constant('loseAnswer'), afterSeconds }),
  fc.record({ order: orders, effect: fc.constant('neverArrives') }),
  {
    weight: 8,
    arbitrary: fc.record({ order: orders, effect: fc.constant('revert'), afterSeconds }),
  },
);
const script = fc.uniqueArray(entry, {
  maxLength: 6,
  selector: (one) => `${one.order} ${one.effect}`,
});
const venues = fc.constantFrom<VenueId[]>('kalshi', 'polymarket');
const payout = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000);

/** Runs one step; answers the requests with their outcomes. */
async function run(t: PaperUnderTest, taken: Step): Promise<[OrderRequest, PlaceOutcome][]> {
  switch (taken.kind) {
    case 'book':
      t.setBook('M1', taken);
      return [];
    case 'pass':
      t.passMs(taken.durationMs);
      return [];
    case 'cancelAll':
      await t.venue.cancelAll();
      return [];
    case 'orders':
      return Promise.all(
        taken.orders.map(async (changes, index): Promise<[OrderRequest, PlaceOutcome]> => {
          const restUntilMs = t.nowMs() + 60_000;
          const request = orderOf({ ...changes, restUntilMs });
          return [request, await send(index % 2 === 0 ? t.venue : t.reopen(), request)];
        }),
      );
    default:
      throw new Error('unreachable');
  }
}

/** A record that takes a fill back counts against it. */
const signOf = ({ reverts }: VenueFill): number => (reverts === undefined ? 1 : -1);

function cashChange(fill: VenueFill): number {
  const { quantity, priceMicros, feeMicros } = fill;
  const gross =
    fill.action === 'buy'
      ? 0 - costCeil(quantity, priceMicros)
      : proceedsFloor(quantity, priceMicros);
  return signOf(fill) * (gross - feeMicros);
}

function heldOf(fills: readonly VenueFill[], outcome: OutcomeIndex) {
  const ours = fills.filter((fill) => fill.outcome === outcome);
  const sum = ours.reduce(
    (total, fill) => total + signOf(fill) * (fill.action === 'buy' ? 1 : -1) * fill.quantity,
    0,
  );
  expect(sum).toBeGreaterThanOrEqual(0);
  return contracts(sum / 1_000_000);
}

async function expectFillsFitOrders(
  t: PaperUnderTest,
  sent: readonly (readonly [OrderRequest, PlaceOutcome])[],
  fills: readonly VenueFill[],
): Promise<void> {
  for (const [request, outcome] of sent) {
    const own = fills.filter(({ clientOrderId }) => clientOrderId === request.clientOrderId);
    const matched = own.filter(({ reverts }) => reverts === undefined);
    const everFilled = matched.reduce((sum, { quantity }) => sum + quantity, 0);
    const filled = own.reduce((sum, fill) => sum + signOf(fill) * fill.quantity, 0);
    const worse = own.filter(({ priceMicros, action }) =>
      action === 'buy' ? priceMicros > request.limitPrice : priceMicros < request.limitPrice,
    );
    expect(worse).toEqual([]);
    const found = await t.venue.lookup(request);
    const kinds: Partial<Record<typeof outcome.kind, string[]>> = {
      accepted: ['found'],
      rejected: ['absent'],
      unknown: ['found', 'absent'],
    };
    expect(kinds[outcome.kind] ?? []).toContain(found.kind);
    expect(found.kind === 'found' ? found.order.filled : 0).toBe(filled);
    const whole = found.kind === 'absent' ? [0] : [0, request.quantity];
    const inWhole = found.kind === 'absent' || request.timeInForce === 'fok';
    expect(inWhole ? whole : [everFilled]).toContain(everFilled);
  }
}

/** Each reverting record undoes one fill of its own order, exactly. */
function expectRevertsMirror(fills: readonly VenueFill[]): number {
  const reverting = fills.filter(({ reverts }) => reverts !== undefined);
  for (const { fillId, reverts, filledAtMs, ...record } of reverting) {
    const undone = fills.filter((fill) => fill.fillId === reverts);
    expect(fillId).toBe(`${reverts}/reverted`);
    expect(undone).toMatchObject([record]);
    expect(filledAtMs).toBeGreaterThanOrEqual(undone[0]?.filledAtMs ?? Infinity);
  }
  return reverting.length;
}

async function expectLiquidityKept(t: PaperUnderTest): Promise<void> {
  const { rows } = await t.pool.query(
    `SELECT f.price_micros, sum(f.quantity_micro_contracts) AS taken,
       (SELECT (level ->> 'quantity')::bigint FROM jsonb_array_elements(s.levels) AS level
        WHERE (level ->> 'priceMicros')::bigint = f.price_micros) AS offered
     FROM paper_exchange.fill f JOIN paper_exchange.snapshot s USING (snapshot_id)
     WHERE f.reverts IS NULL
     GROUP BY s.snapshot_id, s.levels, f.price_micros`,
  );
  for (const row of rows) expect(BigInt(row.taken) <= BigInt(row.offered)).toBe(true);
}

describe('whatever is sent, whatever the books do', () => {
  test('cash is initial less costs and fees plus payouts, and no level gives more than it has', async () => {
    let fillsSeen = 0;
    let revertsSeen = 0;
    const market = fc.record({ yes: half, no: half, script });
    const steps = fc.array(step, { minLength: 4, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(
        venues,
        market,
        steps,
        payout,
        async (venue, { yes, no, script: entries }, taken, paid) => {
          const t = await newPaper(database, venue);
          t.setMarket('M1', { book: { yes, no }, script: entries });
          const sent: [OrderRequest, PlaceOutcome][] = [];
          for (const one of taken) sent.push(...(await run(t, one)));
          // Lets some fills be reverted and leaves some whose result comes before that.
          t.passMs(5_000);
          t.setResult('M1', String(paid));
          t.passMs(AFTER_SECONDS_MAX * 1000);
          const { facts: settlements } = await t.venue.settlementsSince(0);
          const { facts: fills } = await t.venue.fillsSince(0);
          fillsSeen += fills.length;
          revertsSeen += expectRevertsMirror(fills);
          await expectFillsFitOrders(t, sent, fills);
          await expectLiquidityKept(t);
          expect(settlements).toHaveLength(1);
          expect(await t.venue.openOrders()).toEqual([]);

          const [first, second] = settlements[0]?.payoutMicros ?? [
            0 as PriceMicros,
            0 as PriceMicros,
          ];
          expect(first + second).toBe(1_000_000);
          const payouts =
            proceedsFloor(heldOf(fills, 0), first) + proceedsFloor(heldOf(fills, 1), second);
          const moved = fills.reduce((sum, fill) => sum + cashChange(fill), 0);
          const { cashMicros } = await t.reopen().balance();
          expect(cashMicros).toBe(INITIAL_CASH_MICROS + moved + payouts);
        },
      ),
      { numRuns: 50 },
    );
    expect(fillsSeen).toBeGreaterThan(100);
    expect(revertsSeen).toBeGreaterThan(10);
  });
});
