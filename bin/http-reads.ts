/** What the API reads, from the engine's ledger; a query without a book means the desk's. */
import type { HttpPorts } from '../client/ports.ts';
import type { ReadPorts } from '../client/read-ports.ts';
import type { Config } from '../contracts/config.ts';
import { bookOf } from '../domain/desk.ts';
import type { Book } from '../domain/venue-id.ts';
import { listAlerts } from '../ledger/read/alerts.ts';
import { readAudit } from '../ledger/read/audit.ts';
import { readCash } from '../ledger/read/cash.ts';
import { listDays, readDay } from '../ledger/read/days.ts';
import { readDryRun } from '../ledger/read/dry-run.ts';
import { readLimits } from '../ledger/read/limits.ts';
import { listOrders } from '../ledger/read/orders.ts';
import { readPairs } from '../ledger/read/pairs.ts';
import { readPositions } from '../ledger/read/positions.ts';
import { readTradingMode, readTradingState } from '../ledger/read/predecessor.ts';
import { readStrategies } from '../ledger/read/strategies.ts';
import { readTradeDetails } from '../ledger/read/trade-details.ts';
import { listTrades } from '../ledger/read/trades.ts';
import { readDesk } from '../ledger/verbs/desk.ts';
import { engineChecks } from './checks.ts';
import type { Engine } from './engine.ts';
import { DESK, dataDirOf } from './settings.ts';

/** All of them but the status, which knows the server's address. */
export function httpReads(
  engine: Engine,
  config: Config,
  report: HttpPorts['report'],
): Omit<ReadPorts, 'status'> {
  const { clock } = engine;
  const { db } = engine.ledger;
  const trading = { desk: DESK, liveTrading: config.liveTrading } as const;
  const of = async <Query extends { book?: Book | undefined }>(query: Query) => ({
    ...query,
    book: query.book ?? (await currentBook(engine)),
  });
  return {
    listTrades: (query) => listTrades(db, query),
    findTrade: (id) => readTradeDetails(db, id),
    listOrders: async (query) => listOrders(db, await of(query)),
    positions: async (query) => {
      const { limits } = await readDesk(db, DESK);
      const { atMs } = await clock.read();
      return readPositions(db, await of(query), { atMs, freshMsMax: limits.quoteAgeMsMax });
    },
    cash: async (query) => readCash(db, await of(query)),
    limits: async () => readLimits(db, DESK, config.venues, await clock.read()),
    listDays: async (query) => listDays(db, await of(query)),
    findDay: async (asked) => readDay(db, (await of(asked)).book, asked.date),
    listAlerts: (query) => listAlerts(db, query),
    audit: (query) => readAudit(db, query),
    listPairs: () => readPairs(db),
    listStrategies: async (query) => readStrategies(db, (await of(query)).book, await clock.read()),
    dryRun: async (proposal) => {
      try {
        await engine.activities.fetchFacts(await currentBook(engine), proposal.legs);
      } catch (error) {
        // It is judged all the same: that its facts are old is a verdict too.
        report(error, 'facts of a dry run');
      }
      return readDryRun(db, { desk: DESK, proposal }, await clock.read());
    },
    tradingMode: async () => readTradingMode(db, trading, await clock.read()),
    tradingState: async () => readTradingState(db, trading, await clock.read()),
    readiness: () => engineChecks(engine, dataDirOf(config.environment)),
  };
}

/** The book the desk trades in its phase. */
export async function currentBook({ ledger }: Engine): Promise<Book> {
  const { desk } = await readDesk(ledger.db, DESK);
  return bookOf(desk);
}
