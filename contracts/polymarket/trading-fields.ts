/** Fields that an account's bodies share. The venue mixes strings and numbers. */
import { z } from 'zod';
import type { MicroContracts } from '../../domain/money.ts';
import { decimalField } from '../fields.ts';

/** A decimal written as a string or as a number, as text. */
export const decimalText = z.union([z.string(), z.number()]).transform(String);

/** Shares into micro-contracts; never negative. */
export const sharesField = decimalText
  .pipe(decimalField('a size'))
  .refine((value) => value >= 0, { error: 'a size must not be negative' })
  .transform((value) => value as MicroContracts);

/** An order's hash, in lower case. */
export const hashField = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, { error: 'an order id must be 0x and 64 hex digits' })
  .transform((text) => text.toLowerCase());

/** An address, in lower case. */
export const addressField = z.string().transform((text) => text.toLowerCase());

/** Unix seconds as text or number, into ms. */
export const secondsField = decimalText
  .refine((text) => /^\d{1,11}$/.test(text), { error: 'a time must be in whole Unix seconds' })
  .transform((text) => Number(text) * 1000);

/** Millionths as a whole number in text: what the chain counts in. */
export const baseUnitsField = decimalText
  .refine((text) => /^\d{1,15}$/.test(text), {
    error: 'an amount must be a whole number of millionths',
  })
  .transform(Number);
