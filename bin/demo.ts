/**
 * `npm run demo`: real Postgres, real Temporal, the paper exchange; pairs and single legs from
 * proposal to recorded P&L, and a UTC midnight with its daily reset, in a data directory of its own.
 */
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../contracts/config.ts';
import { readConfig } from '../contracts/config.ts';
import type { TradeView } from '../contracts/http.ts';
import { proposalSchema } from '../contracts/proposal.ts';
import { listTrades } from '../ledger/read/trades.ts';
import { DAY_MS, nextUtcMidnightMs, utcDate } from '../domain/day.ts';
import { DAILY_RESET_ID } from '../workflows/messages.ts';
import type { SteppableClock } from './demo/clock.ts';
import { steppableClock } from './demo/clock.ts';
import { answerLine, cashTable, dayLines, summarise, tradeTable, usd } from './demo/report.ts';
import type { Results } from './demo/markets.ts';
import { GAMES, paperFileText, slugOf, tickerOf } from './demo/markets.ts';
import type { Opportunity } from './demo/script.ts';
import {
  DEMO_SETTINGS,
  DOUBTED,
  EVENING,
  LAST_OF_THE_DAY,
  MORNING,
  NEXT_DAY,
  pairIdOf,
} from './demo/script.ts';
import type { Host } from './host.ts';
import { startHost } from './host.ts';
import { httpPorts } from './http-ports.ts';
import { verifyBooks } from './verify.ts';

const WAIT_MS_MAX = 120_000;
const TRADES_MAX = 200;
const BOOK = 'paper';
const BEFORE_MIDNIGHT_MS = 2_000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** The trades of the story, oldest first. */
async function tradesOf(host: Host) {
  return (await listTrades(host.engine.ledger.db, { limit: TRADES_MAX })).toReversed();
}

async function submitAll(host: Host, opportunities: readonly Opportunity[]): Promise<void> {
  for (const { what, proposal } of opportunities) {
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

/** What a person would do over HTTP with an admin's token. */
function asAdmin(host: Host, config: Config) {
  return httpPorts(host.engine, config, (error, context) => print(`${context}: ${String(error)}`));
}

/** Registers the evening's pairs and approves them, as somebody does who has read the rules. */
async function registerPairs(host: Host, config: Config): Promise<void> {
  const admin = asAdmin(host, config);
  const by = { actor: 'you', reason: 'both rule texts read' };
  for (const game of GAMES) {
    const id = pairIdOf(game);
    const added = await admin.addPair({
      id,
      kalshi: tickerOf(game),
      polymarket: slugOf(game),
      outcome: game.home,
      ...by,
    });
    if (!('pair' in added)) throw new Error(`pair ${id}: ${added.detail}`);
    await admin.approvePair({ id, ...by });
  }
  print(`\n${GAMES.length} pairs are registered, each with the hash of both rule texts`);
}

/** Pairs too good to be believed wait undecided; a person lets one pass and declines the other. */
async function askAPerson(host: Host, config: Config): Promise<void> {
  const admin = asAdmin(host, config);
  for (const { what, proposal, answer, reason } of DOUBTED) {
    const id = proposal.id!;
    const waits = await host.submit({ id, proposal: proposalSchema.parse(proposal) });
    print(answerLine(what, waits.body));
    const asked = { id, actor: 'you', reason };
    const done = await (answer === 'approve'
      ? admin.approveProposal(asked)
      : admin.declineProposal(asked));
    print(`    you ${answer} it (${reason}): ${done.kind}`);
    await decided(host, id);
    await placed(host, id);
  }
}

async function decided(host: Host, id: string): Promise<void> {
  await until(`proposal ${id} to be decided`, async () => {
    const trade = (await tradesOf(host)).find((one) => one.id === id);
    return trade !== undefined && trade.status !== 'awaiting_approval';
  });
}

async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  await untilFound(what, async () => ((await done()) ? true : undefined));
}

async function untilFound<Value>(
  what: string,
  look: () => Promise<Value | undefined>,
): Promise<Value> {
  const deadlineMs = performance.now() + WAIT_MS_MAX;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadlineMs) throw new Error(`gave up waiting for ${what}`);
    await delay(50);
  }
}

/** Nothing is under way any more: everything the exchange has a result for is booked. */
function settled(host: Host): Promise<void> {
  return settledButFor(host, []);
}

async function settledButFor(host: Host, ids: readonly string[]): Promise<void> {
  await until('all trades to settle', async () =>
    (await tradesOf(host)).every(
      ({ id, status }) => ids.includes(id) || !['open', 'placing', 'reserved'].includes(status),
    ),
  );
}

