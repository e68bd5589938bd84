/**
 * The current book in the predecessor's words: `/api/trading/mode` and `/api/trading/state`.
 * Integers become JSON numbers here and nowhere else; each is the double nearest to a whole number
 * of micro-dollars and prints as it. docs/http-compatibility.md says what each field means.
 */
import { sql } from 'kysely';
import type { TradingModeView, TradingStateView } from '../../contracts/predecessor.ts';
import type { ClockReading } from '../../domain/clock.ts';
import { counterId } from '../../domain/counters.ts';
import type { Desk, DeskId } from '../../domain/desk.ts';
import { bookOf } from '../../domain/desk.ts';
import { floatOfMicros } from '../../domain/float-text.ts';
import { tradingMode } from '../../domain/trading-mode.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { readToday } from '../verbs/day.ts';
import { readDesk } from '../verbs/desk.ts';
import { betRows, readBetRows, toBet } from './bets.ts';

/** Who asks about which desk, and what the environment says about live trading. */
export interface TradingQuestion {
  readonly desk: DeskId;
  readonly liveTrading: boolean;
}

/** A page polls this every few seconds: all sums cover every bet, the list only the newest. */
export const BETS_SHOWN_MAX = 1_000;

/** @throws DeskMissing */
export async function readTradingMode(
  db: LedgerDb,
  question: TradingQuestion,
  reading: ClockReading,
): Promise<TradingModeView> {
  const { desk } = await readDesk(db, question.desk);
  return {
    live_trading_enabled: question.liveTrading,
    timestamp: new Date(reading.atMs).toISOString(),
    ...modeFields(question, desk),
  };
}

/**
 * Everything at one instant, so that balance, profit and bets agree.
 * @throws DeskMissing
 */
export async function readTradingState(
  db: LedgerDb,
  question: TradingQuestion,
  reading: ClockReading,
): Promise<TradingStateView> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const { desk } = await readDesk(tx, question.desk);
      const book = bookOf(desk);
      const day = await readToday(tx, book, reading);
      const sums = await readSums(tx, book, day);
      return {
        balance: dollars(sums.cash),
        initial_balance: dollars(sums.capital),
        total_profit: dollars(sums.realised),
        estimated_profit: dollars(sums.estimated),
        total_trades: toNumber(sums.bets),
        bets: (await readBetRows(tx, book, BETS_SHOWN_MAX)).map(toBet),
        daily_loss: dollars(sums.loss_today),
        daily_trades: toNumber(sums.trades_today),
        ...modeFields(question, desk),
      };
    });
}

function modeFields({ liveTrading }: TradingQuestion, { phase, liveBook }: Desk) {
  const { mode, whyNotReal } = tradingMode({ liveTrading, phase, liveBook });
  return { mode, phase, why_not_real: whyNotReal };
}

export interface Sums {
  readonly cash: bigint;
  readonly capital: bigint;
  readonly realised: bigint;
  readonly estimated: bigint;
  readonly bets: bigint;
  readonly loss_today: bigint;
  readonly trades_today: bigint;
}

/** A book's money and what its bets come to. */
export async function readSums(tx: LedgerTx, book: Book, day: string): Promise<Sums> {
  const loss = counterId(book, { kind: 'loss', day });
  const trades = counterId(book, { kind: 'trades', day });
  const { rows } = await sql<Sums>`
    WITH ${betRows(book)}, money AS (
      SELECT split_part(id, '/', 3) AS name, sum(debits - credits)::bigint AS amount
      FROM account WHERE book = ${book} GROUP BY 1
    )
    SELECT coalesce((SELECT amount FROM money WHERE name = 'cash'), 0)::bigint AS cash,
      coalesce((SELECT -amount FROM money WHERE name = 'capital'), 0)::bigint AS capital,
      coalesce(sum(pnl) FILTER (WHERE ended_at_ms IS NOT NULL), 0)::bigint AS realised,
      coalesce(sum(quantity + net - paid_out) FILTER (WHERE ended_at_ms IS NULL), 0)::bigint
        AS estimated,
      count(id) AS bets,
      coalesce((SELECT used FROM counter WHERE id = ${loss}), 0)::bigint AS loss_today,
      coalesce((SELECT used FROM counter WHERE id = ${trades}), 0)::bigint AS trades_today
    FROM bet`.execute(tx);
  return rows[0]!;
}

/** Micro-dollars of a column as dollars. */
export function dollars(micros: bigint): number {
  return floatOfMicros(toNumber(micros));
}
