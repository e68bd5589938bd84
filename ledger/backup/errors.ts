/** Why a backup cannot be used or written; each message says what to do. */

/** The backup itself is not whole, or not one this version can read. */
export class BackupUnusable extends Error {
  override readonly name = 'BackupUnusable';
}

/** The place to restore into holds something already. */
export class TargetNotEmpty extends Error {
  override readonly name = 'TargetNotEmpty';
}
