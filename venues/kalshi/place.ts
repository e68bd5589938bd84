/** The one send of an order: whether bytes left, what was answered, and when that is not known. */
import { createdOrderSchema } from '../../contracts/kalshi/orders.ts';
import { readKalshiError } from '../../contracts/kalshi/errors.ts';
import { formatDecimal } from '../../domain/decimal.ts';
import { MICROS_PER_UNIT, priceMicros } from '../../domain/money.ts';
import { asOutcome, asSent } from '../as-outcome.ts';
import type { OrderRequest, PlaceOutcome, PreparedOrder } from '../venue.ts';
import type { KalshiAccount } from './account.ts';
import { termsOf } from './account.ts';
import type { Answered } from '../http/json-client.ts';
import { isRefusal, raw, RETRY_AFTER_MS } from '../http/json-client.ts';
import { unheard } from './client.ts';
import { findOrder, stateOf } from './order-reads.ts';
import { bookSideOf, createBodyOf, mirroredFor } from './wire.ts';

const CREATE_PATH = '/portfolio/events/orders';

/**
 * Decides the bytes: the body of the send as it will leave. Asks the venue nothing.
 * @throws Error where it cannot be told which order group there is: no order leaves without its fuse
 */
export async function prepareOrder(
  account: KalshiAccount,
  request: OrderRequest,
): Promise<PreparedOrder> {
  const { options, markets } = account;
  const shard = markets.knownShardOf(request.marketId);
  const body = createBodyOf(request, {
    // A group belongs to one shard, and ours to the first: elsewhere it would refuse the order.
    orderGroupId: (shard ?? 0) === 0 ? await options.orderGroupId?.() : undefined,
    shard,
    subaccount: options.subaccount,
  });
  return { request, wire: JSON.stringify(body) };
}

/** Sends the prepared bytes once. */
export async function placeOrder(
  account: KalshiAccount,
  { request, wire }: PreparedOrder,
  mayWrite: () => boolean,
  signal?: AbortSignal,
): Promise<PlaceOutcome> {
  rememberTerms(account, request);
  const exchanged = await account.client.send({
    method: 'POST',
    path: CREATE_PATH,
    body: wire,
    mayWrite,
    signal,
  });
  switch (exchanged.kind) {
    case 'notSent':
      return { kind: 'notSent', detail: exchanged.detail };
    case 'lost':
      return { kind: 'unknown', detail: `the order was sent and ${exchanged.detail}` };
    case 'answered':
      return asSent(() => answerOf(account, request, exchanged, signal));
  }
}

/** The first send of an identity decides what it was for; another order under it is none. */
function rememberTerms({ terms, marketIds }: KalshiAccount, request: OrderRequest) {
  const { clientOrderId, marketId, outcome, action } = request;
  if (terms.get(clientOrderId) === undefined) terms.set(clientOrderId, { outcome, action });
  marketIds.set(marketId, true);
}

async function answerOf(
  account: KalshiAccount,
  request: OrderRequest,
  answer: Answered,
  signal?: AbortSignal,
): Promise<PlaceOutcome> {
  const { status, text, retryAfterMs } = answer;
  if (status >= 200 && status < 300) return accepted(account, request, answer);
  const told = readKalshiError(text);
  const words = told === undefined ? raw(text) : `${told.code}: ${told.detail}`;
  if (status === 429) {
    const waitMs = retryAfterMs ?? RETRY_AFTER_MS;
    return { kind: 'deferred', detail: `429: ${words}`, retryAfterMs: waitMs };
  }
  if (status === 409 && told !== undefined) return existing(account, request, words, signal);
  if (told !== undefined && isRefusal(status)) return { kind: 'rejected', ...told };
  return { kind: 'unknown', detail: `${status}: ${words}` };
}

/**
 * A 2xx counts where it is about this order and every number fits.
 * @throws VenueUnreachable where it does not: then it proves nothing
 */
function accepted(account: KalshiAccount, request: OrderRequest, answer: Answered): PlaceOutcome {
  const body = account.client.bodyOf(createdOrderSchema, answer, CREATE_PATH);
  const { order_id: venueOrderId, fill_count: filled, remaining_count: remaining } = body;
  if (body.client_order_id !== request.clientOrderId) {
    throw unheard(`the answer names another order, ${body.client_order_id}; ${raw(answer.text)}`);
  }
  if (filled + remaining > request.quantity) {
    throw unheard(`more is filled and left than was ordered; ${raw(answer.text)}`);
  }
  const average = filled === 0 ? undefined : averageOf(request, body.average_fill_price, answer);
  account.venueIds.set(request.clientOrderId, venueOrderId);
  account.clientIds.set(venueOrderId, request.clientOrderId);
  const rests = request.timeInForce === 'gtd' && remaining > 0;
  return {
    kind: 'accepted',
    order: {
      venueOrderId,
      status: rests ? 'resting' : 'final',
      filled,
      ...(average === undefined ? {} : { averagePriceMicros: average }),
    },
  };
}

/** The average in the order's own terms; worse than the limit it would be another order's. */
function averageOf(request: OrderRequest, told: number | null | undefined, answer: Answered) {
  if (told == null) throw unheard(`a fill without average_fill_price; ${raw(answer.text)}`);
  const average = mirroredFor(request.outcome, priceMicros(told));
  const over =
    request.action === 'buy' ? average - request.limitPrice : request.limitPrice - average;
  if (over > 0 || average === 0 || average === MICROS_PER_UNIT) {
    const limit = formatDecimal(request.limitPrice);
    throw unheard(
      `an average of ${formatDecimal(average)} at a limit of ${limit}; ${raw(answer.text)}`,
    );
  }
  return average;
}

/** The identity is taken: by this very order as a rule, whose state is then the answer. */
async function existing(
  account: KalshiAccount,
  request: OrderRequest,
  words: string,
  signal?: AbortSignal,
): Promise<PlaceOutcome> {
  const { clientOrderId, marketId } = request;
  let differs: string | undefined;
  const found = await asOutcome(async () => {
    const order = await findOrder(account, { clientOrderId, marketId }, signal);
    if (order === undefined) return { kind: 'absent' };
    const meant = (await termsOf(account, [clientOrderId])).get(clientOrderId);
    const same =
      meant?.outcome === request.outcome &&
      meant.action === request.action &&
      order.book_side === bookSideOf(request) &&
      order.yes_price_dollars === mirroredFor(request.outcome, request.limitPrice) &&
      order.initial_count_fp === request.quantity;
    if (!same) {
      differs = `${order.book_side} ${formatDecimal(order.initial_count_fp)} at ${formatDecimal(order.yes_price_dollars)}`;
    }
    return { kind: 'found', order: await stateOf(account, order) };
  });
  if (differs !== undefined) {
    const detail = `${clientOrderId} is the identity of another order: ${differs}`;
    return { kind: 'rejected', code: 'order_already_exists', detail };
  }
  if (found.kind === 'found') return { kind: 'accepted', order: found.order };
  const why = found.kind === 'absent' ? 'no list has it yet' : found.detail;
  return { kind: 'unknown', detail: `${words}, and ${why}` };
}
