/** Order groups: the venue's own fuse. What matches more than its limit in 15 s cancels the group. */
import { createdOrderGroupSchema, orderGroupSchema } from '../../contracts/kalshi/orders.ts';
import { formatDecimal } from '../../domain/decimal.ts';
import type { MicroContracts } from '../../domain/money.ts';
import type { KalshiAccount } from './account.ts';
import type { Answered, WriteCall } from '../http/json-client.ts';
import { unheard } from './client.ts';

/** A group as the venue has it. */
export interface KalshiOrderGroup {
  readonly id: string;
  readonly autoCancel: boolean;
  /** Contracts that may match in any 15 seconds; absent where the venue tells none. */
  readonly limit?: MicroContracts;
  /** The venue's ids of its orders. */
  readonly orders: readonly string[];
}

/** The verbs a group has; all reject as the port's do. */
export interface KalshiOrderGroups {
  /** @param limit contracts in a rolling 15 s, all orders of one shard together */
  createOrderGroup(limit: MicroContracts, shard?: number, signal?: AbortSignal): Promise<string>;
  /** Undefined where the venue knows no such group. */
  orderGroup(id: string, signal?: AbortSignal): Promise<KalshiOrderGroup | undefined>;
  /** Lets a tripped group's orders in again. */
  resetOrderGroup(id: string, signal?: AbortSignal): Promise<void>;
  /** Cancels the group's orders and refuses new ones until it is reset. */
  triggerOrderGroup(id: string, signal?: AbortSignal): Promise<void>;
}

const ROOT = '/portfolio/order_groups';

/** @source kalshi-typescript 3.30 api/order-groups-api; reference/kalshi.md §2 */
export function orderGroupsOf(account: KalshiAccount): KalshiOrderGroups {
  const { client, options } = account;
  const pathOf = (id: string): string => `${ROOT}/${encodeURIComponent(id)}`;
  // A write finds a group only with the subaccount it belongs to.
  const query = { subaccount: options.subaccount };
  const write = async (call: WriteCall): Promise<Answered> => {
    const exchanged = await client.send(call);
    if (exchanged.kind !== 'answered') throw unheard(`${call.path}: ${exchanged.detail}`);
    if (exchanged.status >= 300) throw client.failure(exchanged, call.path);
    return exchanged;
  };
  return {
    async createOrderGroup(limit, shard, signal) {
      const body = JSON.stringify({
        contracts_limit_fp: formatDecimal(limit, 2),
        ...(options.subaccount === undefined ? {} : { subaccount: options.subaccount }),
        ...(shard === undefined ? {} : { exchange_index: shard }),
      });
      const path = `${ROOT}/create`;
      const answer = await write({ method: 'POST', path, body, signal });
      return client.bodyOf(createdOrderGroupSchema, answer, path).order_group_id;
    },
    async orderGroup(id, signal) {
      const found = await client.find({
        path: pathOf(id),
        query,
        schema: orderGroupSchema,
        signal,
      });
      if (found === undefined) return undefined;
      const { is_auto_cancel_enabled: autoCancel, contracts_limit_fp: limit, orders } = found;
      return { id, autoCancel, ...(limit == null ? {} : { limit }), orders: orders ?? [] };
    },
    async resetOrderGroup(id, signal) {
      await write({ method: 'PUT', path: `${pathOf(id)}/reset`, query, body: '{}', signal });
    },
    async triggerOrderGroup(id, signal) {
      await write({ method: 'PUT', path: `${pathOf(id)}/trigger`, query, body: '{}', signal });
    },
  };
}
