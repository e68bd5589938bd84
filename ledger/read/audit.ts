/** The audit log, the newest entry first, with what a reader can check of its chain. */
import { sql } from 'kysely';
import type { AuditQuery, AuditView } from '../../contracts/audit.ts';
import type { AuditRow } from '../../domain/audit.ts';
import { auditText } from '../../domain/audit.ts';
import type { LedgerDb } from '../database.ts';
import { toNumber } from '../database.ts';
import { sha256Hex } from '../identity.ts';
import { atOneInstant, instantText } from './view-text.ts';

/** An entry with the hash of the one numbered before it; empty before the first. */
interface LinkedRow extends AuditRow {
  readonly beforeHash: string | null;
}

/**
 * A page of entries. Each is checked for itself and against the entry before it, shown or not;
 * `ballast verify` checks the whole chain.
 */
export async function readAudit(db: LedgerDb, query: AuditQuery): Promise<AuditView> {
  const { limit, before = null, action = null, desk = null } = query;
  return atOneInstant(db, async (tx) => {
    const head = await tx
      .selectFrom('audit_head')
      .select(['seq', 'hash'])
      .executeTakeFirstOrThrow();
    const { rows } = await sql<LinkedRow>`
      SELECT a.seq, a.at_ms AS "atMs", a.desk, a.actor, a.verified, a.action, a.reason, a.detail,
        a.prev_hash AS "prevHash", a.hash, b.hash AS "beforeHash"
      FROM audit a LEFT JOIN audit b ON b.seq = a.seq - 1
      WHERE (${before}::bigint IS NULL OR a.seq < ${before})
        AND (${action}::text IS NULL OR a.action = ${action})
        AND (${desk}::text IS NULL OR a.desk = ${desk})
      ORDER BY a.seq DESC LIMIT ${limit}`.execute(tx);
    const faults = rows.flatMap((row) => faultsOf(row, head));
    return {
      head: { seq: toNumber(head.seq), hash: head.hash },
      linked: faults.length === 0,
      faults,
      entries: rows.map((row) => ({
        seq: toNumber(row.seq),
        at: instantText(row.atMs),
        desk: row.desk,
        actor: row.actor,
        verified: row.verified,
        action: row.action,
        reason: row.reason,
        detail: detailOf(row.detail),
        hash: row.hash,
      })),
    };
  });
}

/** One that somebody changed into no JSON at all is shown as it stands: it is a fault above. */
function detailOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
}

function faultsOf(row: LinkedRow, head: { seq: bigint; hash: string }): string[] {
  const found: string[] = [];
  if (sha256Hex(auditText(row)) !== row.hash) {
    found.push(`entry ${row.seq} was changed after it was written`);
  }
  const follows = row.seq === 1n ? '' : row.beforeHash;
  if (row.prevHash !== follows) found.push(`entry ${row.seq} does not follow from the one before`);
  if (row.seq > head.seq) found.push(`entry ${row.seq} is beyond the head ${head.seq}`);
  if (row.seq === head.seq && row.hash !== head.hash) {
    found.push(`entry ${row.seq} is not the one that the head names`);
  }
  return found;
}
