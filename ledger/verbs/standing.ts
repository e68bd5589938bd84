/** Reads what `domain/placing.ts` judges: a trade's legs, orders, holds and what a person ordered. */
import { sql } from 'kysely';
import type { Desk, DeskId } from '../../domain/desk.ts';
import type { Limits } from '../../domain/limits.ts';
import type { OrderStateName } from '../../domain/order-machine.ts';
import type { LegStanding, OrderOnLeg, TradeStanding } from '../../domain/placing.ts';
import type { TradePlan } from '../../domain/trade-plan.ts';
import { tradePlanOf } from '../../domain/trade-plan.ts';
import type { TradeStatus } from '../../domain/trade.ts';
import type { Book, TimeInForce } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber, toNumberOrNull } from '../database.ts';
import { NotInLedger } from '../errors.ts';

/** A trade's standing with what the engine needs to act on it. */
export interface TradeUnderWayStanding extends TradeStanding {
  readonly book: Book;
  readonly desk: DeskId;
  readonly event: string;
  /** When the result is expected; null where nobody knows. */
  readonly settlesAtMs: number | null;
  /** A final result is in the ledger for a leg that is not paid yet. */
  readonly resultKnown: boolean;
  /** The least that the proposal and the markets ask of every leg. µ-contracts */
  readonly quantityMin: number;
}

/** @throws NotInLedger */
export async function readStanding(
  db: LedgerDb | LedgerTx,
  tradeId: string,
): Promise<TradeUnderWayStanding> {
  const trade = await readTrade(db, tradeId);
  if (trade === undefined) throw new NotInLedger('trade', tradeId);
  const limits = trade.limits as Limits;
  const plan = tradePlanOf(trade.plan);
  const legs = await readLegs(db, tradeId, plan);
  return {
    tradeId,
    book: trade.book,
    desk: trade.desk,
    event: trade.event,
    status: trade.status,
    deskState: trade.state,
    plan,
    legs,
    unhedgedSinceMs: toNumberOrNull(trade.unhedged_since_ms),
    entry: {
      timeInForce: trade.time_in_force,
      expiresAtMs: toNumber(trade.expires_at_ms),
    },
    settlesAtMs: toNumberOrNull(trade.settles_at_ms),
    resultKnown: trade.result_known,
    quantityMin: toNumber(trade.quantity_min),
    terms: {
      legMs: limits.legMs,
      unhedgedMsMax: limits.unhedgedMsMax,
      unwindLossMicrosMax: limits.unwindLossMicrosMax,
    },
    resolution: trade.resolution_id === null ? null : resolutionOf(trade),
  };
}

interface TradeRow {
  readonly book: Book;
  readonly desk: DeskId;
  readonly event: string;
  readonly status: TradeStatus;
  readonly state: Desk['state'];
  readonly limits: unknown;
  readonly plan: unknown;
  readonly unhedged_since_ms: bigint | null;
  readonly settles_at_ms: bigint | null;
  readonly expires_at_ms: bigint;
  readonly quantity_min: bigint;
  readonly time_in_force: TimeInForce;
  readonly result_known: boolean;
  readonly resolution_id: string | null;
  readonly action: 'complete' | 'unwind' | 'hold';
  readonly max_loss: bigint | null;
  readonly until_ms: bigint;
}

async function readTrade(db: LedgerDb | LedgerTx, tradeId: string): Promise<TradeRow | undefined> {
  const { rows } = await sql<TradeRow>`
    SELECT trade.book, trade.desk, trade.event, trade.status, desk.state, desk.limits,
      decision.plan, trade.unhedged_since_ms, trade.settles_at_ms, proposal.expires_at_ms,
      (SELECT min(time_in_force) FROM leg WHERE trade_id = trade.id) AS time_in_force,
      (SELECT coalesce(max(min_quantity), 0) FROM leg WHERE trade_id = trade.id) AS quantity_min,
      EXISTS (SELECT FROM leg JOIN settlement ON settlement.book = trade.book
        AND settlement.venue = leg.venue AND settlement.market = leg.market
        WHERE leg.trade_id = trade.id AND leg.payout IS NULL) AS result_known,
      resolution.id AS resolution_id, resolution.action, resolution.max_loss, resolution.until_ms
    FROM trade JOIN desk ON desk.id = trade.desk JOIN proposal ON proposal.id = trade.id
    JOIN decision ON decision.trade_id = trade.id
    LEFT JOIN resolution ON resolution.trade_id = trade.id AND resolution.ended_at_ms IS NULL
    WHERE trade.id = ${tradeId}`.execute(db);
  return rows[0];
}

function resolutionOf(row: TradeRow): NonNullable<TradeStanding['resolution']> {
  return {
    id: row.resolution_id!,
    action: row.action,
    maxLossMicros: toNumber(row.max_loss ?? 0n),
    untilMs: toNumber(row.until_ms),
  };
}

interface OrderRow {
  readonly leg: number;
  readonly state: OrderStateName;
  readonly action: 'buy' | 'sell' | null;
  readonly rest_until_ms: bigint | null;
  readonly final_quantity: bigint | null;
  readonly booked_quantity: bigint;
  readonly average_price: bigint | null;
}

async function readLegs(
  db: LedgerDb | LedgerTx,
  tradeId: string,
  plan: TradePlan,
): Promise<LegStanding[]> {
  const { rows: orders } = await sql<OrderRow>`
    SELECT leg, state, request->>'action' AS action,
      (request->>'restUntilMs')::bigint AS rest_until_ms,
      final_quantity, booked_quantity, average_price
    FROM venue_order WHERE trade_id = ${tradeId} ORDER BY leg, attempt`.execute(db);
  const { rows: amounts } = await sql<{ leg: number; filled: bigint; spendable: bigint | null }>`
    SELECT leg.leg, leg.filled, (
      SELECT min(hold.amount - hold.captured - hold.released + greatest(0, CASE target_kind
        WHEN 'account' THEN account.debits - account.credits - account.held
        ELSE counter.cap - counter.used - counter.held END))
      FROM hold LEFT JOIN account ON account.id = target LEFT JOIN counter ON counter.id = target
      WHERE hold.trade_id = leg.trade_id AND hold.leg = leg.leg
        AND (target_kind = 'account' OR counter.kind IN ('exposure','event','market'))
    )::bigint AS spendable
    FROM leg WHERE leg.trade_id = ${tradeId} ORDER BY leg.leg`.execute(db);
  return plan.legs.map((legPlan, leg) => {
    const mine = orders.filter((order) => order.leg === leg);
    const amount = amounts.find((row) => row.leg === leg);
    return {
      plan: legPlan,
      orders: mine.map(orderOnLeg),
      bookedQuantity: toNumber(amount?.filled ?? 0n),
      allBooked: mine.every((row) => row.booked_quantity === (row.final_quantity ?? 0n)),
      spendableMicros: toNumber(amount?.spendable ?? 0n),
    };
  });
}

function orderOnLeg(row: OrderRow): OrderOnLeg {
  return {
    state: row.state,
    // Orders of the earliest versions were bought without saying so.
    action: row.action ?? 'buy',
    finalQuantity: toNumberOrNull(row.final_quantity),
    averagePriceMicros: toNumberOrNull(row.average_price),
    restUntilMs: toNumberOrNull(row.rest_until_ms),
  };
}
