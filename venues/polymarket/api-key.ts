/** The API key of a wallet: derived where there is one, made where there is none. */
import { parseJson } from '../../contracts/json.ts';
import { apiKeySchema } from '../../contracts/polymarket/account.ts';
import { Secret } from '../secret.ts';
import { VenueRefused } from '../venue.ts';
import type { TransportDeadlines } from '../http/transport.ts';
import { PolymarketClient, unheard } from './client.ts';
import type { PolymarketUrls } from './hosts.ts';
import type { PolymarketApiKey } from './l2.ts';
import type { PolymarketWalletOptions } from './sign.ts';
import { createWallet } from './sign.ts';

export interface DeriveApiKeyOptions {
  readonly urls: PolymarketUrls;
  readonly wallet: PolymarketWalletOptions;
  /** Unix ms of the wall clock the login is dated by; absent: the machine's. */
  readonly wallMs?: (() => number) | undefined;
  readonly deadlines?: TransportDeadlines | undefined;
}

/** One key a wallet: the same login always derives the same one. */
const NONCE = 0;

/**
 * The wallet's API key: the same one at every call.
 * @throws VenueRefused where the venue makes none, VenueUnreachable where it was not heard
 * @source reference/polymarket.md §1.4
 */
export async function deriveApiKey(
  { urls, wallet: options, wallMs = Date.now, deadlines }: DeriveApiKeyOptions,
  signal?: AbortSignal,
): Promise<PolymarketApiKey> {
  const wallet = createWallet(options);
  const timestamp = String(Math.floor(wallMs() / 1000));
  const signature = await wallet.signLogin(timestamp, NONCE);
  const headers = {
    POLY_ADDRESS: wallet.address,
    POLY_SIGNATURE: signature,
    POLY_TIMESTAMP: timestamp,
    POLY_NONCE: String(NONCE),
  };
  const url = urls.clob;
  const client = new PolymarketClient({
    url,
    deadlines,
    readsPerSecond: 5,
    headersOf: () => headers,
  });
  const { apiKey, secret, passphrase } = await derived(client, signal);
  return { apiKey, secret: new Secret(secret), passphrase: new Secret(passphrase) };
}

async function derived(client: PolymarketClient, signal?: AbortSignal) {
  const derivePath = '/auth/derive-api-key';
  const told = await client.get({ path: derivePath, signal });
  if (told.status >= 200 && told.status < 300) return keyIn(told.text, derivePath);
  const why = client.failure(told, derivePath);
  // What the venue refuses to derive it has not made yet.
  if (!(why instanceof VenueRefused)) throw why;
  const path = '/auth/api-key';
  const answer = await client.send({ method: 'POST', path, signal });
  if (answer.kind !== 'answered') throw unheard(`${path}: ${answer.detail}`);
  if (answer.status >= 300) throw client.failure(answer, path);
  return keyIn(answer.text, path);
}

/** A body that is half a key may hold its secret: it is quoted nowhere. */
function keyIn(text: string, path: string) {
  const key = apiKeySchema.safeParse(parseJson(text));
  if (!key.success) throw unheard(`${path} answered no whole key`);
  return key.data;
}
