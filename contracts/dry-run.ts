/** What a proposal would come to, judged without deciding anything. */
import { z } from 'zod';
import { BOOKS } from '../domain/venue-id.ts';
import { legPlanViewSchema, verdictSchema } from './http.ts';
import { decimalText, instant } from './view-fields.ts';

export const dryRunViewSchema = z.object({
  at: instant,
  book: z.enum(BOOKS),
  /** What would be decided as things stand. */
  outcome: z.enum(['accepted', 'awaiting_approval', 'denied']),
  /** Every rule's verdict; rules that need what failed before them are left out. */
  verdicts: z.array(verdictSchema),
  /** What would be reserved and sent; null where no size can be found. */
  plan: z
    .object({
      quantity: decimalText,
      worstCase: decimalText,
      /** What may be lost today. */
      risk: decimalText,
      roiPercent: decimalText,
      maxPairCost: decimalText.nullable(),
      legs: z.array(legPlanViewSchema),
    })
    .nullable(),
  /** The same proposal at several sizes, at the prices of the stored order books. */
  ladder: z.array(
    z.object({
      quantity: decimalText,
      /** The largest size that the limits leave room for. */
      largest: z.boolean(),
      /** Fees included; null where the books do not hold so much. */
      cost: decimalText.nullable(),
      roiPercent: decimalText.nullable(),
      /** The first rule that stops it; null where it would pass. */
      stoppedBy: z.string().nullable(),
      detail: z.string(),
    }),
  ),
});
export type DryRunView = z.output<typeof dryRunViewSchema>;
