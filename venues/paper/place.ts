/** Takes one order: everything is decided under the market's lock and takes effect at COMMIT. */
import { assert, assertNever } from '../../domain/assert.ts';
import { formatDecimal, formatUsd } from '../../domain/decimal.ts';
import { microContracts } from '../../domain/money.ts';
import { messageOf } from '../../domain/thrown.ts';
import type { PlaceOutcome } from '../venue.ts';
import { VenueUnreachable } from '../venue.ts';
import { advance } from './advance.ts';
import type { PricedFill } from './book.ts';
import { cashChangeOf, priceFills, quantityOf, remainingLevels, sideTaken, walk } from './book.ts';
import type { Exchange } from './exchange.ts';
import { isBug, now } from './exchange.ts';
import { hashOf, venueOrderIdOf } from './identity.ts';
import { lockIdentity } from './lookup.ts';
import type { NewOrder, Progress } from './order-writes.ts';
import { insertOrder } from './order-writes.ts';
import type { RefusedOrder, StoredOrder } from './orders.ts';
import { ANSWER_LOST, findOrder, offeredForSale, stateOf } from './orders.ts';
import type { Rejection, WireOrder } from './request.ts';
import { numbersOf, readWire, refusalOf, rejected } from './request.ts';
import { worstCaseCost } from './resting.ts';
import type { Fate } from './script.ts';
import { countArrival, fateOf } from './script.ts';
import type { Session } from './session.ts';
import { inTransaction } from './session.ts';
import type { Snapshot } from './snapshot.ts';
import { snapshotOf } from './snapshot.ts';
import type { MarketReading, Moment, Reading } from './source.ts';
import { isTooOld } from './source.ts';
import type { LockedAccount, LockedMarket } from './store.ts';
import {
  changeHeld,
  lockAccount,
  lockMarket,
  moveCash,
  recordedAtMs,
  takenOf,
  writeFills,
} from './store.ts';

/** What the exchange answers once an order has reached it; `unknown` is an answer it loses. */
type Answer = Exclude<PlaceOutcome, { readonly kind: 'notSent' }>;
type LastingRejection = Extract<PlaceOutcome, { readonly kind: 'rejected' }>;

/**
 * Places the order once per identity. Whatever fails before COMMIT is written is `notSent`, for
 * then it is certain that nothing happened; an answer lost in COMMIT or after it is `unknown`.
 * @throws AssertionError, or a constraint's violation, when the exchange itself is wrong
 */
export async function placeOrder(
  exchange: Exchange,
  order: { readonly wire: string },
  mayWrite: () => boolean,
  signal: AbortSignal | undefined,
): Promise<PlaceOutcome> {
  const wire = readWire(order.wire);
  if ('kind' in wire) return wire;
  const { marketId, outcome: wanted } = wire;
  try {
    const asked = { marketId, outcomes: [wanted], status: true };
    const reading = await exchange.source.read([asked], signal);
    await advance(exchange, { reading, marketId, signal });
    const afterCommit = exchange.hooks.afterEffect;
    const outcome = await inTransaction(
      exchange.pool,
      { signal, mayCommit: mayWrite, afterCommit },
      (session) => answerTo(exchange, session, { wire, reading }),
    );
    switch (outcome.kind) {
      case 'committed':
        return outcome.value;
      case 'withheld':
        return { kind: 'notSent', detail: outcome.detail };
      case 'unknown':
        return outcome;
      default:
        return assertNever(outcome);
    }
  } catch (error) {
    if (isBug(error)) throw error;
    return { kind: 'notSent', detail: messageOf(error) };
  }
}

