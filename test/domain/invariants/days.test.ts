import { describe, expect, test } from '@jest/globals';
import type { CounterRow, HoldRow } from '../../../domain/invariants/books.ts';
import type { DayRow, DayRows, ReportRow } from '../../../domain/invariants/days.ts';
import { checkI8 } from '../../../domain/invariants/days.ts';

const CLOSED: DayRow = {
  book: 'paper',
  date: '2026-11-22',
  openedAtMs: BigInt(Date.UTC(2026, 10, 22, 9)),
  closedAtMs: BigInt(Date.UTC(2026, 10, 23)),
};
const TODAY: DayRow = {
  book: 'paper',
  date: '2026-11-23',
  openedAtMs: BigInt(Date.UTC(2026, 10, 23)),
  closedAtMs: null,
};
const TRADES = 'paper/trades/2026-11-22';
const LOSS = 'paper/loss/2026-11-22';
const PLACE: HoldRow = {
  tradeId: 't-1',
  target: TRADES,
  targetKind: 'counter',
  amount: 1n,
  captured: 1n,
  released: 0n,
  tradeEnded: true,
};
const counter = (id: string, used: bigint): CounterRow => {
  return { id, used, held: 0n, cap: 9n, overrun: 0n };
};
const SEAL = { trades: 1, transfers: 2, transferMicros: '110', realisedLossMicros: '7' };
const REPORT: ReportRow = {
  book: 'paper',
  date: '2026-11-22',
  revision: 1,
  body: { seal: SEAL, other: 'things' },
};
/** A day with one trade, closed, and the next one open. */
const SOUND: DayRows = {
  days: [CLOSED, TODAY],
  accepted: [{ id: 't-1', book: 'paper', day: '2026-11-22', tradeDay: '2026-11-22' }],
  holds: [PLACE, { ...PLACE, target: 'paper/event/paper/trades/x', captured: 0n, released: 1n }],
  counters: [counter(TRADES, 1n), counter(LOSS, 7n), counter('paper/trades/2026-11-23', 0n)],
  transfers: [
    { day: '2026-11-22', book: 'paper', amount: 100n },
    { day: '2026-11-22', book: 'paper', amount: 10n },
    { day: '2026-11-22', book: 'drill', amount: 5n },
    { day: '2026-11-23', book: 'paper', amount: 3n },
  ],
  reports: [REPORT],
};
const KEY = 'paper/2026-11-22';
const sealed = (seal: object): ReportRow[] => [{ ...REPORT, body: { seal: { ...SEAL, ...seal } } }];

describe('I8 one trading day per UTC date', () => {
  const right: [string, Partial<DayRows>][] = [
    ['a closed day and an open one', {}],
    [
      'two open days: the older is still to be closed',
      { days: [{ ...CLOSED, closedAtMs: null }, TODAY] },
    ],
    [
      'a correction: the latest revision counts',
      {
        reports: [
          { ...REPORT, body: {} },
          { ...REPORT, revision: 2 },
        ],
      },
    ],
    [
      'a trade that gave its place back',
      {
        holds: [{ ...PLACE, captured: 0n, released: 1n }],
        counters: [counter(TRADES, 0n), counter(LOSS, 7n)],
        reports: sealed({ trades: 0 }),
      },
    ],
    ['days of another book', { days: [CLOSED, TODAY, { ...TODAY, book: 'drill' }] }],
  ];
  test.each(right)('passes %s', (_name, rows) => {
    expect(checkI8({ ...SOUND, ...rows })).toEqual([]);
  });

  const wrong: [string, Partial<DayRows>, string[]][] = [
    [
      'a day opened on another date',
      { days: [CLOSED, { ...TODAY, openedAtMs: CLOSED.openedAtMs }] },
      ['I8 paper/2026-11-23: was opened on another date'],
    ],
    [
      'a closed day and none after it',
      { days: [CLOSED] },
      [`I8 ${KEY}: is closed and no newer day is open`],
    ],
    [
      'a trade on a day that never was',
      { days: [TODAY] },
      ['I8 t-1: was accepted on 2026-11-22, which was never opened'],
    ],
    [
      'an accepted decision without a trade',
      { accepted: [{ ...SOUND.accepted[0]!, tradeDay: null }] },
      ['I8 t-1: was accepted and is no trade'],
    ],
    [
      'a trade counted on another day than decided',
      { accepted: [{ ...SOUND.accepted[0]!, tradeDay: '2026-11-23' }] },
      ['I8 t-1: accepted on 2026-11-22, counted on 2026-11-23'],
    ],
    [
      'a trade counted twice',
      {
        holds: [PLACE, { ...PLACE, target: 'paper/trades/2026-11-23' }],
        counters: [counter(TRADES, 1n), counter(LOSS, 7n), counter('paper/trades/2026-11-23', 1n)],
      },
      ["I8 t-1: has 2 places among the days' trades"],
    ],
    [
      'a trade not counted',
      {
        holds: [],
        counters: [counter(TRADES, 0n), counter(LOSS, 7n)],
        reports: sealed({ trades: 0 }),
      },
      ["I8 t-1: has 0 places among the days' trades"],
    ],
    [
      'a trade counted as two',
      {
        holds: [{ ...PLACE, amount: 2n, captured: 2n }],
        counters: [counter(TRADES, 2n), counter(LOSS, 7n)],
        reports: sealed({ trades: 2 }),
      },
      [`I8 t-1: its place is 2 on ${TRADES}, not 1 on ${TRADES}`],
    ],
    ['a place of nobody', { accepted: [] }, ['I8 t-1: has a place and was never accepted']],
    [
      'a counter that counts other than its places',
      { counters: [counter(TRADES, 2n), counter(LOSS, 7n)] },
      [`I8 ${TRADES}: counts 2 trades, 1 keep a place`, `I8 ${KEY}: closed with trades 1, now 2`],
    ],
    ['a closed day without a report', { reports: [] }, [`I8 ${KEY}: is closed and has no report`]],
    ...Object.entries({
      'no seal': {},
      'a seal that is none': { seal: 'x' },
      'half a seal': { seal: { trades: 1 } },
      'a seal with a fraction': { seal: { ...SEAL, trades: 1.5 } },
      'a seal with an amount that is none': { seal: { ...SEAL, transferMicros: '1e9' } },
      nothing: null,
    }).map(([name, body]): [string, Partial<DayRows>, string[]] => [
      `a report with ${name}`,
      { reports: [{ ...REPORT, body }] },
      [`I8 ${KEY}: its report has no readable seal`],
    ]),
    [
      'a transfer that came to a closed day later',
      { transfers: [...SOUND.transfers, { day: '2026-11-22', book: 'paper', amount: 5n }] },
      [
        `I8 ${KEY}: closed with transfers 2, now 3`,
        `I8 ${KEY}: closed with transferMicros 110, now 115`,
      ],
    ],
    [
      'a loss that came to a closed day later',
      { counters: [counter(TRADES, 1n), counter(LOSS, 8n)] },
      [`I8 ${KEY}: closed with realisedLossMicros 7, now 8`],
    ],
  ];
  test.each(wrong)('names %s', (_name, rows, faults) => {
    expect(checkI8({ ...SOUND, ...rows })).toEqual(faults);
  });
});
