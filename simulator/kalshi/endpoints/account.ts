/** What a user's account is: limits, costs, keys. */
import { uuidOf } from '../../engine/ids.ts';
import { seconds } from '../format.ts';
import { endpointCosts, limitsOf } from '../limits.ts';
import type { Answer, Call, Endpoint } from './endpoint.ts';
import { ok } from './endpoint.ts';

function limits({ state, userId }: Call): Answer {
  const tier = state.users.get(userId)?.tier ?? 'basic';
  const { read, write } = limitsOf(tier);
  return ok({ grants: [], read, usage_tier: tier, write });
}

function apiKeys({ state, userId }: Call): Answer {
  const keys = [...state.keys.values()].filter((key) => key.userId === userId);
  const expiresAtMs = state.users.get(userId)?.regionExpiresAtMs;
  return ok({
    ...(expiresAtMs === undefined ? {} : { api_key_region_expiration_ts: seconds(expiresAtMs) }),
    api_keys: keys.map(({ keyId, scopes }) => ({ api_key_id: keyId, name: keyId, scopes })),
  });
}

function read(name: string, path: string, handle: (call: Call) => Answer): Endpoint {
  return { name, method: 'GET', path, access: 'read', handle };
}

/** The endpoints about the account itself. */
export const ACCOUNT_ENDPOINTS: readonly Endpoint[] = [
  read('accountLimits', '/account/limits', limits),
  read('endpointCosts', '/account/endpoint_costs', () => ok(endpointCosts())),
  read('apiKeys', '/api_keys', apiKeys),
  // The same for every key of a user, and no user id. @source SDK 3.30 communications-api
  read('communicationsId', '/communications/id', ({ userId }) =>
    ok({ communications_id: uuidOf(`communications ${userId}`) }),
  ),
  read('subaccountNetting', '/portfolio/subaccounts/netting', ({ state, userId }) =>
    ok({
      netting_configs: [...state.wallets.values()]
        .filter((wallet) => wallet.userId === userId)
        .map(({ subaccount }) => ({
          enabled: true,
          exchange_index: 0,
          subaccount_number: subaccount,
        })),
    }),
  ),
];
