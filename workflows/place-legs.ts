/** Places a trade's leg and sees the order through to a final answer. A function, not a child. */
import { ActivityCancellationType, condition, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { Book, VenueId } from '../domain/venue-id.ts';
import { orderQueue } from './messages.ts';

export interface LegToPlace {
  readonly tradeId: string;
  readonly leg: number;
  readonly venue: VenueId;
  readonly book: Book;
  readonly mail: { orderEvent: boolean };
}

/**
 * One POST; then look-ups until the order is final. An activity that is repeated after a crash
 * finds its order `sending` in the ledger and looks it up: nothing is sent twice.
 */
export async function placeLeg(
  order: LegToPlace,
): Promise<Awaited<ReturnType<Activities['sendOrder']>>> {
  const venue = proxyActivities<Activities>({
    taskQueue: orderQueue(order.venue, order.book),
    // A killed worker is noticed by this alone; a send is over after 5 s, a look-up sooner.
    startToCloseTimeout: '15s',
    // The outcome of a send must be known even when the trade is cancelled meanwhile.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: {
      initialInterval: '200ms',
      maximumInterval: '5s',
      nonRetryableErrorTypes: ['NotInLedger'],
    },
  });
  let placed = await venue.sendOrder(order.tradeId, order.leg);
  while (placed.lookAgainInMs > 0) {
    await condition(() => order.mail.orderEvent, placed.lookAgainInMs, {
      summary: `order is ${placed.orderState}: look it up`,
    });
    order.mail.orderEvent = false;
    placed = await venue.lookUpOrder(order.tradeId, order.leg);
  }
  return placed;
}
