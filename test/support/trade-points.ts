/** What a crash run calls the points that a trade passes. */
import type { OrderKind } from '../../domain/desk.ts';
import type { Call } from './interfere.ts';

/**
 * Names the points of trades as `<occurrence> <point>`. What is about an order says of which kind,
 * and what comes after the trade was left on one leg says so: each of them is counted for itself.
 */
export function tradePoints(): (trade: string, point: string, call: Call) => string {
  const passed = new Map<string, number>();
  const oneLegged = new Set<string>();
  const kinds = new Map<string, OrderKind>();
  const kindOf = ({ args: [first] }: Call): OrderKind | undefined => {
    const { orderId, kind } = namesIn(first);
    if (orderId !== undefined && kind !== undefined) kinds.set(orderId, kind);
    return orderId === undefined ? undefined : kinds.get(orderId);
  };
  return (trade, point, call) => {
    if (point === 'after strandTrade') oneLegged.add(trade);
    const kind = kindOf(call);
    const order = kind === undefined ? '' : ` (${kind})`;
    const where = `${point}${order}${oneLegged.has(trade) ? ', on one leg' : ''}`;
    const key = `${trade} ${where}`;
    const occurrence = (passed.get(key) ?? 0) + 1;
    passed.set(key, occurrence);
    return `${occurrence} ${where}`;
  };
}

/** How the verbs' first argument names an order: a row of the ledger, a request, a reference, an id. */
function namesIn(first: unknown): { orderId?: string; kind?: OrderKind } {
  if (typeof first === 'string') return { orderId: first };
  if (typeof first !== 'object' || first === null) return {};
  const { orderId, clientOrderId, kind, request } = first as {
    orderId?: string;
    clientOrderId?: string;
    kind?: OrderKind;
    request?: { clientOrderId?: string };
  };
  const id = orderId ?? clientOrderId ?? request?.clientOrderId;
  return { ...(id === undefined ? {} : { orderId: id }), ...(kind === undefined ? {} : { kind }) };
}
