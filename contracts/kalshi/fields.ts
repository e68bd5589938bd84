/** Fields that Kalshi's bodies share. Numbers of money and contracts arrive as strings only. */
import { z } from 'zod';
import type { MicroContracts, Micros } from '../../domain/money.ts';
import { decimalField } from '../fields.ts';

/** Dollars as a string of up to six decimals, read into µ$; may be negative (a rebate). */
export const dollarsField = decimalField('an amount of dollars').transform(
  (value) => value as Micros,
);

/** Contracts as a string such as `"10.00"`, read into µ-contracts; never negative. */
export const countField = decimalField('a count of contracts')
  .refine((value) => value >= 0, { error: 'a count of contracts must not be negative' })
  .transform((value) => value as MicroContracts);

/** A ticker or an id: any text that is not empty. */
export const idField = z.string().min(1);

/** Which part of the exchange a market trades on; 0 where the venue does not say. */
export const shardField = z.int().min(0);

/** `yes` or `no`, of a fill or an order. */
export const outcomeSideField = z.enum(['yes', 'no']);

/** The side of the one book that quotes everything in YES. */
export const bookSideField = z.enum(['bid', 'ask']);

/** The end of every list: where the next page starts; empty or absent on the last one. */
export const cursorField = z.string().nullish();
