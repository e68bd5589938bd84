/** Whether the venues trade from here: asked at start, hourly, and sooner while one does not. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Venue, VenueStatus } from '../../venues/venue.ts';
import { askStatuses } from '../../worker/venue-statuses.ts';
import { scriptedVenue } from '../support/scripted-venue.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const HOUR_MS = 3_600_000;
const OPEN = { trading: true, detail: 'allowed from SE' };
const BLOCKED = { trading: false, detail: 'orders are refused from here (US NY)' };
const clock = { read: () => Promise.resolve({ atMs: Date.now(), offsetMs: 0 }) };

function harness(answers: (() => Promise<VenueStatus>)[]) {
  let asked = 0;
  const status = () => answers[Math.min(asked++, answers.length - 1)]!();
  const venue: Venue = { ...scriptedVenue({}), id: 'polymarket', book: 'rehearsal', status };
  const told: [string, string][] = [];
  const log = {
    info: ({ detail }: { detail: string }) => told.push(['info', detail]),
    warn: ({ detail }: { detail: string }) => told.push(['warn', detail]),
  };
  const statuses = askStatuses({
    venues: () => Promise.resolve([venue]),
    clock,
    log: log as never,
  });
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  return { statuses, told, pass, asked: () => asked };
}
const says = (status: VenueStatus) => () => Promise.resolve(status);

test('a venue that trades is asked at once and then every hour; a change is logged once', async () => {
  const { statuses, told, pass, asked } = harness([says(OPEN), says(OPEN), says(BLOCKED)]);
  await pass(0);
  expect(statuses.latest()).toMatchObject([{ venue: 'polymarket', book: 'rehearsal', ...OPEN }]);
  await pass(HOUR_MS - 1);
  expect(asked()).toBe(1);
  await pass(1);
  expect([asked(), told]).toEqual([2, [['info', OPEN.detail]]]);
  await pass(HOUR_MS);
  expect(told.at(-1)).toEqual(['warn', BLOCKED.detail]);
  expect(statuses.latest()).toMatchObject([BLOCKED]);
  await statuses.stop();
});

test('one that does not trade is asked again every minute until it does', async () => {
  const { statuses, told, pass } = harness([says(BLOCKED), says(BLOCKED), says(OPEN)]);
  await pass(60_000);
  expect(statuses.latest()).toMatchObject([BLOCKED]);
  await pass(60_000);
  expect(statuses.latest()).toMatchObject([OPEN]);
  expect(told).toEqual([
    ['warn', BLOCKED.detail],
    ['info', OPEN.detail],
  ]);
  await statuses.stop();
});

test.each([
  ['that fails', () => Promise.reject(new Error('ECONNREFUSED')), 'ECONNREFUSED'],
  ['that never answers', () => new Promise<never>(() => {}), 'no answer within'],
])('a question %s is told as not trading', async (_name, answer, words) => {
  const { statuses, pass } = harness([answer]);
  await pass(10_000);
  expect(statuses.latest()).toMatchObject([
    { trading: false, detail: expect.stringContaining(words) },
  ]);
  await statuses.stop();
});

test('where the books in use are not known, it asks again within a minute', async () => {
  let answers = 0;
  const statuses = askStatuses({
    venues: () => {
      answers += 1;
      return answers === 1 ? Promise.reject(new Error('the ledger is gone')) : Promise.resolve([]);
    },
    clock,
    log: { info: () => {}, warn: () => {} },
  });
  await jest.advanceTimersByTimeAsync(60_000);
  expect(answers).toBe(2);
  await statuses.stop();
});

test('stopped, it asks no more', async () => {
  const { statuses, pass, asked } = harness([says(OPEN)]);
  await pass(0);
  await statuses.stop();
  await pass(3 * HOUR_MS);
  expect(asked()).toBe(1);
});