/**
 * Sets the clock shortly before the next UTC midnight, lets it pass, and runs the daily reset as
 * its Schedule does.
 */
async function crossMidnight(host: Host, clock: SteppableClock): Promise<void> {
  const { engine } = host;
  const midnightMs = nextUtcMidnightMs((await clock.read()).atMs);
  clock.stepTo(midnightMs - BEFORE_MIDNIGHT_MS);
  print(`\nIt is ${new Date(midnightMs - BEFORE_MIDNIGHT_MS).toISOString()}; midnight comes`);
  // The schedule counts in whole seconds: one more and its date is the new one.
  await until('midnight', async () => (await clock.read()).atMs > midnightMs + 1_000);
  const schedule = engine.client.schedule.getHandle(DAILY_RESET_ID);
  const runs = async (): Promise<string[]> =>
    (await schedule.describe()).info.recentActions.map(({ action }) => action.workflow.workflowId);
  const before = await runs();
  await schedule.trigger();
  const run = await untilFound('the daily reset to start', async () =>
    (await runs()).find((id) => !before.includes(id)),
  );
  await engine.client.workflow.getHandle(run).result();
  const day = utcDate(midnightMs - 1);
  const report = await untilFound('the report', () => engine.ledger.findReport(BOOK, day));
  for (const line of dayLines(report)) print(line);
}

async function tell(host: Host, config: Config, clock: SteppableClock): Promise<boolean> {
  const paperFile = config.environment.BALLAST_PAPER_FILE!;
  await registerPairs(host, config);
  print('\nBefore the games');
  await submitAll(host, MORNING);
  print('\nToo good to be true: these wait for a person, with nothing held');
  await askAPerson(host, config);
  print('\nThe games end; the exchanges publish their results');
  publish(paperFile, 'first day');
  await settledButFor(host, ['nshcar']);
  print(tradeTable((await tradesOf(host)).filter(wasAccepted)));
  print('\nThe evening: what was lost today counts');
  await submitAll(host, EVENING);
  print('\nAnd one more');
  await submitAll(host, LAST_OF_THE_DAY);
  await crossMidnight(host, clock);
  print('\nThe new day: the limits are refilled');
  await submitAll(host, NEXT_DAY);
  publish(paperFile, 'all');
  await settled(host);
  const trades = await tradesOf(host);
  const known = new Set(['nshcar', 'fed', ...NEXT_DAY.map(({ proposal }) => proposal.id)]);
  print(tradeTable(trades.filter(({ id }) => known.has(id))));
  const status = await host.status();
  print(`\nCash, from $1,000.00 at the start · realised P&L ${usd(status.realizedPnl)}`);
  print(cashTable(status));
  const { invariants } = await verifyBooks(host.engine.ledger);
  const broken = Object.fromEntries(invariants.map(({ id, findings }) => [id, findings]));
  for (const line of Object.values(broken).flat()) print(`BROKEN ${line}`);
  const summary = summarise(trades, status, broken);
  print(`\ndemo: ${JSON.stringify(summary)}`);
  return summary.ledgerBalanced && Object.values(summary.invariants).every(Boolean);
}

function wasAccepted({ status }: TradeView): boolean {
  return status !== 'denied';
}

/** Written aside and renamed: the exchange never reads half a file. */
function publish(path: string, results: Results): void {
  writeFileSync(`${path}.new`, paperFileText(results));
  renameSync(`${path}.new`, path);
}

async function demo(): Promise<boolean> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ballast-demo-'));
  // As root, Postgres runs as nobody, who has to pass through.
  chmodSync(dataDir, 0o711);
  const paperFile = join(dataDir, 'markets.json');
  publish(paperFile, 'none');
  const config = readConfig({
    ...DEMO_SETTINGS,
    BALLAST_DATA_DIR: dataDir,
    BALLAST_PORT: '0',
    BALLAST_PAPER_FILE: paperFile,
  });
  print('Ballast demo: paper trading on real Postgres and real Temporal');
  // Noon of whatever day it is: the first day's story must not run into midnight by itself.
  const clock = steppableClock(nextUtcMidnightMs(Date.now()) - DAY_MS / 2);
  const progress = (line: string): void => print(`  ${line}`);
  const host = await startHost({ config, anyPort: true, clock, progress });
  try {
    print(`  Temporal Web UI while this runs: ${host.temporalUi ?? 'off'}`);
    return await tell(host, config, clock);
  } finally {
    await host.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

process.exitCode = (await demo()) ? 0 : 1;
