/** What `ballast verify` answers. */

export interface VerifyView {
  readonly ok: boolean;
  readonly ledgerId: string;
  /** Entries of the audit log. */
  readonly auditSeq: number;
  readonly invariants: readonly {
    readonly id: string;
    readonly says: string;
    readonly findings: readonly string[];
  }[];
  /** Facts the venues wrote down after their watch last read them; no fault. */
  readonly waiting: number;
  /** Why the database could not be read at all; null as a rule. */
  readonly unreadable: string | null;
}
