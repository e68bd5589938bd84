/** Writes imported trades as open positions: their rows, what they use, and their postings. */
import type { PredecessorBetRecord } from '../../contracts/predecessor-file.ts';
import {
  importedPlan,
  importedProposal,
  IMPORTED_STRATEGY,
} from '../../domain/predecessor-import.ts';
import type { ImportedTrade } from '../../domain/predecessor-trades.ts';
import type { LedgerTx } from '../database.ts';
import { proposalHash } from '../identity.ts';
import type { ImportContext } from './import-limits.ts';
import { postAll, takeRoom } from './import-limits.ts';

/** A trade to write, with the record it is made of. */
export interface FreshTrade {
  readonly trade: ImportedTrade;
  readonly record: PredecessorBetRecord;
}

/** Writes the trades as open positions, whatever the limits say of them. */
export async function writeImported(
  tx: LedgerTx,
  context: ImportContext,
  fresh: readonly FreshTrade[],
): Promise<void> {
  if (fresh.length === 0) return;
  await writeRows(tx, context, fresh);
  const trades = fresh.map(({ trade }) => trade);
  await takeRoom(tx, context, trades);
  await postAll(tx, context, trades);
}

async function writeRows(
  tx: LedgerTx,
  { book, desk, day, reading: { atMs } }: ImportContext,
  fresh: readonly FreshTrade[],
): Promise<void> {
  const times = { received_at_ms: atMs, expires_at_ms: atMs };
  await tx
    .insertInto('proposal')
    .values(
      fresh.map(({ trade }) => {
        const proposal = importedProposal(trade);
        const body = { body: JSON.stringify(proposal), body_hash: proposalHash(proposal) };
        return { id: trade.id, book, desk, ...body, status: 'decided' as const, ...times };
      }),
    )
    .execute();
  await tx
    .insertInto('decision')
    .values(
      fresh.map(({ trade }) => ({
        trade_id: trade.id,
        accepted: true,
        verdicts: '[]',
        plan: JSON.stringify(importedPlan(trade)),
        day,
        decided_at_ms: atMs,
      })),
    )
    .execute();
  await tx
    .insertInto('trade')
    .values(
      fresh.map(({ trade, record }) => ({
        id: trade.id,
        book,
        desk,
        strategy: IMPORTED_STRATEGY,
        event: trade.event,
        status: 'open' as const,
        day,
        worst_case: trade.costMicros,
        settles_at_ms: trade.settlesAtMs ?? null,
        reserved_at_ms: atMs,
        imported: JSON.stringify(record),
      })),
    )
    .execute();
  await tx
    .insertInto('leg')
    .values(fresh.flatMap(({ trade }) => trade.legs.map((_leg, index) => legRow(trade, index))))
    .execute();
}

function legRow(trade: ImportedTrade, index: number) {
  const leg = trade.legs[index]!;
  return {
    trade_id: trade.id,
    leg: index,
    venue: leg.venue,
    market: leg.market,
    outcome: leg.outcome,
    outcome_label: leg.label,
    title: trade.title,
    limit_price: leg.priceMicros,
    quantity: trade.quantity,
    min_quantity: trade.quantity,
    time_in_force: 'ioc' as const,
    worst_case: leg.costMicros + leg.feeMicros,
    filled: trade.quantity,
    cost: leg.costMicros,
    fees: leg.feeMicros,
  };
}
