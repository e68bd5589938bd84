/** The desk's limits and what they come to: used, held, left, and the largest trade they allow. */
import { sql } from 'kysely';
import type { LimitsView } from '../../contracts/limits.ts';
import { accountRef } from '../../domain/accounts.ts';
import type { ClockReading } from '../../domain/clock.ts';
import type { Counter, CounterKind } from '../../domain/counters.ts';
import { capOf, counterId, roomIn } from '../../domain/counters.ts';
import { formatDecimal, formatUsd } from '../../domain/decimal.ts';
import type { DeskId } from '../../domain/desk.ts';
import { bookOf } from '../../domain/desk.ts';
import type { Limits } from '../../domain/limits.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { readToday } from '../verbs/day.ts';
import { readDesk } from '../verbs/desk.ts';
import type { Cash } from './effective-limits.ts';
import { pairMaxima, singleLegMaxima } from './effective-limits.ts';

/**
 * Everything at one instant; opens no day and changes nothing.
 * @throws DeskMissing
 */
export async function readLimits(
  db: LedgerDb,
  deskId: DeskId,
  venues: readonly VenueId[],
  reading: ClockReading,
): Promise<LimitsView> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const { desk, limits } = await readDesk(tx, deskId);
      const book = bookOf(desk);
      const day = await readToday(tx, book, reading);
      const standing: Standing = {
        trades: await counterOf(tx, limits, 'trades', counterId(book, { kind: 'trades', day })),
        loss: await counterOf(tx, limits, 'loss', counterId(book, { kind: 'loss', day })),
        exposure: await counterOf(tx, limits, 'exposure', counterId(book, { kind: 'exposure' })),
        event: await fullest(tx, limits, book, 'event'),
        market: await fullest(tx, limits, book, 'market'),
        cash: await cashOf(tx, book, venues),
      };
      return {
        now: new Date(reading.atMs).toISOString(),
        day,
        desk: { id: desk.id, phase: desk.phase, state: desk.state },
        book,
        counted: countedRows(standing),
        plain: plainRows(limits),
        singleLeg: singleLegMaxima(limits, standing, standing.cash),
        pair: pairMaxima(limits, standing, standing.cash),
      };
    });
}

interface NamedCounter extends Counter {
  /** What the row counts, where there are many of its kind; null while there is none. */
  readonly of: string | null;
}

interface Standing {
  readonly trades: NamedCounter;
  readonly loss: NamedCounter;
  readonly exposure: NamedCounter;
  readonly event: NamedCounter;
  readonly market: NamedCounter;
  readonly cash: readonly Cash[];
}

interface CounterRow {
  readonly id: string;
  readonly used: bigint;
  readonly held: bigint;
  readonly cap: bigint;
  readonly overrun: bigint;
}

function named(row: CounterRow | undefined, of: string | null, cap: number): NamedCounter {
  if (row === undefined) return { of, used: 0, held: 0, cap, overrun: 0 };
  const { used, held, overrun } = row;
  return {
    of,
    used: toNumber(used),
    held: toNumber(held),
    cap: toNumber(row.cap),
    overrun: toNumber(overrun),
  };
}

/** A row that nobody needed yet is missing: nothing of its limit is taken. */
async function counterOf(
  tx: LedgerTx,
  limits: Limits,
  kind: CounterKind,
  id: string,
): Promise<NamedCounter> {
  const row = await tx
    .selectFrom('counter')
    .select(['id', 'used', 'held', 'cap', 'overrun'])
    .where('id', '=', id)
    .executeTakeFirst();
  return named(row, null, capOf(kind, limits));
}

/** The event or market with the least room: the limit stands for each of them. */
async function fullest(
  tx: LedgerTx,
  limits: Limits,
  book: Book,
  kind: 'event' | 'market',
): Promise<NamedCounter> {
  const { rows } = await sql<CounterRow>`
    SELECT id, used, held, cap, overrun FROM counter
    WHERE book = ${book} AND kind = ${kind} AND used + held > 0
    ORDER BY cap - used - held, id LIMIT 1`.execute(tx);
  const of = rows[0]?.id.slice(`${book}/${kind}/`.length) ?? null;
  return named(rows[0], of, capOf(kind, limits));
}

async function cashOf(tx: LedgerTx, book: Book, venues: readonly VenueId[]): Promise<Cash[]> {
  const rows = await tx
    .selectFrom('account')
    .select(['id', 'debits', 'credits', 'held'])
    .where('book', '=', book)
    .where('guarded', '=', true)
    .execute();
  return venues.map((venue) => {
    const row = rows.find(({ id }) => id === accountRef(book, venue, { kind: 'cash' }).id);
    return {
      venue,
      totalMicros: row === undefined ? 0 : toNumber(row.debits - row.credits),
      heldMicros: row === undefined ? 0 : toNumber(row.held),
    };
  });
}

function countedRows(standing: Standing): LimitsView['counted'] {
  const row = (
    name: LimitsView['counted'][number]['name'],
    counter: NamedCounter,
    setting: string,
  ): LimitsView['counted'][number] => {
    const unit = name === 'trades' ? 'trades' : 'usd';
    const write = unit === 'trades' ? String : formatUsd;
    const { of, cap, used, held } = counter;
    const left = write(roomIn(counter));
    return {
      name,
      of,
      unit,
      value: write(cap),
      used: write(used),
      held: write(held),
      left,
      setting,
    };
  };
  const cash = standing.cash.map(({ venue, totalMicros, heldMicros }) =>
    row(
      'cash',
      { of: venue, cap: totalMicros, used: 0, held: heldMicros, overrun: 0 },
      'LIVE_TRADING_INITIAL_BALANCE',
    ),
  );
  return [
    row('trades', standing.trades, 'LIVE_TRADING_MAX_DAILY_TRADES'),
    row('day loss', standing.loss, 'LIVE_TRADING_DAILY_LOSS_LIMIT'),
    row('exposure', standing.exposure, 'BALLAST_MAX_OPEN_EXPOSURE'),
    row('event', standing.event, 'BALLAST_MAX_EVENT_EXPOSURE'),
    row('position', standing.market, 'LIVE_TRADING_MAX_POSITION_SIZE'),
    ...cash,
  ];
}

function plainRows(limits: Limits): LimitsView['plain'] {
  const percent = (millionths: number): string => formatDecimal(millionths * 100);
  return [
    ['bet amount', formatUsd(limits.betAmountMicros), 'usd', 'LIVE_TRADING_BET_AMOUNT'],
    ['least ROI', percent(limits.minRoiMillionths), 'percent', 'LIVE_TRADING_MIN_ROI'],
    ['most ROI', percent(limits.maxRoiMillionths), 'percent', 'LIVE_TRADING_MAX_ROI'],
    ['age of a quote', String(limits.quoteAgeMsMax), 'ms', 'BALLAST_QUOTE_AGE_MS_MAX'],
    [
      'executions of a strategy',
      String(limits.strategyExecutionsMax),
      `in ${limits.strategyWindowMs / 1000} s`,
      'BALLAST_STRATEGY_EXECUTIONS_MAX',
    ],
  ].map(([name, value, unit, setting]) => ({
    name: name!,
    value: value!,
    unit: unit!,
    setting: setting!,
  }));
}
