/** Strategies as people read them. */
import type { StrategyView } from '../../contracts/requests.ts';
import type { ClockReading } from '../../domain/clock.ts';
import { deskOf } from '../../domain/desk.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerDb } from '../database.ts';
import { readDesk } from '../verbs/desk.ts';
import { listStrategies } from '../verbs/strategies.ts';
import { usdText } from './view-text.ts';

/** A book's strategies by name, with the maxima they are judged by. @throws DeskMissing */
export async function readStrategies(
  db: LedgerDb,
  book: Book,
  reading: ClockReading,
): Promise<StrategyView[]> {
  const { limits } = await readDesk(db, deskOf(book));
  const listed = await listStrategies(db, book, reading);
  return listed.map(({ name, enabled, reason, executionsInWindow, caps, ...counted }) => ({
    book,
    name,
    enabled,
    reason,
    executions: executionsInWindow,
    executionsMax: limits.strategyExecutionsMax,
    windowSeconds: limits.strategyWindowMs / 1000,
    tradesToday: counted.tradesToday,
    open: usdText(counted.openMicros),
    caps: {
      perTrade: capText(caps?.perTradeMicrosMax),
      dailyTrades: caps?.dailyTradesMax ?? null,
      open: capText(caps?.openMicrosMax),
    },
  }));
}

function capText(micros: number | undefined): string | null {
  return micros === undefined ? null : usdText(micros);
}
