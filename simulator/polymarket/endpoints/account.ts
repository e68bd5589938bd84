/** What an account reads of itself: orders, trades, balances, standing, keys. */
import { refusals } from '../errors.ts';
import { authenticateL1 } from '../auth.ts';
import { fieldOf } from '../../frame/requests.ts';
import { tierView } from '../limits.ts';
import { pageOf } from '../lists.ts';
import type { Account, Order, Trade } from '../records.ts';
import { EXCHANGES } from '../signing.ts';
import { changeHasCome, orderView, tradeView } from '../views.ts';
import { marketOf, walletOf } from '../state.ts';
import type { Call, Endpoint, PrivateCall, PrivateEndpoint } from './endpoint.ts';
import { numberIn } from './endpoint.ts';

const OPEN: readonly Order['status'][] = ['LIVE', 'UNMATCHED', 'DELAYED'];
/** The largest number of 256 bits: what an approval without limit reads as. */
const UNLIMITED = ((1n << 256n) - 1n).toString();

function toldOrders({ state, account, asOfMs }: PrivateCall): Order[] {
  return [...state.orders.values()].flatMap(({ told }) => {
    const order = told.at(asOfMs);
    return order?.owner === account.owner ? [order] : [];
  });
}

function order(call: PrivateCall): unknown {
  const { state, params } = call;
  const found = toldOrders(call).find(({ orderId }) => orderId === params['order_id']);
  const hidden = found?.reason !== undefined && !state.switches.killedShown;
  if (found === undefined || hidden) throw refusals.orderNotFound();
  return orderView(state, found);
}

function orders(call: PrivateCall): unknown {
  const { state, query } = call;
  const { id, market, asset_id: asset } = query;
  if (asset !== undefined && market === undefined && changeHasCome(state)) {
    throw refusals.assetFilter();
  }
  const rows = toldOrders(call)
    .filter(({ status }) => OPEN.includes(status))
    .toSorted((a, b) => b.sequence - a.sequence)
    .map((one) => orderView(state, one))
    .filter(
      (row) =>
        (id === undefined || row['id'] === id) &&
        (market === undefined || row['market'] === market) &&
        (asset === undefined || row['asset_id'] === asset),
    );
  return pageOf(rows, query['next_cursor'], state.switches.pageSize);
}

const partiesOf = ({ taker, makers }: Trade) => [taker, ...makers];

function trades({ state, account, query, asOfMs }: PrivateCall): unknown {
  const { id, market, asset_id: asset, maker_address: address } = query;
  const [before, after] = [numberIn(query, 'before'), numberIn(query, 'after')];
  const told = [...state.trades.values()].flatMap((one) => one.told.at(asOfMs) ?? []);
  const rows = told
    .filter((trade) => partiesOf(trade).some(({ owner }) => owner === account.owner))
    .filter((trade) => {
      const second = Math.floor(trade.atMs / 1000);
      return (
        (id === undefined || trade.tradeId === id) &&
        (market === undefined || trade.conditionId === market) &&
        (asset === undefined ||
          marketOf(state, trade.conditionId).tokenIds[trade.taker.token] === asset) &&
        (address === undefined ||
          partiesOf(trade).some(({ funder }) => funder === address.toLowerCase())) &&
        (before === undefined || second < before) &&
        (after === undefined || second > after)
      );
    })
    .toSorted((a, b) => b.sequence - a.sequence)
    .map((trade) => tradeView(state, trade, account.owner));
  return pageOf(rows, query['next_cursor'], state.switches.pageSize);
}

/** Another signature type asks about another wallet, which holds nothing. */
function balance({ state, account, query, asOfMs }: PrivateCall): unknown {
  const mine = Number(query['signature_type'] ?? '0') === account.signatureType;
  const asset = query['asset_type'] === 'CONDITIONAL' ? (query['token_id'] ?? 'none') : '';
  const amount = walletOf(state, account.owner).told.get(asset)?.at(asOfMs) ?? 0;
  const allowance = mine && account.allowed ? UNLIMITED : '0';
  return {
    balance: mine ? String(amount) : '0',
    allowances: Object.fromEntries(Object.values(EXCHANGES).map((spender) => [spender, allowance])),
  };
}

/** Every 5 s; after 10 s and a buffer of 5 without one, all of the key's orders go. */
const HEARTBEAT_LASTS_MS = 15_000;

function heartbeat({ state, account, body }: PrivateCall): unknown {
  const given = fieldOf(body, 'heartbeat_id');
  const last = state.heartbeats.get(account.owner);
  if (last !== undefined && given !== last.heartbeatId) throw refusals.heartbeat(last.heartbeatId);
  const heartbeatId = state.ids.next();
  const diesAtMs = state.nowMs + HEARTBEAT_LASTS_MS;
  state.heartbeats.set(account.owner, { heartbeatId, diesAtMs });
  return { heartbeat_id: heartbeatId };
}

const credentials = ({ owner, secret, passphrase }: Account) => ({
  apiKey: owner,
  secret,
  passphrase,
});

const asker = ({ state, headers, wallMs }: Omit<Call, 'prepared'>) =>
  authenticateL1(state, headers, wallMs);

function derive({ prepared }: Call): unknown {
  if (prepared === undefined) throw refusals.noDerivedKey();
  return credentials(prepared as Account);
}

function read(name: string, path: string, handle: (call: PrivateCall) => unknown): PrivateEndpoint {
  return { name, method: 'GET', path, access: 'private', handle };
}

/** Reads with a key, and the keys themselves. */
export const ACCOUNT_ENDPOINTS: readonly Endpoint[] = [
  read('order', '/data/order/:order_id', order),
  read('orders', '/data/orders', orders),
  read('trades', '/data/trades', trades),
  read('balanceAllowance', '/balance-allowance', balance),
  read('updateBalanceAllowance', '/balance-allowance/update', () => ''),
  read('closedOnly', '/auth/ban-status/closed-only', ({ account }) => ({
    closed_only: account.closedOnly,
  })),
  read('apiKeys', '/auth/api-keys', ({ account }) => ({ apiKeys: [account.owner] })),
  read('rateLimitTier', '/v1/user/rate-limit-tier', ({ account }) => tierView(account)),
  {
    name: 'heartbeat',
    method: 'POST',
    path: '/v1/heartbeats',
    access: 'private',
    handle: heartbeat,
  },
  {
    name: 'deriveApiKey',
    method: 'GET',
    path: '/auth/derive-api-key',
    access: 'public',
    prepare: asker,
    handle: derive,
  },
  {
    name: 'createApiKey',
    method: 'POST',
    path: '/auth/api-key',
    access: 'public',
    prepare: asker,
    // Whoever has an account here has a key, and there is one a signer.
    handle: () => {
      throw refusals.keyExists();
    },
  },
];
