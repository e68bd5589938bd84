/** I9: the audit chain. The hash function is handed in, because the domain computes none. */
import type { AuditRow } from '../audit.ts';
import { auditText } from '../audit.ts';

/** The last entry's place, kept apart from the chain: a chain alone cannot tell that its end is missing. */
export interface AuditHeadRow {
  readonly seq: bigint;
  readonly hash: string;
}

/**
 * I9: the audit chain verifies: numbered from 1 without a gap, each entry naming the hash of the
 * one before, each hash that of its entry, and the head naming the last.
 */
export function checkI9(
  entries: readonly AuditRow[],
  head: AuditHeadRow | undefined,
  hashOf: (text: string) => string,
): string[] {
  const found: string[] = [];
  let last: AuditHeadRow = { seq: 0n, hash: '' };
  for (const entry of entries) {
    const expected = last.seq + 1n;
    if (entry.seq !== expected) {
      found.push(`I9 entry ${entry.seq}: entry ${expected} should come here`);
    } else if (entry.prevHash !== last.hash) {
      found.push(`I9 entry ${entry.seq}: does not follow from entry ${last.seq}`);
    }
    if (hashOf(auditText(entry)) !== entry.hash) {
      found.push(`I9 entry ${entry.seq}: was changed after it was written`);
    }
    last = entry;
  }
  if (head === undefined) return [...found, 'I9 the head of the audit log is missing'];
  if (head.seq !== last.seq || head.hash !== last.hash) {
    found.push(`I9 the head is entry ${head.seq}, the last entry is ${last.seq}`);
  }
  return found;
}
