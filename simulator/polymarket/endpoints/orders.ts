/** Writes of orders. */
import { fieldOf } from '../../frame/requests.ts';
import type { CancelAnswer } from '../cancelling.ts';
import { cancelOrders, cancelWhere } from '../cancelling.ts';
import { PolymarketRefusal, refusals } from '../errors.ts';
import { requireCancels, requireOrders } from '../modes.ts';
import { readOrderPayload, signedPart } from '../order-request.ts';
import type { SignedPayload } from '../placing.ts';
import { placeOrder } from '../placing.ts';
import type { Account, Order } from '../records.ts';
import { recoverSigner } from '../signing.ts';
import type { ExchangeState } from '../state.ts';
import { marketOf } from '../state.ts';
import { postedView, refusedView } from '../views.ts';
import type { PrivateCall, PrivateEndpoint } from './endpoint.ts';

const BATCH_MAX = 15;
/** Since 2026-06-15. @source reference §2.3 */
const CANCELS_MAX = 1000;

/** Who signed a body; a body that cannot be read is told when the order is placed. */
async function signed(state: ExchangeState, body: unknown): Promise<SignedPayload | Error> {
  try {
    const payload = readOrderPayload(body);
    const market = state.tokens.get(payload.order.tokenId)?.market;
    if (market === undefined) return { payload, signer: undefined };
    const { signature } = payload.order;
    return { payload, signer: await recoverSigner(signedPart(payload), signature, market.negRisk) };
  } catch (error) {
    if (error instanceof PolymarketRefusal) return error;
    throw error;
  }
}

function place(state: ExchangeState, account: Account, one: SignedPayload | Error): unknown {
  if (one instanceof Error) throw one;
  const order = placeOrder(state, account, one);
  requireAlive(state, order);
  return postedView(state, order);
}

function requireAlive({ switches }: ExchangeState, { reason, orderType }: Order): void {
  if (reason === undefined || switches.killedAs !== 'error') return;
  if (orderType === 'FOK' || orderType === 'FAK') throw refusals.killed(orderType);
}

function create({ state, account, prepared }: PrivateCall): unknown {
  requireOrders(state);
  return place(state, account, prepared as SignedPayload | Error);
}

/** Up to fifteen, each told for itself: 200, `success` and no id where one is refused. */
function createMany({ state, account, body, prepared }: PrivateCall): unknown {
  requireOrders(state);
  if (!Array.isArray(body) || body.length === 0) throw refusals.payload();
  if (body.length > BATCH_MAX) throw refusals.tooManyOrders();
  return (prepared as readonly (SignedPayload | Error)[]).map((one) => {
    try {
      return place(state, account, one);
    } catch (error) {
      if (error instanceof PolymarketRefusal) return refusedView(error.text);
      throw error;
    }
  });
}

function cancel({ state, account, body }: PrivateCall): CancelAnswer {
  requireCancels(state);
  const orderId = fieldOf(body, 'orderID');
  if (typeof orderId !== 'string') throw refusals.badPayload();
  return cancelOrders(state, account, [orderId]);
}

function cancelMany({ state, account, body }: PrivateCall): CancelAnswer {
  requireCancels(state);
  const readable = Array.isArray(body) && body.every((one) => typeof one === 'string');
  if (!readable || body.length > CANCELS_MAX) throw refusals.badPayload();
  return cancelOrders(state, account, body);
}

function cancelAll({ state, account, chargeAfter }: PrivateCall): CancelAnswer {
  requireCancels(state);
  const answer = cancelWhere(state, account, () => true);
  chargeAfter({ bucket: 'cancel', tokens: answer.canceled.length });
  return answer;
}

function cancelOfMarket({ state, account, body, chargeAfter }: PrivateCall): CancelAnswer {
  requireCancels(state);
  const [market, asset] = [fieldOf(body, 'market'), fieldOf(body, 'asset_id')];
  if (market === undefined && asset === undefined) throw refusals.badPayload();
  const answer = cancelWhere(state, account, ({ conditionId, token }) => {
    const tokenId = marketOf(state, conditionId).tokenIds[token];
    return (market ?? conditionId) === conditionId && (asset ?? tokenId) === tokenId;
  });
  chargeAfter({ bucket: 'cancel', tokens: answer.canceled.length });
  return answer;
}

function cancelling(
  name: string,
  path: string,
  handle: (call: PrivateCall) => CancelAnswer,
): PrivateEndpoint {
  const bill = (body: unknown) => {
    const tokens = Array.isArray(body) ? Math.max(1, body.length) : 1;
    return { bucket: 'cancel' as const, tokens };
  };
  return { name, method: 'DELETE', path, access: 'private', bill, handle };
}

/** Placing and cancelling. */
export const ORDER_ENDPOINTS: readonly PrivateEndpoint[] = [
  {
    name: 'createOrder',
    method: 'POST',
    path: '/order',
    access: 'private',
    bill: () => ({ bucket: 'order', tokens: 1 }),
    prepare: ({ state, body }) => signed(state, body),
    handle: create,
  },
  {
    name: 'createOrders',
    method: 'POST',
    path: '/orders',
    access: 'private',
    bill: (body) => ({ bucket: 'order', tokens: Array.isArray(body) ? body.length : 1 }),
    prepare: ({ state, body }) =>
      Promise.all(
        (Array.isArray(body) ? body.slice(0, BATCH_MAX) : []).map((one) => signed(state, one)),
      ),
    handle: createMany,
  },
  cancelling('cancelOrder', '/order', cancel),
  cancelling('cancelOrders', '/orders', cancelMany),
  cancelling('cancelAllOrders', '/cancel-all', cancelAll),
  cancelling('cancelMarketOrders', '/cancel-market-orders', cancelOfMarket),
];
