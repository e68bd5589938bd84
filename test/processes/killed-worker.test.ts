/**
 * SIGKILL of the only worker at every await between the exchange's acceptance and the record. Each
 * worker finishes what its predecessor left, and dies at a point of its own.
 */
import { afterAll, describe, expect, test } from '@jest/globals';
import { verifyBooks } from '../../bin/verify.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import type { PaperFileInput } from '../support/markets.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';
import type { WorkerProcess } from '../support/worker-process.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

/** In the order in which a trade meets them; “after place” is the exchange's acceptance. */
const POINTS = [
  'write allowed',
  'after place',
  'before bookOutcome',
  'after bookOutcome',
  'after fillsSince',
  'before bookFill',
  'after bookFill',
  'before writeCursor',
  'after settlementsSince',
  'before storeSettlement',
  'after storeSettlement',
  'after unsentSignals',
  'before signal',
  'after signal',
  'before markSent',
  'after markSent',
  'before recordSettlement',
  'after recordSettlement',
];
/** Desks that work at the same time: most of the time is waiting for Temporal to notice a death. */
const DESKS = 3;
/** A workflow task, a heartbeat and an activity may each have to time out first. */
const RECOVERY_MS_MAX = 90_000;

class Lane {
  readonly points: readonly string[];
  readonly #over = new Set<string>();
  desk!: TestDesk;
  #children: WorkerProcess[] = [];
  constructor(points: readonly string[]) {
    this.points = points;
  }

  async open(): Promise<void> {
    this.desk = await startTestDesk({
      markets: this.file(),
      settings: { LIVE_TRADING_MAX_DAILY_TRADES: '50', BALLAST_STRATEGY_EXECUTIONS_MAX: '50' },
      workers: false,
    });
  }

  file(): PaperFileInput {
    return {
      markets: this.points.map((_point, index) => {
        const id = `M${index}`;
        return kalshiMarket(id, this.#over.has(id) ? { result: { at: 0, payout: '1' } } : {});
      }),
    };
  }

  /**
   * One trade a point, each worker dying at its own; then a worker that lives.
   * @returns the points at which one died
   */
  async run(): Promise<string[]> {
    const died: string[] = [];
    let next = this.load(0);
    for (const [index, point] of this.points.entries()) {
      const worker = next;
      await worker.said('loaded');
      worker.tell('go');
      next = this.load(index + 1);
      await this.trade(index, worker);
      await eventually(
        `the worker to die ${point}`,
        async () => worker.over() || undefined,
        RECOVERY_MS_MAX,
      );
      died.push(point);
    }
    await next.said('loaded');
    next.tell('go');
    for (const index of this.points.keys()) await this.settled(`t${index}`);
    return died;
  }

  /** Proposes the trade and ends its market, whoever lives to see it. */
  async trade(index: number, worker: WorkerProcess): Promise<void> {
    const id = `t${index}`;
    // The answer may be “pending”: the worker dies when it likes.
    const answer = this.desk.submit(singleLeg(id, `M${index}`));
    await eventually(
      `${id} to be open, or its worker dead`,
      async () => {
        if (worker.over()) return true;
        const trade = await findTrade(this.desk.engine.ledger.db, id);
        return trade?.status === 'open' ? true : undefined;
      },
      RECOVERY_MS_MAX,
    );
    this.#over.add(`M${index}`);
    this.desk.publish(this.file());
    await answer;
  }

  async settled(id: string): Promise<void> {
    await eventually(
      `${id} to be over`,
      async () => {
        const trade = await findTrade(this.desk.engine.ledger.db, id);
        return ['settled', 'not_sent'].includes(trade?.status ?? '') ? true : undefined;
      },
      RECOVERY_MS_MAX,
    );
  }

  load(index: number): WorkerProcess {
    const point = this.points[index];
    const environment = point === undefined ? {} : { TEST_CHILD_DIES_AT: point };
    const child = startWorkerProcess('mortal-worker-child.ts', this.desk, environment);
    this.#children.push(child);
    return child;
  }

  async close(): Promise<void> {
    for (const child of this.#children) {
      if (!child.over()) child.signal('SIGTERM');
    }
    await Promise.all(this.#children.map(({ exited }) => exited));
    await this.desk.close();
  }
}

const lanes = Array.from(
  { length: DESKS },
  (_, lane) => new Lane(POINTS.filter((_point, index) => index % DESKS === lane)),
);

afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.close()));
});

describe('SIGKILL of the worker at every await from acceptance to record', () => {
  test('every worker died where it should, and every trade ended', async () => {
    for (const lane of lanes) await lane.open();
    const died = await Promise.all(lanes.map((lane) => lane.run()));
    expect(died.flat().toSorted()).toEqual(POINTS.toSorted());
  }, 300_000);

  test('I1 one order a trade at the exchange', async () => {
    for (const { desk, points } of lanes) {
      const { rows } = await desk.query<{ client_order_id: string }>(
        'SELECT client_order_id FROM paper_exchange.client_order',
      );
      const ids = await Promise.all(
        points.map(async (_point, index) => {
          const { orderId } = await desk.engine.ledger.readLegOrder(`t${index}`, 0);
          return orderId;
        }),
      );
      const never = points.filter((point) => point === 'write allowed').length;
      expect(rows).toHaveLength(points.length - never);
      expect(rows.every((row) => ids.includes(row.client_order_id))).toBe(true);
    }
  });

  test('the right ledger: each trade once, with the P&L of an undisturbed one', async () => {
    for (const { desk, points } of lanes) {
      for (const [index, point] of points.entries()) {
        const trade = await findTrade(desk.engine.ledger.db, `t${index}`);
        const expected =
          point === 'write allowed'
            ? { status: 'not_sent', realizedPnl: null }
            : { status: 'settled', realizedPnl: '4.0294' };
        expect({ point, trade }).toMatchObject({ point, trade: expected });
      }
      expect(await verifyBooks(desk.engine.ledger)).toMatchObject({ ok: true });
    }
  });
});
