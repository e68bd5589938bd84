/**
 * An intent is what makes an update to a workflow more than somebody's word: API or CLI write it
 * after checking a token, and the ledger consumes it once. Who reaches only Temporal has none.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { DeskId } from '../../domain/desk.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';

/** What the holder of a token wants done. */
export interface Intent {
  readonly desk: DeskId;
  readonly action: 'resume' | 'rearm';
  readonly actor: string;
  readonly role: 'operator' | 'admin';
  readonly reason: string;
}

/** Long enough to reach a workflow, too short to be found and used later. */
const INTENT_SECONDS = 60;

/** Writes an intent down. @returns its id, to be handed to the workflow */
export async function writeIntent(db: LedgerDb, intent: Intent): Promise<string> {
  const id = randomUUID();
  await sql`
    INSERT INTO intent (id, desk, action, actor, role, reason, expires_at)
    VALUES (${id}, ${intent.desk}, ${intent.action}, ${intent.actor}, ${intent.role},
      ${intent.reason}, clock_timestamp() + ${INTENT_SECONDS} * interval '1 second')`.execute(db);
  return id;
}

/** What an intent allowed. */
type UsedIntent = Pick<Intent, 'action' | 'actor' | 'role' | 'reason'>;

/** Uses an intent to resume or rearm up. @returns undefined where it is unknown, used, late or another desk's */
export async function consumeIntent(
  tx: LedgerTx,
  asked: { id: string; desk: DeskId },
): Promise<UsedIntent | undefined> {
  const { rows } = await sql<UsedIntent>`
    UPDATE intent SET consumed_at = clock_timestamp()
    WHERE id = ${asked.id} AND desk = ${asked.desk} 
      AND consumed_at IS NULL AND expires_at > clock_timestamp()
    RETURNING action, actor, role, reason`.execute(tx);
  return rows[0];
}
