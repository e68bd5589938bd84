import { sql } from 'kysely';
import type { AuditEntry } from '../../domain/audit.ts';
import { auditText } from '../../domain/audit.ts';
import type { DeskId } from '../../domain/desk.ts';
import type { LedgerTx } from '../database.ts';
import { canonicalJson, sha256Hex } from '../identity.ts';

/**
 * Appends an entry to the audit chain, in the transaction of what it tells. The head's row is
 * locked until commit, so entries are chained in the order of their commits: append last.
 */
export async function appendAudit(tx: LedgerTx, entry: AuditEntry, atMs: number): Promise<void> {
  const { rows } = await sql<{ seq: bigint; hash: string }>`
    SELECT seq, hash FROM audit_head FOR UPDATE`.execute(tx);
  const head = rows[0]!;
  const row = {
    seq: head.seq + 1n,
    atMs: BigInt(atMs),
    desk: (entry.desk ?? null) as DeskId | null,
    actor: entry.actor,
    verified: entry.verified,
    action: entry.action,
    reason: entry.reason,
    detail: canonicalJson(entry.detail ?? {}),
    prevHash: head.hash,
  };
  const hash = sha256Hex(auditText(row));
  const { atMs: at_ms, prevHash: prev_hash, ...rest } = row;
  await tx
    .insertInto('audit')
    .values({ ...rest, at_ms, prev_hash, hash })
    .execute();
  await tx.updateTable('audit_head').set({ seq: row.seq, hash }).execute();
}
