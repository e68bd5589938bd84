/** A desk in rehearsal on a simulated Polymarket, bound and armed. */
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import type { ProposalInput } from '../../contracts/proposal.ts';
import { createPolymarketSimulator } from '../../simulator/polymarket/polymarket-simulator.ts';
import type { TestDeskOptions } from './desk.ts';
import type { RehearsalDesk } from './rehearsal-desk.ts';
import { COMPRESSED, startRehearsalDesk } from './rehearsal-desk.ts';
import type { TestSimulator } from './simulator.ts';
import { startTestSimulator } from './simulator.ts';

/** Everything compressed that is long only for the real venue's sake. */
export const POLYMARKET_COMPRESSED = {
  ...COMPRESSED,
  modeHoldMsMax: 300,
  resultIntervalMs: 500,
} as const;

const API_KEY = {
  apiKey: '0b5a4d1e-0000-4000-8000-0123456789ab',
  secret: Buffer.alloc(32, 7).toString('base64'),
  passphrase: 'a passphrase of the tests',
} as const;

/** Starts both; the wallet has $1,000 and the tier with the widest buckets unless told otherwise. */
export async function startPolymarketDesk(
  options: Partial<TestDeskOptions> & { readonly tier?: string } = {},
): Promise<RehearsalDesk> {
  const privateKey = generatePrivateKey();
  const { address } = privateKeyToAccount(privateKey);
  const simulator = await startTestSimulator((clock) =>
    createPolymarketSimulator({
      clock,
      accounts: [{ privateKeyAddress: address, signatureType: 0, ...API_KEY }],
    }),
  );
  await simulator.admin('setAccount', { tier: options.tier ?? 'elite' });
  const settings = {
    ...urlsOf(simulator.url),
    POLYMARKET_PRIVATE_KEY: privateKey,
    POLYMARKET_SIGNATURE_TYPE: '0',
    POLYMARKET_API_KEY: API_KEY.apiKey,
    POLYMARKET_SECRET: API_KEY.secret,
    POLYMARKET_PASSPHRASE: API_KEY.passphrase,
    ...options.settings,
  };
  return startRehearsalDesk('polymarket', simulator, {
    liveTuning: POLYMARKET_COMPRESSED,
    ...options,
    settings,
  });
}

function urlsOf(url: string): Record<string, string> {
  return {
    POLYMARKET_BASE_URL: url,
    POLYMARKET_GAMMA_BASE_URL: `${url}/gamma`,
    POLYMARKET_DATA_BASE_URL: `${url}/data-api`,
    POLYMARKET_SITE_BASE_URL: `${url}/site`,
    POLYMARKET_SOCKET_BASE_URL: url.replace(/^http/, 'ws'),
  };
}

/** Lists a market whose first outcome is offered at 0.50, as many shares as told. */
export async function offer(
  simulator: TestSimulator,
  slug: string,
  { count = '1000', more = {} }: { count?: string; more?: Record<string, unknown> } = {},
): Promise<void> {
  await simulator.admin('openMarket', { slug, ...more });
  const yes = { asks: [['0.50', count]], bids: [['0.48', count]] };
  await simulator.admin('setBook', { slug, yes, no: {} });
}

/** A single leg: 10 of the first outcome at 0.50, worth 0.60 to whoever proposes it. */
export function proposalOn(slug: string, changes: Partial<ProposalInput> = {}): ProposalInput {
  return {
    id: slug,
    strategy: 'rehearsal',
    event: `event:${slug}`,
    legs: [{ venue: 'polymarket', market: slug, outcome: 'yes', limitPrice: '0.50' }],
    fairPrice: '0.60',
    quantity: '10',
    ...changes,
  };
}
