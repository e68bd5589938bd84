/** Order groups: create, read, reset, trigger, change the limit, delete. */
import { parseDecimal } from '../../../domain/decimal.ts';
import type { MicroContracts } from '../../../domain/money.ts';
import { microContracts, MICROS_PER_UNIT } from '../../../domain/money.ts';
import { unrecorded } from '../errors.ts';
import { countText } from '../format.ts';
import { groupOf, ordersOf, resetGroup, setGroupLimit, triggerGroup } from '../groups.ts';
import type { OrderGroup } from '../records.ts';
import { SHARDS } from '../state.ts';
import type { Answer, Call, Endpoint } from './endpoint.ts';
import { fieldOf } from '../../frame/requests.ts';
import { numberIn, ok } from './endpoint.ts';

/** Whole contracts above zero, as a number or as text; both must agree. @source SDK 3.30 */
function limitIn(body: unknown, endpoint: string): MicroContracts {
  const whole = fieldOf(body, 'contracts_limit');
  const text = fieldOf(body, 'contracts_limit_fp');
  const fromWhole = typeof whole === 'number' ? whole * MICROS_PER_UNIT : undefined;
  const fromText = typeof text === 'string' ? parseDecimal(text) : undefined;
  const limit = fromWhole ?? fromText;
  const sound =
    limit !== undefined &&
    limit > 0 &&
    limit % MICROS_PER_UNIT === 0 &&
    (fromWhole === undefined || fromText === undefined || fromWhole === fromText);
  if (!sound) throw unrecorded.invalidParameter(endpoint, 'ContractsLimit');
  return microContracts(limit);
}

function create({ state, userId, body }: Call): Answer {
  const shard = Number(fieldOf(body, 'exchange_index') ?? 0);
  const subaccount = Number(fieldOf(body, 'subaccount') ?? 0);
  if (!SHARDS.some((one) => one === shard)) {
    throw unrecorded.invalidParameter('CreateOrderGroup', 'ExchangeIndex');
  }
  const limit = limitIn(body, 'CreateOrderGroup');
  const groupId = state.ids.next();
  state.groups.set(groupId, {
    groupId,
    userId,
    subaccount,
    shard,
    limit,
    triggered: false,
    matched: [],
  });
  return { status: 201, body: { exchange_index: shard, order_group_id: groupId, subaccount } };
}

function view(group: OrderGroup): Record<string, unknown> {
  return {
    contracts_limit_fp: countText(group.limit),
    exchange_index: group.shard,
    is_auto_cancel_enabled: true,
  };
}

/** The group a call names. */
function named({ state, userId, params }: Call): OrderGroup {
  return groupOf(state, userId, params['order_group_id'] ?? '');
}

/** The group a write names, which has to name its shard and subaccount too unless both are 0. */
function addressed(call: Call): OrderGroup {
  const group = named(call);
  const shard = numberIn(call.query, 'exchange_index') ?? 0;
  const subaccount = numberIn(call.query, 'subaccount') ?? 0;
  if (group.shard !== shard || group.subaccount !== subaccount) throw unrecorded.groupNotFound();
  return group;
}

function get(call: Call): Answer {
  const group = named(call);
  const orders = ordersOf(call.state, group).map(({ orderId }) => orderId);
  return ok({ ...view(group), orders });
}

function list({ state, userId, query }: Call): Answer {
  const subaccount = numberIn(query, 'subaccount');
  const groups = [...state.groups.values()].filter(
    (one) => one.userId === userId && (subaccount ?? one.subaccount) === one.subaccount,
  );
  return ok({ order_groups: groups.map((one) => ({ ...view(one), id: one.groupId })) });
}

function remove(call: Call): Answer {
  const group = addressed(call);
  triggerGroup(call.state, group);
  call.state.groups.delete(group.groupId);
  return ok({});
}

const GROUP = '/portfolio/order_groups/:order_group_id';

function write(
  name: string,
  method: Endpoint['method'],
  path: string,
  handle: (call: Call) => Answer,
): Endpoint {
  return { name, method, path, access: 'write', handle };
}

/** The endpoints of order groups. */
export const GROUP_ENDPOINTS: readonly Endpoint[] = [
  write('createOrderGroup', 'POST', '/portfolio/order_groups/create', create),
  { name: 'orderGroup', method: 'GET', path: GROUP, access: 'read', handle: get },
  {
    name: 'orderGroups',
    method: 'GET',
    path: '/portfolio/order_groups',
    access: 'read',
    handle: list,
  },
  write('deleteOrderGroup', 'DELETE', GROUP, remove),
  write('resetOrderGroup', 'PUT', `${GROUP}/reset`, (call) => {
    resetGroup(addressed(call));
    return ok({});
  }),
  write('triggerOrderGroup', 'PUT', `${GROUP}/trigger`, (call) => {
    triggerGroup(call.state, addressed(call));
    return ok({});
  }),
  write('limitOrderGroup', 'PUT', `${GROUP}/limit`, (call) => {
    const limit = limitIn(call.body, 'UpdateOrderGroupLimit');
    setGroupLimit(call.state, addressed(call), limit);
    return ok({});
  }),
];