async function answerTo(
  exchange: Exchange,
  session: Session,
  options: { readonly wire: WireOrder; readonly reading: Reading },
): Promise<Answer> {
  const { owner } = exchange;
  const { wire } = options;
  const requestHash = hashOf(wire);
  await lockIdentity(session, owner, wire.clientOrderId);
  const earlier = await findOrder(session, owner, wire.clientOrderId);
  if (earlier !== undefined) {
    return repeated(earlier, { requestHash, nowMs: await now(exchange), ...wire });
  }

  const locked = await lockMarket(session, owner, wire.marketId);
  const market = (await options.reading.again()).markets.get(wire.marketId);
  const nowMs = await now(exchange);
  refuseOldReading(exchange, market, nowMs);
  const arrival = locked && (await countArrival(session, owner, wire));
  const fate = arrival && market && fateOf(market.script, { ...arrival, action: wire.action });
  if (fate?.arrives === false) return ANSWER_LOST;
  const fees = locked && market?.fees({ ...locked, nowMs });
  const order: NewOrder = {
    ...wire,
    ...(fate && markOf(fate, nowMs)),
    restUntilMs: wire.restUntilMs,
    wire: JSON.stringify(wire),
    venueOrderId: venueOrderIdOf(owner, wire.clientOrderId),
    requestHash,
    fees: fees?.kind === 'schedule' ? fees.schedule : undefined,
    nowMs,
  };
  const decided =
    locked === undefined || market === undefined
      ? rejected('market_not_found', `no market ${wire.marketId} on ${owner.venue}`)
      : (refusalByScript(fate) ??
        refusalByMarket(exchange, wire, { market, moment: { ...locked, nowMs } }) ??
        (await decideMoney(exchange, session, { wire, market, locked, order })));
  const answer = await write(exchange, session, order, decided);
  return order.answersFromMs === undefined ? answer : ANSWER_LOST;
}

/** An order waits for locks; a book that went by in the meantime must not fill it. */
function refuseOldReading(
  { owner }: Exchange,
  market: MarketReading | undefined,
  nowMs: number,
): void {
  if (market === undefined || !isTooOld(market, nowMs)) return;
  const detail = 'its market was read too long before the order could be decided';
  throw new VenueUnreachable({ venue: owner.venue, detail });
}

function refusalByMarket(
  { owner }: Exchange,
  wire: WireOrder,
  { market, moment }: { readonly market: MarketReading; readonly moment: Moment },
): Rejection | undefined {
  const facts = market.facts(moment);
  // Without fees there is a refusal of its own, later.
  const feesKnown = market.fees(moment).kind === 'schedule';
  return refusalOf(wire, facts, {
    venue: owner.venue,
    phase: market.phase(moment),
    venueTrades: market.venueTrades === true,
    unsupported: feesKnown ? facts.unsupported : undefined,
    nowMs: moment.nowMs,
  });
}

/** What the order's row remembers of its fate. */
function markOf({ fillMax, revertAfterMs, silentForMs }: Fate, nowMs: number) {
  return {
    ...(fillMax === undefined ? {} : { fillMax }),
    ...(revertAfterMs === undefined ? {} : { revertAfterMs }),
    ...(silentForMs === undefined ? {} : { answersFromMs: nowMs + silentForMs }),
  };
}

function refusalByScript(fate: Fate | undefined): LastingRejection | undefined {
  if (fate?.rejectCode === undefined) return undefined;
  const detail = "the market's script refuses this order";
  return { kind: 'rejected', code: fate.rejectCode, detail };
}

function repeated(
  earlier: StoredOrder | RefusedOrder,
  again: { readonly requestHash: string; readonly clientOrderId: string; readonly nowMs: number },
): Answer {
  if (again.nowMs < (earlier.answersFromMs ?? 0)) return ANSWER_LOST;
  if (earlier.requestHash !== again.requestHash) {
    return rejected('client_order_id_reused', `${again.clientOrderId} names another order already`);
  }
  if ('state' in earlier) return { kind: 'accepted', order: earlier.state };
  return { kind: 'rejected', code: earlier.rejectCode, detail: earlier.rejectDetail };
}

/** An order that can be paid, and what it takes at once. */
interface Taken {
  readonly kind: 'taken';
  readonly account: LockedAccount;
  readonly snapshot: Snapshot;
  readonly fills: readonly PricedFill[];
  readonly progress: Progress;
}

