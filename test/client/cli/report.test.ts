/** `ballast report daily`: the stored report, or why there is none. */
import { expect, test } from '@jest/globals';
import type { DailyReport } from '../../../contracts/daily-report.ts';
import { dailyReportSchema } from '../../../contracts/daily-report.ts';
import { dailyReportText } from '../../../contracts/daily-report-text.ts';
import { cli } from './harness.ts';

const holding = {
  id: 'nhl-1',
  venue: 'kalshi',
  market: 'FLA',
  title: 'Jackets | Panthers\u001b[2J\nwin',
  outcome: 'yes',
  quantity: '10',
  cost: '5.80',
  fees: '0.1706',
} as const;

const REPORT: DailyReport = dailyReportSchema.parse({
  book: 'paper',
  date: '2026-11-22',
  revision: 1,
  openedAt: '2026-11-22T09:00:00.000Z',
  closedAt: '2026-11-23T00:00:01.000Z',
  desk: { id: 'main', phase: 'paper', state: 'paused', reason: 'lunch' },
  proposals: { accepted: 2, denied: 3, denials: { BELOW_MIN_ROI: 1, STALE_FACTS: 2 } },
  trades: { used: 2, cap: 5, sent: 2, byStatus: { open: 1, settled: 1 } },
  settled: [{ ...holding, payout: '10.00', realizedPnl: '4.0294' }],
  realized: { pnl: '4.0294', gains: '4.0294', losses: '0.00' },
  fees: '0.3412',
  loss: { used: '0.00', cap: '200.00' },
  open: [
    { ...holding, id: 'nhl-2', status: 'open', worstLoss: '5.9706', expectedSettlement: null },
  ],
  carried: { into: '2026-11-23', trades: 1, risk: '5.9706' },
  cash: [{ venue: 'kalshi', cash: '498.0588' }],
  unknownOrders: [],
  discrepancies: [],
  auditHead: { seq: 4, hash: 'a'.repeat(64) },
  seal: { trades: 2, transfers: 8, transferMicros: '521941200', realisedLossMicros: '0' },
});

test('the newest report is printed as Markdown, the figures first', async () => {
  const asked: unknown[] = [];
  const { code, out } = await cli(['report', 'daily'], {
    dailyReport: async (query) => {
      asked.push(query);
      return { kind: 'report', report: REPORT };
    },
  });
  expect(code).toBe(0);
  expect(asked).toEqual([{ book: 'paper', date: undefined }]);
  expect(out.split('\n').slice(0, 3)).toEqual([
    '# 2026-11-22 (UTC), paper book',
    '',
    'Realised P&L **+$4.0294**: +$4.0294 won, $0.00 lost; fees paid $0.3412.',
  ]);
  expect(out).toContain('- Proposals: 2 accepted, 3 denied (BELOW_MIN_ROI 1, STALE_FACTS 2)');
  expect(out).toContain('- Carried: $5.9706 of 1 trades into 2026-11-23');
  expect(out).toContain('- Desk: main, phase paper, paused: lunch');
});

test('a title from a venue breaks neither the table nor the terminal', () => {
  const text = dailyReportText(REPORT);
  expect(text).toContain('Jackets \\| Panthers?[2J?win');
  // oxlint-disable-next-line no-control-regex -- looked for on purpose
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});

test('a corrected report says so', () => {
  expect(dailyReportText({ ...REPORT, revision: 2 })).toContain('paper book (revision 2)');
});

test('--json prints the report as stored, of the day and book that were named', async () => {
  const argv = ['report', 'daily', '2026-11-22', '--book', 'drill', '--json'];
  const { code, out } = await cli(argv, {
    dailyReport: async (query) => {
      expect(query).toEqual({ book: 'drill', date: '2026-11-22' });
      return { kind: 'report', report: REPORT };
    },
  });
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(REPORT)));
});

test.each([
  [
    'not over',
    { kind: 'open', over: false, endsAt: '2026-11-23T00:00:00.000Z' },
    8,
    'at 2026-11-23T00',
  ],
  ['over and not closed', { kind: 'open', over: true, endsAt: '' }, 8, 'daily reset'],
  ['unknown', { kind: 'none', days: ['2026-11-20', '2026-11-21'] }, 1, '2026-11-21, 2026-11-20'],
  ['unknown in an empty ledger', { kind: 'none', days: [] }, 1, 'after UTC midnight'],
] as const)(
  'a day that is %s has no report, and the reason is told',
  async (_, answer, exit, text) => {
    const { code, out, err } = await cli(['report', 'daily', '2026-11-22'], {
      dailyReport: async () => answer,
    });
    expect([code, out]).toEqual([exit, '']);
    expect(err).toContain(text);
  },
);

test('of many days that have a report the newest ten are named', async () => {
  const days = Array.from(
    { length: 25 },
    (_, index) => `2026-10-${String(index + 1).padStart(2, '0')}`,
  );
  const { err } = await cli(['report', 'daily', '2026-11-22'], {
    dailyReport: async () => ({ kind: 'none', days }),
  });
  expect(err).toContain('2026-10-16 and 15 before');
});

test.each(['yesterday', '2026-13-01', '22.11.2026', '2026-11-2'])(
  '%s is no date, and nothing is read',
  async (date) => {
    const { code, err } = await cli(['report', 'daily', date]);
    expect(code).toBe(2);
    expect(err).toContain('such as 2026-11-22');
  },
);
