/** `manifest.json` of a backup: what it holds, and hashes that tell whether it still does. */
import { z } from 'zod';

/** Rises whenever a backup of this version could not be restored by the version before. */
export const BACKUP_FORMAT = 1;

const count = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** A path below the backup's own directory. */
const relativePath = z
  .string()
  .regex(/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/, 'must lie inside the backup');

const fileSchema = z.strictObject({
  path: relativePath,
  bytes: count,
  sha256,
  /** Present where the file is a table: gzip of COPY's text format, these columns in this order. */
  table: z
    .strictObject({
      schema: z.string(),
      name: z.string(),
      columns: z.array(z.string()).min(1),
      rows: count,
    })
    .optional(),
});
export type BackupFile = z.output<typeof fileSchema>;
export type BackupTable = NonNullable<BackupFile['table']>;

export const manifestSchema = z.strictObject({
  format: z.literal(BACKUP_FORMAT),
  ledgerId: z.string().min(1),
  createdAt: z.iso.datetime(),
  appVersion: z.string(),
  /** What had been run when the snapshot was taken, in order. */
  migrations: z.strictObject({
    ledger: z.array(z.string()).min(1),
    paperExchange: z.array(z.string()),
  }),
  /** The audit chain's last entry in the snapshot. */
  auditHead: z.strictObject({ seq: count, hash: z.string() }),
  files: z.array(fileSchema),
  /** SHA-256 of all the above as canonical JSON: it tells an edited or torn manifest. */
  checksum: sha256,
});
export type Manifest = z.output<typeof manifestSchema>;

/** What `ballast backup` answers. */
export interface BackupView {
  readonly path: string;
  readonly ledgerId: string;
  readonly auditSeq: number;
  readonly tables: number;
  readonly rows: number;
  readonly bytes: number;
}

/** What `ballast restore` answers. */
export interface RestoreView extends BackupView {
  readonly createdAt: string;
}
