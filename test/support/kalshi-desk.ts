/** A desk in rehearsal on a simulated Kalshi, bound and armed. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProposalInput } from '../../contracts/proposal.ts';
import { createKalshiSimulator } from '../../simulator/kalshi/kalshi-simulator.ts';
import type { TestDeskOptions } from './desk.ts';
import type { RehearsalDesk } from './rehearsal-desk.ts';
import { startRehearsalDesk } from './rehearsal-desk.ts';
import { testDirectory } from './servers.ts';
import type { TestSimulator } from './simulator.ts';
import { startTestSimulator } from './simulator.ts';

export const KEY_ID = 'b2a9c1de-0000-4000-8000-0123456789ab';

/** Starts both; the account has $1,000 and the tier with the widest buckets unless told otherwise. */
export async function startKalshiDesk(
  options: Partial<TestDeskOptions> & { readonly tier?: string } = {},
): Promise<RehearsalDesk> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const simulator = await startTestSimulator((clock) =>
    createKalshiSimulator({ clock, keys: [{ keyId: KEY_ID, publicKeyPem }] }),
  );
  await simulator.admin('setUser', { tier: options.tier ?? 'prestige' });
  const keyFile = join(testDirectory('key'), 'kalshi.pem');
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const settings = {
    KALSHI_BASE_URL: `${simulator.url}/trade-api/v2`,
    KALSHI_API_KEY: KEY_ID,
    KALSHI_PRIVATE_KEY_PATH: keyFile,
    ...options.settings,
  };
  return startRehearsalDesk('kalshi', simulator, { ...options, settings });
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
