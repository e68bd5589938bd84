/** The bodies Kalshi refuses with. Recorded ones are byte for byte; the others say so. */

/** A refusal as the venue answers it: status and body. */
export class KalshiRefusal extends Error {
  override readonly name = 'KalshiRefusal';
  readonly status: number;
  readonly body: unknown;
  constructor(status: number, body: unknown) {
    super(`refused with ${status}: ${JSON.stringify(body)}`);
    this.status = status;
    this.body = body;
  }
}

const nested = (status: number, code: string, more: Record<string, string> = {}) =>
  new KalshiRefusal(status, { error: { code, message: code.replaceAll('_', ' '), ...more } });

const exchange = { service: 'exchange' };

/** Refusals recorded on the demo exchange on 2026-06-11, `data/kalshi-demo-recordings`. */
export const recorded = {
  badSignature: () => authentication('INCORRECT_API_KEY_SIGNATURE'),
  unknownKey: () => authentication('NOT_FOUND'),
  missingSignature: () => nested(401, 'signature_is_missing_from_headers'),
  expiredTimestamp: () => nested(401, 'header_timestamp_expired'),
  notFound: () => nested(404, 'not_found', exchange),
  alreadyExists: () => nested(409, 'order_already_exists', exchange),
  insufficientBalance: () => nested(400, 'insufficient_balance', exchange),
  invalidPrice: () => nested(400, 'invalid_price', exchange),
  postOnlyCross: () => nested(400, 'invalid_order', { details: 'post only cross' }),
  /** Go's decoder: `details` names the field that was no string. */
  badRequest: (details: string) =>
    new KalshiRefusal(400, { code: 'bad_request', message: 'bad request', details }),
  limitTooLarge: (endpoint: string) => parameters(endpoint, 'Limit', "failed on the 'lte' tag"),
} as const;

/**
 * Refusals nobody recorded: codes from the documentation or the SDK, shape of the recorded ones.
 * `reference/kalshi.md` §8 lists them as open questions.
 */
export const unrecorded = {
  /** The shape is documented: `error` is a plain string. @source DOC rate_limits */
  tooManyRequests: () => new KalshiRefusal(429, { error: 'too many requests' }),
  /** @source third parties, since June 2026 */
  v1Gone: () => nested(410, 'deprecated_v1_order_endpoint'),
  missingHeader: (name: string) => nested(401, `${name}_is_missing_from_headers`),
  badTimestamp: () => nested(401, 'header_timestamp_invalid'),
  forbidden: (details: string) => nested(403, 'forbidden', { details }),
  regionExpired: () => nested(403, 'region_attestation_expired'),
  marketNotFound: () => nested(404, 'market_not_found'),
  routeNotFound: () => nested(404, 'not_found'),
  /** @source DOC market_lifecycle */
  marketInactive: () =>
    new KalshiRefusal(400, {
      error: { code: 'MARKET_INACTIVE', message: 'market inactive', ...exchange },
    }),
  tradingPaused: () => nested(400, 'trading_paused', exchange),
  exchangePaused: () => nested(503, 'exchange_paused', exchange),
  invalidSize: () => nested(400, 'invalid_order_size', exchange),
  invalidOrder: (details: string) => nested(400, 'invalid_order', { details }),
  /** @source third parties; the status of a FOK that finds too little is an open question */
  fokMiss: () => nested(409, 'fill_or_kill_insufficient_resting_volume', exchange),
  groupNotFound: () => nested(404, 'order_group_not_found', exchange),
  groupTriggered: () => nested(400, 'order_group_triggered', exchange),
  invalidParameter: (endpoint: string, field: string) =>
    parameters(endpoint, field, "failed on the 'required' tag"),
  /** Amend, decrease and batches are not simulated; the text says so. */
  notSimulated: (what: string) =>
    nested(501, 'unsupported_by_simulator', { details: `${what} is not simulated` }),
} as const;

function authentication(details: string): KalshiRefusal {
  const code = 'authentication_error';
  return new KalshiRefusal(401, { error: { code, message: code, details } });
}

function parameters(endpoint: string, field: string, tag: string): KalshiRefusal {
  const where = `Key: '${endpoint}Params.${field}' Error:Field validation for '${field}' ${tag}`;
  return new KalshiRefusal(400, { msg: `Parameter validation failed for ${endpoint}: ${where}` });
}
