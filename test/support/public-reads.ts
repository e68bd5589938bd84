/** What of a simulated venue's journal is more than a public read. */
import type { VenueId } from '../../domain/venue-id.ts';
import type { JournalEntry } from '../../simulator/frame/journal.ts';
import type { TestSimulator } from './simulator.ts';

/** What a client without a key may ask for, and how signed headers begin. @source DESIGN §9, I10 */
const PUBLIC: Readonly<Record<VenueId, { readonly paths: RegExp; readonly signed: string }>> = {
  kalshi: {
    paths: /^\/trade-api\/v2\/(markets|events|series|exchange)(\/|$)/,
    signed: 'kalshi-access',
  },
  polymarket: {
    paths: /^\/(version|book|markets\/\w+|clob-markets\/\w+|gamma\/markets|site\/api\/geoblock)$/,
    signed: 'poly',
  },
};

/** Requests that were signed, that changed something, or that asked about an account. */
export function beyondPublicReads(
  simulator: TestSimulator,
  venue: VenueId = 'kalshi',
): readonly JournalEntry[] {
  const { paths, signed } = PUBLIC[venue];
  return simulator
    .journal()
    .filter(
      ({ method, path, headerNames }) =>
        method !== 'GET' ||
        !paths.test(path) ||
        headerNames.some((name) => name.toLowerCase().startsWith(signed)),
    );
}
