import { expect, test } from '@jest/globals';
import { paperSourceOf } from '../../bin/paper-source.ts';
import { ConfigError, readConfig } from '../../contracts/config.ts';
import type { Clock } from '../../domain/clock.ts';
import { ScriptedData } from '../venues/scripted-data.ts';

const clock: Clock = { read: () => Promise.resolve({ atMs: 0, offsetMs: 0 }) };
const data = new ScriptedData(clock);
const QUOTES = { BALLAST_PAPER_QUOTES: 'venue' };

function problemsOf(changes: Record<string, string>): ConfigError['problems'] {
  try {
    paperSourceOf(readConfig({ ...QUOTES, ...changes }), clock);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('quotes come from the file unless told otherwise, for every venue', () => {
  const sources = paperSourceOf(readConfig({}), clock);
  expect([...sources].map(([venue, source]) => [venue, source.whole])).toEqual([
    ['kalshi', true],
    ['polymarket', true],
  ]);
});

test('quotes come from the public data of every venue that is traded', async () => {
  const sources = paperSourceOf(readConfig(QUOTES), clock, () => data);
  expect([...sources.keys()]).toEqual(['kalshi', 'polymarket']);
  const one = paperSourceOf(readConfig({ ...QUOTES, BALLAST_VENUES: 'kalshi' }), clock, () => data);
  expect([...one.keys()]).toEqual(['kalshi']);
  data.asked = [];
  expect(await one.get('kalshi')?.status()).toMatchObject({ trading: true });
  expect(data.asked).toEqual(['status']);
});

test('every venue has public data, by default on its own hosts', () => {
  expect(problemsOf({})).toEqual([]);
});

test('base URLs that are no venue’s refuse the start, all of them by name', () => {
  const stranger = { KALSHI_BASE_URL: 'https://api.kalshi.com.evil.io' };
  const us = { POLYMARKET_BASE_URL: 'https://api.polymarket.us' };
  expect(problemsOf({ ...stranger, ...us })).toEqual([
    { field: 'KALSHI_BASE_URL', problem: expect.stringContaining('no host of Kalshi') },
    { field: 'POLYMARKET_BASE_URL', problem: expect.stringContaining('Polymarket US') },
  ]);
  expect(problemsOf({ ...stranger, BALLAST_VENUES: 'polymarket' })).toEqual([]);
  const strange = { POLYMARKET_GAMMA_BASE_URL: 'https://gamma-api.polymarket.com.evil.io' };
  expect(problemsOf(strange)).toMatchObject([{ field: 'POLYMARKET_BASE_URL' }]);
});
