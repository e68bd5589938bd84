/** Which trades a call of the venue watch is about; their markets carry their names. */
import type { FactPage, VenueFill, VenueSettlement } from '../../venues/venue.ts';
import type { Call } from './interfere.ts';

/** As `pairMarkets` and the outbox name them. */
const NAMES = /"(?:KX-([\w-]+)|([\w-]+)-slug|trade:([\w-]+))"/g;

/**
 * Tells for each point of a watch the trades whose new facts the pass under way is about: from the
 * reading that brought them to the cursor, and from their signals to the note that they were sent.
 */
export function watchedTrades(): (watch: string, point: string, call: Call) => readonly string[] {
  const seen = new Set<string>();
  const passes = new Map<string, Set<string>>();
  const fresh = (fact: VenueFill | VenueSettlement): boolean => {
    const id = 'fillId' in fact ? fact.fillId : fact.settlementId;
    return seen.size < seen.add(id).size;
  };
  return (watch, point, { args, result }) => {
    const pass = passes.get(watch) ?? new Set();
    passes.set(watch, pass);
    const verb = point.slice(point.indexOf(' ') + 1);
    if (point === 'before readCursor') pass.clear();
    if (point === 'after fillsSince' || point === 'after settlementsSince') {
      const { facts } = result as FactPage<VenueFill | VenueSettlement>;
      const concerned = namesIn(facts.filter(fresh));
      for (const name of concerned) pass.add(name);
      return concerned;
    }
    if (point === 'after unsentSignals') {
      pass.clear();
      for (const name of namesIn(result)) pass.add(name);
    }
    if (['bookFill', 'storeSettlement', 'signal'].includes(verb)) {
      return namesIn(args).filter((name) => pass.has(name));
    }
    return [...pass];
  };
}

function namesIn(value: unknown): string[] {
  const text = JSON.stringify(value) ?? '';
  return [
    ...new Set([...text.matchAll(NAMES)].map(([, kalshi, slug, id]) => kalshi ?? slug ?? id!)),
  ];
}
