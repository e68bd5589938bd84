/** `ballast doctor`: what can be told without starting anything. */
import { accessSync, constants, existsSync } from 'node:fs';
import type { Config } from '../contracts/config.ts';
import { ConfigError } from '../contracts/config.ts';
import type { Check } from '../contracts/http.ts';
import { openLedger } from '../ledger/ledger.ts';
import { openPaperFile } from '../venues/paper/paper-file.ts';
import { serverLocation } from '../worker/embedded/locations.ts';
import { readTokens } from '../worker/tokens.ts';
import { check } from './checks.ts';
import { latchCheck } from './latch.ts';
import { machineClock } from './clock.ts';
import { publicDataOf } from './paper-source.ts';
import { readRunFile } from './run-file.ts';
import { dataDirOf, loadConfig, paperFileOf } from './settings.ts';

/** What can be told without starting anything: configuration, servers, files, a running desk. */
export async function doctorChecks(): Promise<Check[]> {
  const configured = await configCheck();
  if (configured.config === undefined) return [configured.check];
  const { config } = configured;
  const { environment } = config;
  const dataDir = dataDirOf(environment);
  const run = readRunFile(dataDir);
  const databaseUrl = environment.DATABASE_URL ?? run?.databaseUrl;
  return [
    configured.check,
    await check('postgres', () =>
      databaseUrl === undefined ? installed('postgres') : ledgerAnswers(databaseUrl),
    ),
    await check('temporal', () =>
      environment.TEMPORAL_ADDRESS === undefined && run === undefined
        ? installed('temporal')
        : Promise.resolve(environment.TEMPORAL_ADDRESS ?? run?.temporalAddress ?? 'running'),
    ),
    await check('data directory', () => writable(dataDir)),
    await check('halt', () => latchCheck(dataDir)),
    await check('paper quotes', () => paperQuotes(config)),
    ...(await venueChecks(config)),
    await check('tokens', async () => {
      const tokens = await readTokens(dataDir);
      return tokens === undefined ? 'made at first start' : 'trader, operator, admin';
    }),
    await check('desk', () =>
      Promise.resolve(
        run === undefined ? 'not running; start it with: npm start' : `process ${run.pid} runs`,
      ),
    ),
  ];
}

async function configCheck(): Promise<{ check: Check; config?: Config }> {
  try {
    const config = loadConfig();
    const detail = config.liveTrading ? 'valid, LIVE_TRADING=true' : 'valid, LIVE_TRADING=false';
    return { check: { name: 'configuration', ok: true, detail }, config };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { check: { name: 'configuration', ok: false, detail: error.message } };
  }
}

async function installed(server: 'postgres' | 'temporal'): Promise<string> {
  const path = serverLocation(server);
  if (!existsSync(path)) throw new Error(`${path} is missing; run: npm run setup`);
  return `embedded, ${path}`;
}

async function ledgerAnswers(url: string): Promise<string> {
  const ledger = openLedger(url, () => {});
  try {
    const behind = await ledger.pendingMigrations();
    return behind.length === 0 ? 'ledger is current' : 'ledger will be set up at start';
  } finally {
    await ledger.close();
  }
}

async function paperQuotes(config: Config): Promise<string> {
  const { environment } = config;
  if (environment.BALLAST_PAPER_QUOTES === 'venue') return "the venues' public data";
  const file = await openPaperFile(paperFileOf(environment)).read();
  return `${file.markets.length} markets in ${paperFileOf(environment)}`;
}

/** Whether each venue trades from here, where this configuration would ask it: keys are not needed. */
async function venueChecks(config: Config): Promise<Check[]> {
  if (!config.liveTrading && config.environment.BALLAST_PAPER_QUOTES !== 'venue') return [];
  return Promise.all(
    config.venues.map((id) =>
      check(`${id} trades`, async () => {
        const clock = machineClock(config.clockOffsetMs);
        const { trading, detail } = await publicDataOf(id, config, clock).status();
        if (!trading) throw new Error(detail);
        return detail;
      }),
    ),
  );
}

async function writable(dataDir: string): Promise<string> {
  if (!existsSync(dataDir)) return `${dataDir} will be made at first start`;
  accessSync(dataDir, constants.W_OK);
  return dataDir;
}
