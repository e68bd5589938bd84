/** A desk in rehearsal: the real adapter against a simulated Kalshi on loopback, bound and armed. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arm, promote, setUpVenue } from '../../bin/live-operator.ts';
import type { Config } from '../../contracts/config.ts';
import { readConfig } from '../../contracts/config.ts';
import type { ProposalInput } from '../../contracts/proposal.ts';
import { createKalshiSimulator } from '../../simulator/kalshi/kalshi-simulator.ts';
import type { TestDesk, TestDeskOptions } from './desk.ts';
import { startTestDesk } from './desk.ts';
import { testDirectory } from './servers.ts';
import type { TestSimulator } from './simulator.ts';
import { startTestSimulator } from './simulator.ts';

export interface KalshiDesk extends TestDesk {
  readonly simulator: TestSimulator;
  /** What a process of this desk is configured with. */
  readonly config: Config;
  /** Bound, promoted and armed: from here on it trades the rehearsal book. */
  goLive(): Promise<void>;
}

export const KEY_ID = 'b2a9c1de-0000-4000-8000-0123456789ab';

/** Everything compressed that is long only for the real venue's sake. */
export const COMPRESSED = { unknownHorizonMs: 4_000, readTokensPerSecond: 2_000 } as const;

/** Starts both; the account has $1,000 and the tier with the widest buckets unless told otherwise. */
export async function startKalshiDesk(
  options: Partial<TestDeskOptions> & { readonly tier?: string } = {},
): Promise<KalshiDesk> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const simulator = await startTestSimulator((clock) =>
    createKalshiSimulator({ clock, keys: [{ keyId: KEY_ID, publicKeyPem }] }),
  );
  await simulator.admin('setUser', { tier: options.tier ?? 'prestige' });
  const keyFile = join(testDirectory('key'), 'kalshi.pem');
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const settings = {
    LIVE_TRADING: 'true',
    BALLAST_VENUES: 'kalshi',
    KALSHI_BASE_URL: `${simulator.url}/trade-api/v2`,
    KALSHI_API_KEY: KEY_ID,
    KALSHI_PRIVATE_KEY_PATH: keyFile,
    ...options.settings,
  };
  const desk = await startTestDesk({
    markets: { markets: [] },
    liveTuning: COMPRESSED,
    ...options,
    settings,
  });
  const config = readConfig({ ...desk.environment, DATABASE_URL: desk.databaseUrl });
  return {
    ...desk,
    simulator,
    config,
    goLive: async () => {
      await setUpVenue(config, { venue: 'kalshi', reason: 'a test' });
      await promote(config, 'a test');
      await arm(config, 'a test');
      await desk.engine.runs.ensureStanding();
    },
    close: async () => {
      await desk.close();
      await simulator.close();
    },
  };
}

/** Lists a market whose YES is offered at 0.50, as many contracts as told. */
export async function offer(
  simulator: TestSimulator,
  ticker: string,
  { count = '1000', more = {} }: { count?: string; more?: Record<string, unknown> } = {},
): Promise<void> {
  await simulator.admin('openMarket', { ticker, ...more });
  const yes = { asks: [['0.50', count]], bids: [['0.48', count]] };
  await simulator.admin('setBook', { ticker, yes, no: {} });
}

/** A single leg: 10 YES at 0.50, worth 0.60 to whoever proposes it. */
export function proposalOn(ticker: string, changes: Partial<ProposalInput> = {}): ProposalInput {
  return {
    id: ticker.toLowerCase(),
    strategy: 'rehearsal',
    event: `event:${ticker}`,
    legs: [{ venue: 'kalshi', market: ticker, outcome: 'yes', limitPrice: '0.50' }],
    fairPrice: '0.60',
    quantity: '10',
    ...changes,
  };
}
