/** Ending an order's rest: what the run does when the venue keeps the order. */
import { expect, test } from '@jest/globals';
import type { ActivityDeps } from '../../activities/deps.ts';
import { orderActivities } from '../../activities/orders.ts';
import { useLedger } from '../ledger/harness.ts';
import { scriptedVenue } from '../support/scripted-venue.ts';

const under = useLedger();

test('an order that cannot be cancelled yet is not asked again at once', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a');
  await it.permit('a');
  await it.answer('a', { event: 'order.rested' });
  const orderId = await it.orderIdOf('a');
  const venue = scriptedVenue({ [orderId]: 'keeps it open' });
  const deps: Pick<ActivityDeps, 'ledger' | 'clock' | 'venue'> = {
    ledger: it.ledger,
    clock: { read: () => Promise.resolve(it.reading()) },
    venue: () => venue,
  };
  const activities = orderActivities(deps as ActivityDeps);
  expect((await activities.checkOrders('a')).next).toEqual({ kind: 'cancel', leg: 0, inMs: 0 });
  expect((await activities.cancelOrder('a', 0)).next).toEqual({
    kind: 'cancel',
    leg: 0,
    inMs: 1_000,
  });
  expect(venue.cancels).toEqual([orderId]);
});
