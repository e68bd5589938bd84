/** How read models write what the ledger holds. */
import { formatDecimal, formatUsd } from '../../domain/decimal.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';

/** As a bigint column gives it, or as a number out of JSON. */
type Whole = bigint | number;

function numberOf(value: Whole): number {
  return typeof value === 'bigint' ? toNumber(value) : value;
}

/** Micro-dollars as dollars. */
export function usdText(value: Whole): string {
  return formatUsd(numberOf(value));
}

/** Millionths as a decimal: a price, a quantity. */
export function decimalOf(value: Whole): string {
  return formatDecimal(numberOf(value));
}

/** Unix ms as ISO 8601 in UTC. */
export function instantText(atMs: Whole): string {
  return new Date(numberOf(atMs)).toISOString();
}

/** The same for what may be null. */
export function orNull<Value>(value: Value | null, write: (value: Value) => string): string | null {
  return value === null ? null : write(value);
}

/** Runs a read that sees one instant and changes nothing. */
export function atOneInstant<Result>(
  db: LedgerDb,
  read: (tx: LedgerTx) => Promise<Result>,
): Promise<Result> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(read);
}
