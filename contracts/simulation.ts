/** The file of `ballast simulate --data`: what the simulated exchanges start with. */
import { z } from 'zod';
import type { VenueId } from '../domain/venue-id.ts';
import { VENUE_IDS } from '../domain/venue-id.ts';

/** One call of a venue's admin port. */
const callSchema = z.strictObject({
  verb: z.string().min(1).describe('as in POST /admin/<verb>'),
  body: z.unknown().describe('what the verb takes'),
});

/** Calls of the admin port by venue, in the order they are made. */
export type SimulationFile = Readonly<
  Partial<Record<VenueId, readonly { readonly verb: string; readonly body?: unknown }[]>>
>;

/**
 * Reads a simulation file, e.g. `{"kalshi": [{"verb": "openMarket", "body": {"ticker": "T"}}]}`.
 * @throws Error that names each field that is wrong
 */
export function parseSimulationFile(text: string): SimulationFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`is no JSON: ${(error as Error).message}`, { cause: error });
  }
  const parsed = z.partialRecord(z.enum(VENUE_IDS), z.array(callSchema)).safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.length === 0 ? 'the file' : path.join('.')}: ${message}`,
  );
  throw new Error(problems.join('; '));
}
