/** Whose ledger a database holds, and how far its audit log has come. */
import { sql } from 'kysely';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';

/** Tells a ledger from any other, and a copy from an older one. */
export interface LedgerMark {
  readonly ledgerId: string;
  /** The audit chain's last entry; 0 and an empty hash before the first. */
  readonly auditSeq: number;
  readonly auditHash: string;
}

/** @returns undefined where the database holds no ledger, or one from before ledgers had an id */
export async function readMark(db: LedgerDb | LedgerTx): Promise<LedgerMark | undefined> {
  const { rows: tables } = await sql<{ there: boolean }>`
    SELECT to_regclass('public.ledger_identity') IS NOT NULL AS there`.execute(db);
  if (tables[0]?.there !== true) return undefined;
  const row = await db
    .selectFrom('ledger_identity')
    .innerJoin('audit_head', (join) => join.onTrue())
    .select(['ledger_identity.id', 'audit_head.seq', 'audit_head.hash'])
    .executeTakeFirst();
  return row && { ledgerId: row.id, auditSeq: toNumber(row.seq), auditHash: row.hash };
}

/** Whether this ledger is the marked one, or what it has grown into since. */
export async function continues(db: LedgerDb, mark: LedgerMark): Promise<boolean> {
  const now = await readMark(db);
  if (now?.ledgerId !== mark.ledgerId) return false;
  if (mark.auditSeq === 0) return true;
  const entry = await db
    .selectFrom('audit')
    .select('seq')
    .where('seq', '=', BigInt(mark.auditSeq))
    .where('hash', '=', mark.auditHash)
    .executeTakeFirst();
  return entry !== undefined;
}
