/** A request to trade, as it arrives over HTTP, from a file or from standard input. */
import { z } from 'zod';
import type { TimeInForce } from '../domain/venue-id.ts';
import { TIME_IN_FORCE, VENUE_IDS } from '../domain/venue-id.ts';
import { instantField, priceField, quantityField, usdField } from './fields.ts';

/** Ids match this; without one the engine makes one. */
export const TRADE_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const tradeIdField = z
  .string()
  .regex(
    TRADE_ID_PATTERN,
    'an id has 1 to 64 letters, digits, ".", "_" or "-", and starts with a letter or digit',
  );

/** A name of somebody's choosing: printable ASCII. `what` it is called in a complaint. */
export const nameField = (what: string) =>
  z
    .string()
    .min(1, `${what} must not be empty`)
    .max(120, `${what} has at most 120 characters`)
    .regex(/^[\x21-\x7e][\x20-\x7e]*$/, `${what} must be printable ASCII`);

const legSchema = z.strictObject({
  venue: z.enum(VENUE_IDS, { error: `venue must be one of: ${VENUE_IDS.join(', ')}` }),
  market: nameField('market').describe("the venue's id: a Kalshi ticker, a Polymarket slug"),
  outcome: nameField('outcome').describe('yes, no, an exact Polymarket label, or a token id'),
  limitPrice: priceField.describe('dollars one contract of that outcome may cost before fees'),
});

/** One proposal; unknown fields are refused, so that a misspelt limit is never ignored. */
export const proposalSchema = z
  .strictObject({
    id: tradeIdField.optional(),
    strategy: nameField('strategy'),
    event: nameField('event'),
    pair: nameField('pair').optional(),
    legs: z
      .array(legSchema)
      .min(1, 'a trade has one or two legs')
      .max(2, 'a trade has one or two legs'),
    fairPrice: priceField.optional(),
    maxPairCost: priceField.optional(),
    budget: usdField.optional(),
    quantity: quantityField.optional(),
    minQuantity: quantityField.optional(),
    tif: z
      .enum(TIME_IN_FORCE, { error: `tif must be one of: ${TIME_IN_FORCE.join(', ')}` })
      .default('ioc'),
    expiresAt: instantField.optional(),
  })
  .superRefine((proposal, context) => {
    for (const [field, message] of misfits(proposal)) {
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });

interface Fields {
  readonly legs: readonly unknown[];
  readonly pair?: string | undefined;
  readonly fairPrice?: number | undefined;
  readonly maxPairCost?: number | undefined;
  readonly quantity?: number | undefined;
  readonly minQuantity?: number | undefined;
  readonly tif: TimeInForce;
}

/** Fields that do not go with the number of legs or with each other: none is silently ignored. */
function misfits(proposal: Fields): [field: string, problem: string][] {
  const found: [string, string][] = [];
  const refuse = (wrong: boolean, field: string, problem: string): void => {
    if (wrong) found.push([field, problem]);
  };
  const { quantity, minQuantity } = proposal;
  if (proposal.legs.length === 1) {
    refuse(
      proposal.fairPrice === undefined,
      'fairPrice',
      'a single leg needs fairPrice, what you believe one contract is worth',
    );
    refuse(
      proposal.maxPairCost !== undefined,
      'maxPairCost',
      'maxPairCost is for two legs; a single leg has limitPrice',
    );
    refuse(proposal.pair !== undefined, 'pair', 'pair is for two legs; leave it out');
  } else {
    refuse(
      proposal.fairPrice !== undefined,
      'fairPrice',
      'a pair pays 1 per contract, whoever wins; leave fairPrice out',
    );
    refuse(
      proposal.tif !== 'ioc',
      'tif',
      "a pair's legs are sent in contracts and cancelled after BALLAST_LEG_SECONDS; leave tif out",
    );
  }
  refuse(
    quantity !== undefined && minQuantity !== undefined && minQuantity > quantity,
    'minQuantity',
    'minQuantity must not be above quantity',
  );
  return found;
}

/** A proposal after parsing: amounts are integers, times are Unix milliseconds. */
export type Proposal = z.output<typeof proposalSchema>;
/** A proposal as it crosses the edge. */
export type ProposalInput = z.input<typeof proposalSchema>;

/** One fault of an input: which field, and what to do about it. */
export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
}

/** Flattens a zod error into named fields; the root is called `proposal`. */
export function fieldProblems(error: z.ZodError, root = 'proposal'): FieldProblem[] {
  return error.issues.map((issue) => ({
    field: issue.path.length === 0 ? root : issue.path.map(String).join('.'),
    problem: issue.message,
  }));
}
