/** What the CLOB tells everybody. */
import { formatDecimal } from '../../../domain/decimal.ts';
import { fieldOf } from '../../frame/requests.ts';
import { refusals } from '../errors.ts';
import { bookView, detailsView, marketView, numberOf } from '../market-views.ts';
import type { Call, PublicEndpoint } from './endpoint.ts';
import { bookToken, clobMarket } from './endpoint.ts';

const BOOKS_MAX = 500;

function books({ state, body }: Call): unknown {
  if (!Array.isArray(body)) throw refusals.badPayload();
  if (body.length > BOOKS_MAX) throw refusals.badPayload();
  return body.flatMap((one) => {
    const found = state.tokens.get(String(fieldOf(one, 'token_id')));
    const shown = found !== undefined && found.market.closedAtMs === undefined;
    return shown ? [bookView(found.market, found.token, state.nowMs)] : [];
  });
}

function byToken({ state, params }: Call): unknown {
  const { market, token } = bookToken(state, params['token_id']);
  return {
    condition_id: market.conditionId,
    primary_token_id: market.tokenIds[token],
    secondary_token_id: market.tokenIds[token === 0 ? 1 : 0],
  };
}

function read(name: string, path: string, handle: (call: Call) => unknown): PublicEndpoint {
  return { name, method: 'GET', path, access: 'public', handle };
}

/** The CLOB's endpoints that need no key. */
export const CLOB_ENDPOINTS: readonly PublicEndpoint[] = [
  read('ok', '/ok', () => '"OK"'),
  read('time', '/time', ({ state }) => String(Math.floor(state.nowMs / 1000))),
  read('version', '/version', ({ state }) => ({ version: state.switches.version })),
  read('book', '/book', ({ state, query }) => {
    const { market, token } = bookToken(state, query['token_id']);
    return bookView(market, token, state.nowMs);
  }),
  { name: 'books', method: 'POST', path: '/books', access: 'public', handle: books },
  read('tickSize', '/tick-size', ({ state, query }) => ({
    minimum_tick_size: numberOf(bookToken(state, query['token_id']).market.tickMicros),
  })),
  read('negRisk', '/neg-risk', ({ state, query }) => ({
    neg_risk: bookToken(state, query['token_id']).market.negRisk,
  })),
  // A ceiling of the first version, never what is charged.
  read('feeRate', '/fee-rate', ({ state, query }) => ({
    base_fee: bookToken(state, query['token_id']).market.fee === undefined ? 0 : 1000,
  })),
  read('lastTradePrice', '/last-trade-price', ({ state, query }) => {
    const { market } = bookToken(state, query['token_id']);
    return { price: formatDecimal(market.lastPrice), side: 'BUY' };
  }),
  read('market', '/markets/:condition_id', ({ state, params }) =>
    marketView(clobMarket(state, params['condition_id'])),
  ),
  read('clobMarket', '/clob-markets/:condition_id', ({ state, params }) =>
    detailsView(clobMarket(state, params['condition_id'])),
  ),
  read('marketByToken', '/markets-by-token/:token_id', byToken),
];
