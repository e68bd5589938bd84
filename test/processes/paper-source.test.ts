import { expect, test } from '@jest/globals';
import { paperSourceOf } from '../../bin/paper-source.ts';
import { ConfigError, readConfig } from '../../contracts/config.ts';
import type { Clock } from '../../domain/clock.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import { ScriptedData } from '../venues/scripted-data.ts';

const clock: Clock = { read: () => Promise.resolve({ atMs: 0, offsetMs: 0 }) };
const data = new ScriptedData(clock);
const onlyKalshi = (venue: VenueId) => (venue === 'kalshi' ? data : undefined);
const QUOTES = { BALLAST_PAPER_QUOTES: 'venue' };

function problemOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'none';
}

test('quotes come from the file unless told otherwise, for every venue', () => {
  const sources = paperSourceOf(readConfig({}), clock, onlyKalshi);
  expect([...sources].map(([venue, source]) => [venue, source.whole])).toEqual([
    ['kalshi', true],
    ['polymarket', true],
  ]);
});

test('quotes come from the public data of every venue that is traded', async () => {
  const config = readConfig({ ...QUOTES, BALLAST_VENUES: 'kalshi' });
  const sources = paperSourceOf(config, clock, onlyKalshi);
  expect([...sources.keys()]).toEqual(['kalshi']);
  data.asked = [];
  expect(await sources.get('kalshi')?.status()).toMatchObject({ trading: true });
  expect(data.asked).toEqual(['status']);
});

test('a venue without public data refuses the start and says what to set', () => {
  const both = problemOf(() => paperSourceOf(readConfig(QUOTES), clock, onlyKalshi));
  expect(both).toContain(
    'BALLAST_PAPER_QUOTES: venue: this version has no public data of polymarket',
  );
  expect(both).toContain('set BALLAST_VENUES=kalshi, or set BALLAST_PAPER_QUOTES=file');
  const none = problemOf(() => paperSourceOf(readConfig(QUOTES), clock, () => undefined));
  expect(none).toContain('of kalshi and polymarket; set BALLAST_PAPER_QUOTES=file');
});
