/** Fields that the views share: what the API answers, in text a person can read. */
import { z } from 'zod';
import { BOOKS } from '../domain/venue-id.ts';

/** A time, ISO 8601 in UTC. */
export const instant = z.iso.datetime();

/** Money in dollars, a price or a quantity, exact. */
export const decimalText = z.string().meta({ format: 'decimal' });

const TEXT_LENGTH_MAX = 500;
/** What a person writes: a reason, a name. */
export const textLine = z.string().trim().min(1).max(TEXT_LENGTH_MAX);

/** Why something is asked for, kept in the audit log, and by whom where the token does not say. */
export const askedShape = {
  reason: textLine.describe('kept in the audit log'),
  by: textLine.optional().describe("the person behind the token; the role's name where absent"),
};

const PAGE_MAX = 200;
const pageRule = `must be a whole number from 1 to ${PAGE_MAX}`;

/** How many rows a list answers. */
export const limitQuery = z
  .string(pageRule)
  .regex(/^[1-9]\d{0,8}$/, pageRule)
  .transform(Number)
  .refine((limit) => limit <= PAGE_MAX, pageRule)
  .default(50)
  .describe(`how many, 1 to ${PAGE_MAX}; 50 where it is absent`);

/** Whose rows; the desk's current book where it is absent. */
export const bookQuery = z.enum(BOOKS).optional().describe("the desk's current book where absent");

/** `true` or nothing. */
export const flagQuery = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');
