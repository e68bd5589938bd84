/** The audit log: who did what and why, each entry chained to the one before. */
import { z } from 'zod';
import { DESKS } from '../domain/desk.ts';
import { instant, limitQuery } from './view-fields.ts';

export const auditViewSchema = z.object({
  /** The chain's last entry; 0 and an empty hash before the first. */
  head: z.object({ seq: z.int(), hash: z.string() }),
  /** Whether every entry shown has its own hash and follows the one before it. */
  linked: z.boolean(),
  faults: z.array(z.string()),
  /** The newest first. */
  entries: z.array(
    z.object({
      seq: z.int(),
      at: instant,
      desk: z.string().nullable(),
      actor: z.string(),
      /** Whether a role was proven; a signal's word proves none. */
      verified: z.boolean(),
      action: z.string(),
      reason: z.string(),
      detail: z.record(z.string(), z.unknown()),
      hash: z.string(),
    }),
  ),
});
export type AuditView = z.output<typeof auditViewSchema>;

const seqRule = 'must be the number of an entry';
export const auditQuery = {
  limit: limitQuery,
  before: z
    .string(seqRule)
    .regex(/^[1-9]\d{0,14}$/, seqRule)
    .transform(Number)
    .optional()
    .describe('only entries before this one'),
  action: z.string().max(64).optional().describe('e.g. desk.paused'),
  desk: z.enum(DESKS).optional(),
};
export type AuditQuery = z.output<z.ZodObject<typeof auditQuery>>;
