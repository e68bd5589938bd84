/** The audit log: what people and the engine itself decided, each entry chained to the one before. */

/** Everything an entry says; its place in the chain is added when it is written. */
export interface AuditEntry {
  /** Absent where the entry concerns no desk. */
  readonly desk?: string;
  readonly actor: string;
  /** Whether a role was proven for it; a signal's word proves none. */
  readonly verified: boolean;
  /** `noun.past`, e.g. `desk.paused`. */
  readonly action: string;
  readonly reason: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** An entry as stored. `hash` is over everything else, `prevHash` is the entry before's. */
export interface AuditRow {
  readonly seq: bigint;
  readonly atMs: bigint;
  readonly desk: string | null;
  readonly actor: string;
  readonly verified: boolean;
  readonly action: string;
  readonly reason: string;
  /** JSON text; its very bytes are hashed. */
  readonly detail: string;
  readonly prevHash: string;
  readonly hash: string;
}

/** The text whose SHA-256 is an entry's hash; the first entry's `prevHash` is empty. */
export function auditText(row: Omit<AuditRow, 'hash'>): string {
  return JSON.stringify([
    String(row.seq),
    String(row.atMs),
    row.desk,
    row.actor,
    row.verified,
    row.action,
    row.reason,
    row.detail,
    row.prevHash,
  ]);
}
