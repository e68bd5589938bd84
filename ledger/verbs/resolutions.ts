/** A trade that stands on one leg: how it comes to that, and what a person orders about it. */
import { randomUUID } from 'node:crypto';
import type { ClockReading } from '../../domain/clock.ts';
import { haltDesk } from './desk-state.ts';
import { formatUsd } from '../../domain/decimal.ts';
import { deskChanged, tradeChanged } from './watch.ts';
import { liveOrder } from '../../domain/placing.ts';
import type { LedgerDb } from '../database.ts';
import { appendAudit } from './audit.ts';
import { raiseAlert, resolveAlert } from './alerts.ts';
import { dayOfFact } from './fact-day.ts';
import { endResolution, oneLeggedKey } from './one-legged.ts';
import { keepRiskOnly } from './placing.ts';
import { lockLossAnd } from './positions.ts';
import { readStanding } from './standing.ts';

/**
 * Gives a trade up to a person: it becomes `one_legged`, the desk is halted and a critical alert
 * says what is naked. A repeat, or a trade that is matched by now, changes nothing.
 */
export async function strandTrade(
  db: LedgerDb,
  tradeId: string,
  found: { why: string; detail: string },
  reading: ClockReading,
): Promise<void> {
  const { desk, book, plan } = await readStanding(db, tradeId);
  await db.transaction().execute(async (tx) => {
    await tx.selectFrom('desk').select('id').where('id', '=', desk).forNoKeyUpdate().execute();
    await tx.selectFrom('trade').select('id').where('id', '=', tradeId).forUpdate().execute();
    const { numUpdatedRows } = await tx
      .updateTable('trade')
      .set({ status: 'one_legged' })
      .where('id', '=', tradeId)
      .where('status', '=', 'placing')
      .where('unhedged_since_ms', 'is not', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    const key = oneLeggedKey(tradeId);
    await raiseAlert(tx, { code: 'ONE_LEGGED', key, book, tradeId, ...found }, reading);
    await deskChanged(tx, { book, venue: plan.legs[0]!.leg.venue }, reading);
    const reason = `trade ${tradeId} stands on one leg: ${found.why}`;
    await haltDesk(tx, desk, { actor: 'ledger', reason }, reading);
  });
}

/** What a person orders: complete or unwind within a loss, or hold the position as it is. */
export interface ResolveAsk {
  readonly tradeId: string;
  readonly action: 'complete' | 'unwind' | 'hold';
  /** µ$ the order may lose; needed to complete and to unwind. */
  readonly maxLossMicros?: number;
  readonly actor: string;
  readonly reason: string;
}

export type ResolveOutcome =
  | { readonly kind: 'taken'; readonly resolutionId: string }
  | { readonly kind: 'refused'; readonly detail: string };

/**
 * Writes a person's order about a one-legged trade down, audited; the trade's run carries it out.
 * `hold` takes effect at once: the trade is open with an unmatched rest that counts at risk.
 */
export async function resolveTrade(
  db: LedgerDb,
  asked: ResolveAsk,
  reading: ClockReading,
): Promise<ResolveOutcome> {
  const { tradeId, action, actor, reason } = asked;
  const known = await db
    .selectFrom('trade')
    .select('book')
    .where('id', '=', tradeId)
    .executeTakeFirst();
  if (known === undefined) return { kind: 'refused', detail: `there is no trade ${tradeId}` };
  if (action !== 'hold' && asked.maxLossMicros === undefined) {
    return { kind: 'refused', detail: `${action} needs the loss it may make` };
  }
  return db.transaction().execute(async (tx) => {
    const on = { tradeId, book: known.book, day: await dayOfFact(tx, known.book, reading) };
    await tx.selectFrom('trade').select('id').where('id', '=', tradeId).forUpdate().execute();
    await lockLossAnd(tx, on);
    const trade = await readStanding(tx, tradeId);
    if (trade.status !== 'one_legged') {
      return { kind: 'refused', detail: `trade ${tradeId} is ${trade.status}, not one_legged` };
    }
    if (liveOrder(trade) !== undefined || !trade.legs.every((leg) => leg.allBooked)) {
      return { kind: 'refused', detail: `an order or a fill of ${tradeId} is still under way` };
    }
    const id = randomUUID();
    if (trade.resolution !== null)
      await endResolution(tx, trade.resolution.id, 'replaced', reading);
    await tx
      .insertInto('resolution')
      .values({
        id,
        trade_id: tradeId,
        action,
        max_loss: asked.maxLossMicros ?? null,
        actor,
        reason,
        asked_at_ms: reading.atMs,
        until_ms: reading.atMs + trade.terms.unhedgedMsMax,
        ...(action === 'hold' ? { ended_at_ms: reading.atMs, outcome: 'held' } : {}),
      })
      .execute();
    if (action === 'hold') {
      await tx.updateTable('trade').set({ status: 'open' }).where('id', '=', tradeId).execute();
      await keepRiskOnly(tx, on);
      await resolveAlert(tx, oneLeggedKey(tradeId), reading);
    }
    await tradeChanged(
      tx,
      { book: trade.book, venue: trade.plan.legs[0]!.leg.venue, tradeId },
      reading,
    );
    const maxLoss = formatUsd(asked.maxLossMicros ?? 0);
    const detail = { tradeId, action, maxLoss, resolutionId: id };
    const entry = {
      desk: trade.desk,
      action: 'trade.resolve',
      actor,
      reason,
      verified: true,
      detail,
    };
    await appendAudit(tx, entry, reading.atMs);
    return { kind: 'taken', resolutionId: id };
  });
}
