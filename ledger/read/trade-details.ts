/** One trade with its orders, fills, verdicts and holds, at one instant. */
import { sql } from 'kysely';
import type { TradeDetails } from '../../contracts/trade-details.ts';
import { isTradesCounter } from '../../domain/counters.ts';
import type { VenueFill } from '../../domain/market.ts';
import type { Verdict } from '../../domain/risk/codes.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { ordersOf } from './orders.ts';
import { findTrade } from './trades.ts';
import { atOneInstant, decimalOf, instantText, orNull, usdText } from './view-text.ts';

/** @returns undefined where nothing was ever proposed under the id */
export async function readTradeDetails(
  db: LedgerDb,
  id: string,
): Promise<TradeDetails | undefined> {
  return atOneInstant(db, async (tx) => {
    const trade = await findTrade(tx, id);
    if (trade === undefined) return undefined;
    const { approval, verdicts } = await judgementOf(tx, id);
    return {
      ...trade,
      orders: await ordersOf(tx, id),
      fills: await fillsOf(tx, id),
      verdicts,
      holds: await holdsOf(tx, id),
      approval,
      resolutions: await resolutionsOf(tx, id),
    };
  });
}

/** The decision's verdicts, or those a proposal waits with. */
async function judgementOf(
  tx: LedgerTx,
  id: string,
): Promise<Pick<TradeDetails, 'approval' | 'verdicts'>> {
  const decision = await tx
    .selectFrom('decision')
    .select('verdicts')
    .where('trade_id', '=', id)
    .executeTakeFirst();
  const asked = await tx
    .selectFrom('approval')
    .selectAll()
    .where('trade_id', '=', id)
    .executeTakeFirst();
  const verdicts = (decision?.verdicts ?? asked?.verdicts ?? []) as Verdict[];
  return {
    verdicts: verdicts.map((one) => ({ ...one, numbers: { ...one.numbers } })),
    approval:
      asked === undefined
        ? null
        : {
            askedAt: instantText(asked.asked_at_ms),
            until: instantText(asked.until_ms),
            approvedBy: asked.approved_by,
            approvedAt: orNull(asked.approved_at_ms, instantText),
            reason: asked.reason,
          },
  };
}

async function fillsOf(tx: LedgerTx, id: string): Promise<TradeDetails['fills']> {
  const { rows } = await sql<{ leg: number; body: VenueFill; order_id: string; at: bigint }>`
    SELECT o.leg, f.body, f.order_id, f.recorded_at_ms AS at
    FROM fill f JOIN venue_order o ON o.id = f.order_id WHERE o.trade_id = ${id}
    ORDER BY f.recorded_at_ms, f.fill_id`.execute(tx);
  return rows.map(({ leg, body, order_id, at }) => ({
    id: body.fillId,
    orderId: order_id,
    leg,
    action: body.action,
    quantity: decimalOf(body.quantity),
    price: decimalOf(body.priceMicros),
    fee: usdText(body.feeMicros),
    filledAt: instantText(body.filledAtMs),
    recordedAt: instantText(at),
    reverts: body.reverts ?? null,
  }));
}

async function holdsOf(tx: LedgerTx, id: string): Promise<TradeDetails['holds']> {
  const rows = await tx
    .selectFrom('hold')
    .selectAll()
    .where('trade_id', '=', id)
    .orderBy('leg')
    .orderBy('target')
    .execute();
  return rows.map((row) => {
    // The one counter of plain numbers; all else is money.
    const unit = isTradesCounter(row.target) ? 'trades' : 'usd';
    const write = unit === 'trades' ? (value: bigint) => String(toNumber(value)) : usdText;
    return {
      leg: row.leg,
      target: row.target,
      kind: row.target_kind,
      unit,
      amount: write(row.amount),
      captured: write(row.captured),
      released: write(row.released),
      left: write(row.amount - row.captured - row.released),
    };
  });
}

async function resolutionsOf(tx: LedgerTx, id: string): Promise<TradeDetails['resolutions']> {
  const rows = await tx
    .selectFrom('resolution')
    .selectAll()
    .where('trade_id', '=', id)
    .orderBy('asked_at_ms')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    action: row.action,
    maxLoss: orNull(row.max_loss, usdText),
    by: row.actor,
    reason: row.reason,
    askedAt: instantText(row.asked_at_ms),
    until: instantText(row.until_ms),
    endedAt: orNull(row.ended_at_ms, instantText),
    outcome: row.outcome,
  }));
}
