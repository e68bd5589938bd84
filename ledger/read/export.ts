/** The current book as a file of the predecessor's shape, for `ballast export`. */
import type { ExportedBet, ExportedFile } from '../../contracts/predecessor-file.ts';
import { inFileOrder } from '../../contracts/predecessor-file.ts';
import type { ClockReading } from '../../domain/clock.ts';
import type { DeskId } from '../../domain/desk.ts';
import { bookOf } from '../../domain/desk.ts';
import { isTerminal } from '../../domain/trade.ts';
import type { LedgerDb } from '../database.ts';
import { readToday } from '../verbs/day.ts';
import { readDesk } from '../verbs/desk.ts';
import type { BetRow } from './bets.ts';
import { readBetRows, toBet } from './bets.ts';
import { dollars, readSums } from './predecessor.ts';

/**
 * Everything at one instant, every bet, the oldest first as the predecessor kept them.
 * @throws DeskMissing
 */
export async function exportPredecessor(
  db: LedgerDb,
  deskId: DeskId,
  reading: ClockReading,
): Promise<ExportedFile> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const { desk } = await readDesk(tx, deskId);
      const book = bookOf(desk);
      const sums = await readSums(tx, book, await readToday(tx, book, reading));
      const rows = await readBetRows(tx, book);
      return {
        balance: dollars(sums.cash),
        initial_balance: dollars(sums.capital),
        bets: rows.toReversed().map(exportedBet),
        total_profit: dollars(sums.realised),
      };
    });
}

/** A bet that came from there goes back as it was, with what became of it here. */
function exportedBet(row: BetRow): ExportedBet {
  const bet = toBet(row);
  if (row.imported === null) {
    return { ...bet, legs: bet.legs.map((leg) => ({ ...leg, url: pageOf(leg) })) };
  }
  const { settled_amount, realized_profit } = bet;
  const status = isTerminal(row.status) ? 'settled' : row.imported.status;
  return inFileOrder({ ...row.imported, status, settled_amount, realized_profit });
}

/** The address of a market in the form the predecessor wrote. */
function pageOf({ platform, market_id }: ExportedBet['legs'][number]): string {
  return platform === 'Kalshi'
    ? `https://kalshi.com/markets/${market_id}`
    : `https://polymarket.com/event/${market_id}`;
}
