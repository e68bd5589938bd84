/** Where a desk stands, for people; JSON-safe, crosses into a workflow. */
import type { DeskId, DeskView } from '../../domain/desk.ts';
import { forbiddenKinds } from '../../domain/desk.ts';
import type { LedgerDb } from '../database.ts';
import { toNumber } from '../database.ts';
import { DeskMissing } from '../errors.ts';

/** @throws DeskMissing */
export async function readDeskView(db: LedgerDb, id: DeskId): Promise<DeskView> {
  const row = await db.selectFrom('desk').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new DeskMissing(id);
  return {
    id,
    phase: row.phase,
    liveBook: row.live_book,
    state: row.state,
    cause: row.cause,
    reason: row.reason,
    changedBy: row.changed_by,
    changedAtMs: toNumber(row.changed_at_ms),
    epoch: toNumber(row.epoch),
    forbidden: forbiddenKinds(row.state),
  };
}
