/** What of a simulated Kalshi's journal is more than a public read. */
import type { JournalEntry } from '../../simulator/frame/journal.ts';
import type { TestSimulator } from './simulator.ts';

/** What a client without a key may ask for. @source DESIGN §9, I10 */
const PUBLIC = /^\/trade-api\/v2\/(markets|events|series|exchange)(\/|$)/;

const isSigned = ({ headerNames }: JournalEntry): boolean =>
  headerNames.some((name) => name.toLowerCase().startsWith('kalshi-access'));

/** Requests that were signed, that changed something, or that asked about an account. */
export function beyondPublicReads(simulator: TestSimulator): readonly JournalEntry[] {
  return simulator
    .journal()
    .filter((entry) => entry.method !== 'GET' || !PUBLIC.test(entry.path) || isSigned(entry));
}
