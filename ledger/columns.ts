/** How columns are read and written. */
import type { ColumnType } from 'kysely';

/** Read as bigint, written as a safe integer. */
export type Int8 = ColumnType<bigint, number | bigint, number | bigint>;
export type NullableInt8 = ColumnType<
  bigint | null,
  number | bigint | null | undefined,
  number | bigint | null
>;
/** An identity column: the database numbers it. */
export type SerialInt8 = ColumnType<bigint, never, never>;
/** Written with a default of zero. */
export type DefaultInt8 = ColumnType<bigint, number | bigint | undefined, number | bigint>;
/** Read parsed, written as JSON text. */
export type Json = ColumnType<unknown, string, string>;
export type NullableJson = ColumnType<unknown, string | null | undefined, string | null>;
