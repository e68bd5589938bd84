/** What belongs to a trade on one leg: its alerts' keys and the end of a person's order. */
import type { ClockReading } from '../../domain/clock.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';

/** The alert of a trade that stands on one leg. */
export function oneLeggedKey(tradeId: string): string {
  return `one-legged/${tradeId}`;
}

/** The alert of a trade one of whose fills failed. */
export function revertedKey(tradeId: string): string {
  return `fill-reverted/${tradeId}`;
}

/** Ends a person's order with what came of it; a repeat keeps the first. */
export async function endResolution(
  tx: LedgerTx | LedgerDb,
  id: string,
  outcome: string,
  reading: ClockReading,
): Promise<void> {
  await tx
    .updateTable('resolution')
    .set({ ended_at_ms: reading.atMs, outcome })
    .where('id', '=', id)
    .where('ended_at_ms', 'is', null)
    .execute();
}
