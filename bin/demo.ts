/**
 * `npm run demo`: real Postgres, real Temporal, the paper exchange, and a day of single-leg trades
 * from proposal to recorded P&L, in a data directory of its own.
 */
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readConfig } from '../contracts/config.ts';
import { proposalSchema } from '../contracts/proposal.ts';
import { listTrades } from '../ledger/read/trades.ts';
import { answerLine, cashTable, summarise, tradeTable } from './demo/report.ts';
import { DEMO_SETTINGS, OPPORTUNITIES, paperFileText } from './demo/script.ts';
import { verifyBooks } from './demo/verify.ts';
import type { Host } from './host.ts';
import { startHost } from './host.ts';

const SETTLE_MS_MAX = 120_000;
const TRADES_MAX = 200;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** The trades of the story, oldest first. */
async function tradesOf(host: Host) {
  return (await listTrades(host.engine.ledger.db, { limit: TRADES_MAX })).toReversed();
}

async function submitAll(host: Host): Promise<void> {
  print('\nOpportunities');
  for (const { what, proposal } of OPPORTUNITIES) {
    const parsed = proposalSchema.parse(proposal);
    const answer = await host.submit({ id: proposal.id!, proposal: parsed });
    print(answerLine(what, answer.body));
    await placed(host, proposal.id!);
  }
}

/** Waits until a trade holds its position or has ended, so that every run tells the same story. */
async function placed(host: Host, id: string): Promise<void> {
  await until(`trade ${id} to be placed`, async () => {
    const trade = (await tradesOf(host)).find((one) => one.id === id);
    return trade !== undefined && !['received', 'reserved', 'placing'].includes(trade.status);
  });
}

async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + SETTLE_MS_MAX;
  while (!(await done())) {
    if (performance.now() > deadlineMs) throw new Error(`gave up waiting for ${what}`);
    await delay(50);
  }
}

async function tell(host: Host, paperFile: string): Promise<boolean> {
  await submitAll(host);
  print('\nThe games end; the exchange publishes its results');
  publish(paperFile, true);
  await until('all trades to settle', async () =>
    (await tradesOf(host)).every(
      (trade) => !['open', 'placing', 'reserved'].includes(trade.status),
    ),
  );
  const trades = await tradesOf(host);
  print(tradeTable(trades.filter((trade) => trade.status !== 'denied')));
  const status = await host.status();
  print(`\nCash, from $1,000.00 at the start · realised P&L $${status.realizedPnl}`);
  print(cashTable(status));
  const broken = await verifyBooks(host.engine.ledger, host.engine.venues);
  for (const line of Object.values(broken).flat()) print(`BROKEN ${line}`);
  const summary = summarise(trades, status, broken);
  print(`\ndemo: ${JSON.stringify(summary)}`);
  return summary.ledgerBalanced && Object.values(summary.invariants).every(Boolean);
}

/** Written aside and renamed: the exchange never reads half a file. */
function publish(path: string, results: boolean): void {
  writeFileSync(`${path}.new`, paperFileText(results));
  renameSync(`${path}.new`, path);
}

async function demo(): Promise<boolean> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ballast-demo-'));
  // As root, Postgres runs as nobody, who has to pass through.
  chmodSync(dataDir, 0o711);
  const paperFile = join(dataDir, 'markets.json');
  publish(paperFile, false);
  const config = readConfig({
    ...DEMO_SETTINGS,
    BALLAST_DATA_DIR: dataDir,
    BALLAST_PORT: '0',
    BALLAST_PAPER_FILE: paperFile,
  });
  print('Ballast demo: paper trading on real Postgres and real Temporal');
  const host = await startHost({ config, anyPort: true, progress: (line) => print(`  ${line}`) });
  try {
    print(`  Temporal Web UI while this runs: ${host.temporalUi ?? 'off'}`);
    return await tell(host, paperFile);
  } finally {
    await host.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

process.exitCode = (await demo()) ? 0 : 1;
