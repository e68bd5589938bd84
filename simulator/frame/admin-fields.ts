/** Fields that the verbs of several venues share. */
import { z } from 'zod';
import { priceField, quantityField } from '../../contracts/fields.ts';

/** A moment: ISO 8601 or Unix milliseconds. */
export const momentField = z.union([
  z.int().min(0),
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
]);

/** 0 and up, a duration in ms. */
export const durationField = z.int().min(0);

const levelField = z
  .tuple([priceField, quantityField])
  .transform(([price, quantity]) => ({ price, quantity }));
const outcomeField = z.strictObject({
  asks: z.array(levelField).readonly().exactOptional(),
  bids: z.array(levelField).readonly().exactOptional(),
});

/** The house's quotes per outcome: decimal strings `[price, count]`, best first. */
export const quotesField = {
  yes: outcomeField.exactOptional(),
  no: outcomeField.exactOptional(),
};
