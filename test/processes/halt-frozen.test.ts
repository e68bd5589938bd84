/** A worker is stopped (SIGSTOP) at the worst moments of a send while a halt is acknowledged. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stopControl } from '../../bin/halt-control.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import type { FreezingWorker } from '../support/freezing-worker.ts';
import { startFreezingWorker } from '../support/freezing-worker.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';

/** Before the permit; with it in hand; in the turn that writes the bytes; after the effect. */
const POINTS = ['before grantPermit', 'after grantPermit', 'write allowed', 'after place'] as const;
/** 7 s until the last permit is over; the rest is for a machine busy with other tests. */
const HALT_MS_MAX = 12_000;

let desk: TestDesk;
let worker: FreezingWorker | undefined;

beforeAll(async () => {
  desk = await startTestDesk({
    markets: { markets: POINTS.map((_, index) => kalshiMarket(`M${index}`)) },
    settings: { BALLAST_VENUES: 'kalshi', BALLAST_STRATEGY_EXECUTIONS_MAX: '100' },
    workers: 'no orders',
  });
  worker = await startFreezingWorker(desk);
}, 300_000);
afterAll(async () => {
  await worker?.stop();
  await desk.close();
}, 60_000);

/** Orders at the exchange, by our identity for them. */
async function arrived(): Promise<string[]> {
  const { rows } = await desk.query<{ client_order_id: string }>(
    'SELECT client_order_id FROM paper_exchange.client_order',
  );
  return rows.map((row) => row.client_order_id);
}

test.each(POINTS.map((point, index) => [point, index] as const))(
  'I3 frozen %s: halted in time, and nothing arrives but what it listed',
  async (point, index) => {
    const control = stopControl(desk.engine, desk.dataDir, () => {});
    const id = `frozen-${index}`;
    await worker!.freezeAt(point);
    expect(await desk.submit(singleLeg(id, `M${index}`))).toMatchObject({ status: 202 });
    await worker!.frozen();
    const beganMs = performance.now();
    const view = await control.halt({ actor: 'ann', reason: point });
    expect(performance.now() - beganMs).toBeLessThan(HALT_MS_MAX);
    expect(view).toMatchObject({ state: 'halted', latched: true });
    const before = await arrived();
    worker!.thaw();
    await eventually(`${id} to be over or open`, async () => {
      const trade = await findTrade(desk.engine.ledger.db, id);
      return ['open', 'not_sent', 'unfilled'].includes(trade?.status ?? '') ? true : undefined;
    });
    const late = (await arrived()).filter((order) => !before.includes(order));
    expect(late.filter((order) => !view.unresolved.includes(order))).toEqual([]);
    expect(await desk.engine.venues[0]!.openOrders()).toEqual([]);
    expect(await control.rearm({ actor: 'ann', reason: 'next' })).toEqual({ kind: 'resumed' });
  },
  120_000,
);
