// Reserves a trade on either side of UTC midnight in a process whose time zone is another.
import type { Book } from '../../domain/venue-id.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { factsOf, proposalOf } from './wishes.ts';

const [url, zone] = process.argv.slice(2);
if (url === undefined || zone === undefined) throw new Error('usage: zone-child.ts <url> <zone>');
if (new Date(0).getHours() === 0) throw new Error(`the time zone ${zone} has no effect`);

const book: Book = 'paper';
const ledger = openLedger(url, () => undefined);
for (const [name, iso] of [
  ['before', '2026-11-22T23:59:59.999Z'],
  ['after', '2026-11-23T00:00:00.000Z'],
] as const) {
  const id = `${zone.replaceAll('/', '-')}-${name}`;
  const atMs = Date.parse(iso);
  const reading = { atMs, offsetMs: atMs - Date.now() };
  await ledger.receiveProposal({ id, desk: 'main', proposal: proposalOf(id, {}) }, reading);
  await ledger.storeFacts(book, factsOf(id, {}, atMs));
  const { kind } = await ledger.reserve(id, { mayFetch: false }, reading);
  if (kind !== 'accepted') throw new Error(`${id} was ${kind}`);
}
await ledger.close();
