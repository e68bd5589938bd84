/** The week of docs/worked-examples.md, walked through the ledger and held against the document. */
import { expect, test } from '@jest/globals';
import { readConfig } from '../../contracts/config.ts';
import { tableUnder } from '../support/doc-tables.ts';
import type { LedgerUnderTest } from './harness.ts';
import { useLedger } from './harness.ts';
import type { Wish } from './wishes.ts';

const under = useLedger();

/** $95 each, nothing but its price: what is worth showing is what counts when. */
const SIZE = { quantity: 190, price: 0.5 };
const WISHES: Record<string, Wish> = {
  A: { ...SIZE, venue: 'kalshi', settlesAt: '2026-11-29T20:00:00Z' },
  B: { ...SIZE, venue: 'polymarket', settlesAt: '2026-11-29T20:00:00Z' },
  C: { ...SIZE, venue: 'kalshi', settlesAt: '2026-11-30T20:00:00Z' },
  D: { ...SIZE, venue: 'polymarket', settlesAt: '2026-11-30T20:00:00Z' },
  E: { ...SIZE, venue: 'kalshi', settlesAt: '2026-12-06T20:00:00Z' },
};

/** What a proposal comes to; an accepted one is filled at once. */
async function answerTo(it: LedgerUnderTest, trade: string, id: string): Promise<string> {
  const outcome = await it.propose(id, { ...WISHES[trade], market: `M-${trade}` });
  if (outcome.kind === 'denied') {
    return outcome.failures.map(({ code, detail }) => `${code}: ${detail}`).join('; ');
  }
  await it.openReserved(id, WISHES[trade]);
  return 'accepted';
}

const FULL =
  'AT_RISK_REACHED: realised today 0.00 + others at risk 190.00 + this risk 95.00, limit 200.00; less size fits, or a settlement or 00:00 UTC frees room';

const WEEK: [day: string, trade: string, answer: string][] = [
  ['2026-11-22', 'A', 'accepted'],
  ['2026-11-22', 'B', 'accepted'],
  ['2026-11-22', 'C', FULL],
  ['2026-11-22', 'D', FULL],
  ['2026-11-23', 'C', 'accepted'],
  ['2026-11-23', 'D', 'accepted'],
  ['2026-11-23', 'E', FULL],
  ['2026-11-29', 'E', FULL],
  ['2026-11-30', 'E', FULL],
  ['2026-12-01', 'E', 'accepted'],
];

test('four singles that stay open for a week: admitted two a day, and their risk comes back when they settle', async () => {
  const it = under();
  await it.setUp(readConfig({}).limits);
  const walked: string[][] = [];
  const ids = new Map<string, string>();
  for (const [index, [day, trade]] of WEEK.entries()) {
    it.setClock(`${day}T12:00:00.000Z`);
    // What was expected by yesterday has settled, won or at no loss.
    for (const [open, id] of ids) {
      if (WISHES[open]!.settlesAt! < `${day}T00:00:00Z`) {
        await it.settle(id, 1);
        ids.delete(open);
      }
    }
    const answer = await answerTo(it, trade, `${trade}${index}`);
    if (answer === 'accepted') ids.set(trade, `${trade}${index}`);
    walked.push([day, trade, answer]);
  }
  expect(walked).toEqual(WEEK);
});

test('docs/worked-examples.md has these rows and no other', () => {
  expect(
    tableUnder('docs/worked-examples.md', 'Four single legs that stay open for a week'),
  ).toEqual(WEEK);
});
