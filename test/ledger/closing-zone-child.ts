// Crosses UTC midnights in a process whose time zone is another, and prints what was closed when.
import { DAY_MS } from '../../domain/day.ts';
import { DayNotOver } from '../../ledger/errors.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { limitsOf, factsOf, proposalOf } from './wishes.ts';

const [url, ...dates] = process.argv.slice(2);
if (url === undefined) throw new Error('usage: closing-zone-child.ts <url> <date>…');
if (new Date(0).getHours() === 0) throw new Error('the time zone has no effect');

const ledger = openLedger(url, () => undefined);
await ledger.migrate();
const readingAt = (atMs: number) => ({ atMs, offsetMs: atMs - Date.now() });
const told: string[] = [];

for (const date of dates) {
  const startMs = Date.parse(date);
  const nextMs = startMs + DAY_MS;
  const next = new Date(nextMs).toISOString().slice(0, 10);
  const late = readingAt(nextMs - 1);
  await ledger.setUpDesk('main', limitsOf(), readingAt(startMs));
  await ledger.receiveProposal({ id: date, desk: 'main', proposal: proposalOf(date, {}) }, late);
  await ledger.storeFacts('paper', factsOf(date, {}, late.atMs));
  const { kind } = await ledger.reserve(date, { mayFetch: false }, late);
  try {
    await ledger.closeDays({ book: 'paper', before: next }, late);
    told.push('closed too early');
  } catch (error) {
    if (!(error instanceof DayNotOver)) throw error;
  }
  const closed = await ledger.closeDays({ book: 'paper', before: next }, readingAt(nextMs));
  told.push(`${kind} ${date}, closed ${closed.join(' ')}`);
}
process.stdout.write(told.join('\n'));
await ledger.close();
