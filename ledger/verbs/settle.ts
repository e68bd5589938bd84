import { sql } from 'kysely';
import { settlesInto } from '../../domain/accounts.ts';
import type { ClockReading } from '../../domain/clock.ts';
import { counterId } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import type { Transfer } from '../../domain/ledger-entries.ts';
import {
  payoutEntries,
  payoutOf,
  recognitionEntries,
  settlementEntries,
} from '../../domain/ledger-entries.ts';
import { microContracts, micros, MICROS_PER_UNIT, priceMicros } from '../../domain/money.ts';
import { placingEnd } from '../../domain/placing.ts';
import { paidFor, tradePnl } from '../../domain/position.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { TradeStatus } from '../../domain/trade.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { NotInLedger } from '../errors.ts';
import { raiseAlert, resolveAlert } from './alerts.ts';
import { openDay } from './day.ts';
import { readDesk } from './desk.ts';
import { freeUsed } from './holds.ts';
import { oneLeggedKey, revertedKey } from './one-legged.ts';
import { endTrade } from './placing.ts';
import type { PositionRow } from './positions.ts';
import { positionsOf } from './positions.ts';
import { post } from './postings.ts';
import { matchEarlyRedemption } from './redemptions.ts';
import type { LegResult } from './results.ts';
import { resultsOf } from './results.ts';
import { readStanding } from './standing.ts';

export type RecordOutcome =
  | {
      readonly kind: 'recorded';
      readonly payoutMicros: number;
      readonly pnlMicros: number;
      readonly day: UtcDate;
    }
  /** A market has no final result in the ledger yet; of a pair, one leg may be paid already. */
  | { readonly kind: 'waiting' }
  /** Nothing to settle: the trade holds no position (any more). */
  | { readonly kind: 'notOpen'; readonly status: TradeStatus };

/**
 * The record step: books what an open trade's legs were paid, in one transaction and on the day it
 * is recorded. P&L is recognised when the last leg is final; until then a pair's payout stands in
 * `unsettled`. A repeat answers what was recorded.
 * @throws NotInLedger, ClockDisagrees
 */
