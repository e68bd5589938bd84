/** I8: trading days and the places trades take in them. */
import { counterId, isTradesCounter } from '../counters.ts';
import { utcDate } from '../day.ts';
import type { Book } from '../venue-id.ts';
import type { CounterRow, HoldRow } from './books.ts';
import { grouped } from './grouped.ts';

export interface DayRow {
  readonly book: Book;
  readonly date: string;
  readonly openedAtMs: bigint;
  readonly closedAtMs: bigint | null;
}
/** An accepted decision, and the day of the trade made of it. */
export interface AcceptedRow {
  readonly id: string;
  readonly book: Book;
  readonly day: string;
  /** Null where there is no such trade. */
  readonly tradeDay: string | null;
  /** Came with the predecessor's file: it takes no place among the day's trades. */
  readonly imported?: boolean;
}
export interface ReportRow {
  readonly book: Book;
  readonly date: string;
  readonly revision: number;
  readonly body: unknown;
}
/** A posting as its day counts it. */
export interface DatedTransferRow {
  readonly day: string;
  /** The debit account's. */
  readonly book: Book;
  readonly amount: bigint;
}

export interface DayRows {
  readonly days: readonly DayRow[];
  readonly accepted: readonly AcceptedRow[];
  readonly holds: readonly HoldRow[];
  readonly counters: readonly CounterRow[];
  readonly transfers: readonly DatedTransferRow[];
  readonly reports: readonly ReportRow[];
}

/**
 * I8: one trading day per UTC date; no trade counted twice; closed days are as they were when
 * they closed, and a newer one is open.
 */
export function checkI8(rows: DayRows): string[] {
  return [...calendarFaults(rows), ...placeFaults(rows), ...sealFaults(rows)];
}

function calendarFaults({ days, accepted }: DayRows): string[] {
  const newest = new Map<Book, string>();
  for (const { book, date } of days) {
    if (date > (newest.get(book) ?? '')) newest.set(book, date);
  }
  const known = new Set(days.map(({ book, date }) => `${book}/${date}`));
  return [
    ...days
      .filter(({ date, openedAtMs }) => utcDate(Number(openedAtMs)) !== date)
      .map(({ book, date }) => `I8 ${book}/${date}: was opened on another date`),
    ...days
      .filter(({ book, date, closedAtMs }) => closedAtMs !== null && newest.get(book) === date)
      .map(({ book, date }) => `I8 ${book}/${date}: is closed and no newer day is open`),
    ...accepted
      .filter(({ book, day }) => !known.has(`${book}/${day}`))
      .map(({ id, day }) => `I8 ${id}: was accepted on ${day}, which was never opened`),
  ];
}

function placeFaults({ accepted, holds, counters }: DayRows): string[] {
  const places = grouped(
    holds.filter(({ target }) => isTradesCounter(target)),
    ({ tradeId }) => tradeId,
  );
  const found = accepted.flatMap(({ id, book, day, tradeDay, imported }) => {
    const mine = places.get(id) ?? [];
    places.delete(id);
    const target = counterId(book, { kind: 'trades', day });
    if (tradeDay === null) return [`I8 ${id}: was accepted and is no trade`];
    if (tradeDay !== day) return [`I8 ${id}: accepted on ${day}, counted on ${tradeDay}`];
    if (imported === true) {
      return mine.length === 0
        ? []
        : [`I8 ${id}: came with the predecessor's file and has a place among the days' trades`];
    }
    if (mine.length !== 1) return [`I8 ${id}: has ${mine.length} places among the days' trades`];
    return mine[0]!.target === target && mine[0]!.amount === 1n
      ? []
      : [`I8 ${id}: its place is ${mine[0]!.amount} on ${mine[0]!.target}, not 1 on ${target}`];
  });
  for (const id of places.keys()) found.push(`I8 ${id}: has a place and was never accepted`);
  return [...found, ...countFaults(counters, holds)];
}

/** What is held of a counter is I2's; here it is who keeps a place for good. */
function countFaults(counters: readonly CounterRow[], holds: readonly HoldRow[]): string[] {
  const kept = new Map<string, bigint>();
  for (const { target, captured } of holds) {
    kept.set(target, (kept.get(target) ?? 0n) + captured);
  }
  return counters
    .filter(({ id, used }) => isTradesCounter(id) && used !== (kept.get(id) ?? 0n))
    .map(({ id, used }) => `I8 ${id}: counts ${used} trades, ${kept.get(id) ?? 0n} keep a place`);
}

/** What a day came to, in the words of the seal its report was issued with. */
interface Seal {
  readonly trades: number;
  readonly transfers: number;
  readonly transferMicros: string;
  readonly realisedLossMicros: string;
}

function sealFaults(rows: DayRows): string[] {
  const used = new Map(rows.counters.map((counter) => [counter.id, counter.used]));
  const posted = grouped(rows.transfers, ({ book, day }) => `${book}/${day}`);
  const latest = new Map<string, ReportRow>();
  for (const report of rows.reports) {
    const key = `${report.book}/${report.date}`;
    if (report.revision > (latest.get(key)?.revision ?? 0)) latest.set(key, report);
  }
  return rows.days.flatMap(({ book, date, closedAtMs }) => {
    if (closedAtMs === null) return [];
    const key = `${book}/${date}`;
    const report = latest.get(key);
    if (report === undefined) return [`I8 ${key}: is closed and has no report`];
    const seal = sealOf(report.body);
    if (seal === undefined) return [`I8 ${key}: its report has no readable seal`];
    const transfers = posted.get(key) ?? [];
    const now: Seal = {
      trades: Number(used.get(counterId(book, { kind: 'trades', day: date })) ?? 0n),
      transfers: transfers.length,
      transferMicros: String(transfers.reduce((sum, { amount }) => sum + amount, 0n)),
      realisedLossMicros: String(used.get(counterId(book, { kind: 'loss', day: date })) ?? 0n),
    };
    return (Object.keys(now) as (keyof Seal)[])
      .filter((field) => seal[field] !== now[field])
      .map((field) => `I8 ${key}: closed with ${field} ${seal[field]}, now ${now[field]}`);
  });
}

function sealOf(body: unknown): Seal | undefined {
  const seal = fieldOf(body, 'seal');
  const trades = fieldOf(seal, 'trades');
  const transfers = fieldOf(seal, 'transfers');
  const transferMicros = fieldOf(seal, 'transferMicros');
  const realisedLossMicros = fieldOf(seal, 'realisedLossMicros');
  if (!Number.isSafeInteger(trades) || !Number.isSafeInteger(transfers)) return undefined;
  if (!isAmount(transferMicros) || !isAmount(realisedLossMicros)) return undefined;
  return { trades, transfers, transferMicros, realisedLossMicros } as Seal;
}

function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[field];
}

function isAmount(value: unknown): value is string {
  return typeof value === 'string' && /^\d+$/.test(value);
}