async function decideMoney(
  exchange: Exchange,
  session: Session,
  options: {
    readonly wire: WireOrder;
    readonly market: MarketReading;
    readonly locked: LockedMarket;
    readonly order: NewOrder;
  },
): Promise<Taken | Rejection> {
  const { owner } = exchange;
  const { wire, market, order } = options;
  const { action, outcome, timeInForce } = wire;
  const { quantity, limitPrice } = numbersOf(wire);
  const short = await positionShort(exchange, session, options);
  if (short !== undefined) return short;

  const { fees: schedule, fillMax = quantity } = order;
  if (schedule === undefined) {
    return rejected('fees_unknown', `the fees of ${wire.marketId} cannot be computed`);
  }
  const half = { outcome, side: sideTaken(action) };
  const snapshot = snapshotOf(owner, wire.marketId, { market, half });
  assert(snapshot !== undefined, 'the book an order takes from is read with its market');
  const levels = remainingLevels(snapshot.levels, await takenOf(session, snapshot.snapshotId));
  const reached = walk({ action, limitPrice, quantity: Math.min(quantity, fillMax), levels });
  const killed = timeInForce === 'fok' && quantityOf(reached) < quantity;
  const taken = killed ? [] : reached;
  const { fills, carry } = priceFills({ action, schedule, role: 'taker', carry: 0, taken });
  const filled = quantityOf(fills);
  const rest = timeInForce === 'gtd' ? quantity - filled : 0;
  const reservedMicros = worstCaseCost({ action, schedule, quantity: rest, limitPrice });

  const account = await lockAccount(session, owner);
  const neededMicros = Math.max(
    worstCaseCost({ action, schedule, quantity, limitPrice }),
    reservedMicros - cashChangeOf(fills),
  );
  const freeMicros = account.cashMicros - account.reservedMicros;
  if (neededMicros > freeMicros) {
    const detail = `needs up to ${formatUsd(neededMicros)}, free are ${formatUsd(freeMicros)}`;
    return rejected('insufficient_balance', detail);
  }
  const unfilled = killed ? 'killed' : rest > 0 ? undefined : 'remainder_cancelled';
  const progress: Progress = {
    filled,
    fillCount: fills.length,
    feeCarryMicros: carry,
    reservedMicros,
    matchedSnapshotId: snapshot.snapshotId,
    endReason: filled === quantity ? 'filled' : unfilled,
  };
  return { kind: 'taken', account, snapshot, fills, progress };
}

async function positionShort(
  { owner }: Exchange,
  session: Session,
  options: { readonly wire: WireOrder; readonly locked: LockedMarket },
): Promise<Rejection | undefined> {
  const { wire, locked } = options;
  if (wire.action === 'buy') return undefined;
  const free = locked.held[wire.outcome] - (await offeredForSale(session, owner, wire));
  if (wire.quantity <= free) return undefined;
  const detail = `sells ${formatDecimal(wire.quantity)}, free are ${formatDecimal(free)}`;
  return rejected('insufficient_position', detail);
}

async function write(
  { owner }: Exchange,
  session: Session,
  order: NewOrder,
  decided: Taken | LastingRejection,
): Promise<Answer> {
  if (decided.kind === 'rejected') {
    assert(await insertOrder(session, owner, order, decided), 'the identity is locked');
    return decided;
  }
  const { account, snapshot, fills, progress } = decided;
  const { nowMs, marketId, outcome, venueOrderId } = order;
  assert(await insertOrder(session, owner, order, progress), 'the identity is locked');
  if (fills.length > 0) {
    const recorded = recordedAtMs(account, nowMs);
    const filled = { ...order, fillCount: 0 };
    const times = { nowMs, recordedAtMs: recorded };
    await writeFills(session, owner, { order: filled, fills, snapshot, ...times });
    await moveCash(session, owner, { changeMicros: cashChangeOf(fills), recordedAtMs: recorded });
    const changeMicroContracts = order.action === 'buy' ? progress.filled : -progress.filled;
    await changeHeld(session, owner, { marketId, outcome, changeMicroContracts });
  }
  const value = fills.reduce((sum, f) => sum + BigInt(f.quantity) * BigInt(f.priceMicros), 0n);
  const status = progress.endReason === undefined ? 'resting' : 'final';
  const state = stateOf(venueOrderId, status, microContracts(progress.filled), value);
  return { kind: 'accepted', order: state };
}