export async function recordSettlement(
  db: LedgerDb,
  tradeId: string,
  reading: ClockReading,
): Promise<RecordOutcome> {
  return db.transaction().execute(async (tx) => {
    const known = await tx
      .selectFrom('trade')
      .select(['book', 'desk'])
      .where('id', '=', tradeId)
      .executeTakeFirst();
    if (known === undefined) throw new NotInLedger('trade', tradeId);
    const { limits } = await readDesk(tx, known.desk, { keepLimits: true });
    const day = await openDay(tx, known.book, limits, reading);
    const trade = await tx
      .selectFrom('trade')
      .select(['status', 'event', 'payout', 'pnl', 'ended_day'])
      .where('id', '=', tradeId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (trade.status === 'settled') {
      return {
        kind: 'recorded',
        payoutMicros: toNumber(trade.payout!),
        pnlMicros: toNumber(trade.pnl!),
        day: trade.ended_day!,
      };
    }
    if (!(await canSettle(tx, tradeId, trade.status))) {
      return { kind: 'notOpen', status: trade.status };
    }
    const { book } = known;
    return settleLegs(tx, { tradeId, book, event: trade.event, day, reading });
  });
}

interface Context {
  readonly tradeId: string;
  readonly book: Book;
  readonly event: string;
  readonly day: UtcDate;
  readonly reading: ClockReading;
}

/** A trade on one leg settles like an open one, once nothing of it is under way. */
async function canSettle(tx: LedgerTx, tradeId: string, status: TradeStatus): Promise<boolean> {
  if (status !== 'one_legged') return status === 'open';
  return placingEnd(await readStanding(tx, tradeId)) !== undefined;
}

async function settleLegs(tx: LedgerTx, context: Context): Promise<RecordOutcome> {
  const { tradeId } = context;
  const legs = await positionsOf(tx, tradeId);
  const results = await resultsOf(tx, tradeId);
  const final = legs.flatMap((leg): SettledLeg[] => {
    const result = results.get(leg.leg);
    if (leg.payout !== null || (result === undefined && leg.filled > 0)) return [];
    return [{ ...leg, result, payout: payoutOfLeg(leg, result) }];
  });
  // A leg that holds nothing is over with the others: until then a hedge may still fill it.
  if (!final.some(({ result }) => result !== undefined)) return { kind: 'waiting' };
  await lockCounters(tx, context, legs);
  await bookPayouts(tx, context, final, legs.length > 1 ? payoutEntries : settlementEntries);
  const paid = legs.map((leg) => final.find(({ leg: index }) => index === leg.leg) ?? leg);
  const allPaid = paid.filter(isPaid);
  if (allPaid.length < legs.length) return { kind: 'waiting' };
  if (legs.length > 1) await recognise(tx, context, allPaid, results);
  const pnl = tradePnl(allPaid);
  const payout = allPaid.reduce((sum, leg) => sum + leg.payout, 0);
  await endTrade(tx, context, { status: 'settled', pnl, payout }, context.reading);
  for (const key of [oneLeggedKey(tradeId), revertedKey(tradeId)]) {
    await resolveAlert(tx, key, context.reading);
  }
  return { kind: 'recorded', payoutMicros: payout, pnlMicros: pnl, day: context.day };
}

type PaidLeg = PositionRow & { readonly payout: number };
type SettledLeg = PaidLeg & { readonly result: LegResult | undefined };

function isPaid(leg: PositionRow): leg is PaidLeg {
  return leg.payout !== null;
}

/** A leg that holds nothing needs no result and is paid nothing. */
function payoutOfLeg(leg: PositionRow, result: LegResult | undefined): number {
  if (result === undefined) return 0;
  return payoutOf(microContracts(leg.filled), priceMicros(result.payoutPrice));
}

/** What counts as open: everything, the event's, the market's. */
function openCounters({ book, event }: Context, leg: PositionRow): string[] {
  return [
    counterId(book, { kind: 'event', event }),
    counterId(book, { kind: 'exposure' }),
    counterId(book, { kind: 'market', venue: leg.venue, market: leg.market }),
  ];
}

async function lockCounters(
  tx: LedgerTx,
  context: Context,
  legs: readonly PositionRow[],
): Promise<void> {
  const { tradeId, book, day } = context;
  const ids = [
    ...legs.flatMap((leg) => openCounters(context, leg)),
    counterId(book, { kind: 'loss', day }),
  ];
  await sql`
    SELECT id FROM counter
    WHERE id = ANY(${ids}) OR id IN
      (SELECT target FROM hold WHERE trade_id = ${tradeId} AND target_kind = 'counter')
    ORDER BY id FOR UPDATE`.execute(tx);
}

/** Books each leg's payout; its position no longer counts as open. */
async function bookPayouts(
  tx: LedgerTx,
  context: Context,
  legs: readonly SettledLeg[],
  entriesOf: typeof payoutEntries,
): Promise<void> {
  const { tradeId, book, day, reading } = context;
  for (const leg of legs) {
    for (const counter of openCounters(context, leg)) await freeUsed(tx, counter, paidFor(leg));
    await tx
      .updateTable('leg')
      .set({ payout: leg.payout })
      .where('trade_id', '=', tradeId)
      .where('leg', '=', leg.leg)
      .execute();
    if (leg.result === undefined) continue;
    const { settlementId, settledAtMs } = leg.result;
    const { venue, market, outcome } = leg;
    const paid = { book, venue, market, tradeId, leg: leg.leg, settlementId };
    const payoutMicros = micros(leg.payout);
    const entries = entriesOf({ ...paid, outcome, costMicros: micros(leg.cost), payoutMicros });
    const recordedAtMs = reading.atMs;
    await post(tx, entries, { day, recordedAtMs, tradeId, venueAtMs: settledAtMs });
    if (settlesInto(book, venue) === 'redeemable') {
      await matchEarlyRedemption(tx, { ...paid, payoutMicros }, context);
    }
  }
}

/** The pair's last leg is final: what stands in `unsettled` becomes gain and loss. */
async function recognise(
  tx: LedgerTx,
  context: Context,
  legs: readonly PaidLeg[],
  results: ReadonlyMap<number, LegResult>,
): Promise<void> {
  const { tradeId, book, day, reading } = context;
  const entries = legs.flatMap((leg): Transfer[] =>
    recognitionEntries({
      book,
      venue: leg.venue,
      tradeId,
      leg: leg.leg,
      costMicros: micros(leg.cost),
      payoutMicros: micros(leg.payout),
    }),
  );
  await post(tx, entries, { day, recordedAtMs: reading.atMs, tradeId });
  const together = [...results.values()].reduce((sum, { payoutPrice }) => sum + payoutPrice, 0);
  const matched = legs.every(({ filled }) => filled > 0);
  if (!matched || together === MICROS_PER_UNIT) return;
  const both = together > MICROS_PER_UNIT ? 'paid more' : 'paid less';
  const detail = `the legs of ${tradeId} ${both} than 1 together: their markets resolved differently`;
  const key = `divergence/${tradeId}`;
  await raiseAlert(tx, { code: 'SETTLEMENT_DIVERGENCE', key, book, tradeId, detail }, reading);
}
