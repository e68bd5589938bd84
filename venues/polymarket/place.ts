/** The one send of an order: whether bytes left, what was answered, and when that is not known. */
import type { PolymarketOrderBody } from '../../contracts/polymarket/orders.ts';
import { asSent } from '../as-outcome.ts';
import type { OrderRequest, PlaceOutcome, PreparedOrder } from '../venue.ts';
import type { PolymarketAccount } from './account.ts';
import { remember } from './account.ts';
import { understandAnswer } from './answers.ts';
import { brokenFor } from './short-balance.ts';
import type { Refusal } from './wire.ts';
import { draftOf, refusalIn, refusedWire } from './wire.ts';

const ORDER_PATH = '/order';

/**
 * Decides and signs the bytes: the body as it will leave. What cannot be said exactly is stored as
 * its refusal, which the send answers.
 * @throws VenueUnreachable where the market's tick cannot be read now: no order leaves on a guess
 */
export async function prepareOrder(
  account: PolymarketAccount,
  request: OrderRequest,
): Promise<PreparedOrder> {
  const market = await account.markets.terms(request.marketId);
  if (market === undefined) {
    const detail = `Polymarket has no market ${request.marketId}`;
    return { request, wire: refusedWire({ code: 'market_not_found', detail }) };
  }
  const draft = draftOf(request, market);
  if ('code' in draft) return { request, wire: refusedWire(draft) };
  const signed = await account.wallet.signOrder(draft.terms, market.negRisk);
  const { expiration, orderType } = draft;
  const body: PolymarketOrderBody = {
    deferExec: false,
    postOnly: false,
    order: { ...signed.order, expiration, signature: signed.signature },
    owner: account.options.credentials.apiKey,
    orderType,
  };
  return { request, wire: JSON.stringify(body), venueOrderId: signed.hash };
}

/** Sends the prepared bytes once. */
export async function placeOrder(
  account: PolymarketAccount,
  { request, wire, venueOrderId }: PreparedOrder,
  mayWrite: () => boolean,
  signal?: AbortSignal,
): Promise<PlaceOutcome> {
  const refusal = refusalIn(wire);
  if (refusal !== undefined) return { kind: 'rejected', ...refusal };
  if (venueOrderId === undefined) {
    return { kind: 'notSent', detail: 'the order has no hash: it could not be found again' };
  }
  const hash = venueOrderId.toLowerCase();
  const taken = takenBy(account, request.clientOrderId, hash);
  if (taken !== undefined) return { kind: 'rejected', ...taken };
  // Of one whose last send has no known outcome nothing is said without looking.
  const broken = account.doubtful.get(hash) === true ? undefined : brokenFor(account, request);
  if (broken !== undefined) return broken;
  rememberOrder(account, request, hash);
  const sent = { request, hash, orderType: orderTypeOf(wire) };
  const exchanged = await account.clob.send({
    method: 'POST',
    path: ORDER_PATH,
    body: wire,
    mayWrite,
    signal,
  });
  if (exchanged.kind === 'notSent') return { kind: 'notSent', detail: exchanged.detail };
  remember(account, hash, { sent: true });
  const outcome: PlaceOutcome =
    exchanged.kind === 'lost'
      ? { kind: 'unknown', detail: `the order was sent and ${exchanged.detail}` }
      : await asSent(() => understandAnswer(account, sent, exchanged, signal));
  if (outcome.kind === 'unknown') account.doubtful.set(hash, true);
  return outcome;
}

/** FAK and FOK end with the answer; GTD may rest. */
function orderTypeOf(wire: string): string {
  return (JSON.parse(wire) as PolymarketOrderBody).orderType;
}

/** Salt and time make another order of the same identity: the venue would take both. */
function takenBy(
  { hashes, orders }: PolymarketAccount,
  clientOrderId: string,
  hash: string,
): Refusal | undefined {
  const earlier = hashes.get(clientOrderId);
  if (earlier === undefined || earlier === hash) return undefined;
  if (orders.get(earlier)?.sent !== true) return undefined;
  const detail = `${clientOrderId} is the identity of another order, ${earlier}`;
  return { code: 'identity_taken', detail };
}

function rememberOrder(
  account: PolymarketAccount,
  { clientOrderId, marketId, quantity }: OrderRequest,
  hash: string,
): void {
  const { hashes, clientIds, dealtWith } = account;
  hashes.set(clientOrderId, hash);
  clientIds.set(hash, clientOrderId);
  remember(account, hash, { marketId, quantity });
  dealtWith.set(marketId, true);
}
