/** The words Polymarket refuses with. @source reference/polymarket.md §2.5, docs error-codes (2026-11) */
import { formatDecimal } from '../../domain/decimal.ts';

/** A refusal as the venue answers it. */
export class PolymarketRefusal extends Error {
  override readonly name = 'PolymarketRefusal';
  readonly status: number;
  /** Text is sent as it is, anything else as JSON. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(`refused with ${status}: ${JSON.stringify(body)}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }

  /** The venue's text, as a batch tells it for one of its orders. */
  get text(): string {
    const { error } = (typeof this.body === 'object' ? this.body : {}) as { error?: unknown };
    return typeof error === 'string' ? error : '';
  }
}

const said = (status: number, error: string, more: Record<string, unknown> = {}) =>
  new PolymarketRefusal(status, { error, ...more });
const invalid = (orderId: string, what: string) =>
  said(400, `order ${orderId} is invalid. ${what}`);

/** What a killed order is told, by its type. */
export const KILLED = {
  FOK: "order couldn't be fully filled. FOK orders are fully filled or killed.",
  FAK: 'no orders found to match with FAK order. FAK orders are partially filled or killed if no match is found.',
} as const;

/** Every refusal of the venue. */
export const refusals = {
  unauthorized: () => said(401, 'Unauthorized/Invalid api key'),
  badL1: () => said(401, 'Invalid L1 Request headers'),
  noDerivedKey: () => said(400, 'Could not derive api key!'),
  keyExists: () => said(400, 'Could not create api key'),
  geoblocked: () =>
    said(
      403,
      'Trading restricted in your region, please refer to available regions - https://docs.polymarket.com/developers/CLOB/geoblock',
    ),
  restarting: () => new PolymarketRefusal(425, '', { 'retry-after': '1' }),
  disabled: () => said(503, 'Trading is currently disabled. Check polymarket.com for updates'),
  cancelOnly: () =>
    said(
      503,
      'Trading is currently cancel-only. New orders are not accepted, but cancels are allowed.',
    ),
  postOnlyMode: (seconds: number) =>
    new PolymarketRefusal(
      503,
      {
        error: 'Trading is currently in post-only mode. Orders that would match are not accepted.',
        code: 'post_only_mode',
        retry_after_seconds: seconds,
      },
      { 'retry-after': String(seconds) },
    ),
  tooManyRequests: (headers: Readonly<Record<string, string>>) =>
    new PolymarketRefusal(429, { error: 'Too Many Requests' }, headers),
  payload: () => said(400, 'Invalid order payload'),
  tooManyOrders: () => said(400, 'Too many orders in payload'),
  version: () => said(400, 'order_version_mismatch'),
  owner: () => said(400, 'the order owner has to be the owner of the API KEY'),
  signer: () => said(400, 'the order signer address has to be the address of the API KEY'),
  maker: () => said(400, 'maker address not allowed, please use the deposit wallet flow'),
  banned: (address: string) => said(400, `'${address}' address banned`),
  closedOnly: (address: string) => said(400, `'${address}' address in closed only mode`),
  signature: () => said(400, 'invalid signature'),
  duplicated: (orderId: string) => invalid(orderId, 'Duplicated.'),
  tick: (orderId: string, price: string, tickMicros: number) =>
    invalid(
      orderId,
      `Price (${price}) breaks minimum tick size rule: ${formatDecimal(tickMicros)}`,
    ),
  size: (orderId: string, size: number, minimum: number) =>
    invalid(
      orderId,
      `Size (${formatDecimal(size)}) lower than the minimum: ${formatDecimal(minimum)}`,
    ),
  amounts: (detail: string) => said(400, `invalid amounts, ${detail}`),
  dollarMinimum: (micros: number) =>
    said(
      400,
      `invalid amount for a marketable BUY order ($${formatDecimal(micros)}), min size: $1`,
    ),
  expiration: () => said(400, 'invalid expiration'),
  postOnlyType: () => said(400, 'postOnly is only supported for GTC and GTD orders'),
  postOnlyCross: () => said(400, 'invalid post-only order: order crosses book'),
  balance: (balance: number, active: number, matched: number, amount: number) =>
    said(
      400,
      `not enough balance / allowance: the balance is not enough -> balance: ${balance}, sum of active orders: ${active}, sum of matched orders: ${matched}, order amount: ${amount}`,
    ),
  allowance: (amount: number) =>
    said(
      400,
      `not enough balance / allowance: the allowance is not enough -> spender allowance: 0, order amount: ${amount}`,
    ),
  notReady: () => said(400, 'the market is not yet ready to process new orders'),
  killed: (type: keyof typeof KILLED) => said(400, KILLED[type]),
  marketNotFound: () => said(404, 'market not found'),
  noBook: () => said(404, 'No orderbook exists for the requested token id'),
  badToken: () => said(400, 'Invalid token id'),
  badPayload: () => said(400, 'Invalid payload'),
  orderNotFound: () => said(404, 'order not found'),
  assetFilter: () => said(400, 'filtering by asset_id requires market'),
  heartbeat: (heartbeatId: string) =>
    said(400, 'Invalid Heartbeat ID', { heartbeat_id: heartbeatId }),
  routeNotFound: () => said(404, '404 page not found'),
} as const;
