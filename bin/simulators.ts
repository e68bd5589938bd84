/** The venues that have a simulator. */
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import type { VenueId } from '../domain/venue-id.ts';
import { createKalshiSimulator } from '../simulator/kalshi/kalshi-simulator.ts';
import { createPolymarketSimulator } from '../simulator/polymarket/polymarket-simulator.ts';
import type { SimulatorClock, VenueSimulator } from '../simulator/venue-simulator.ts';

/** What a simulated venue is made from. */
export interface SimulatorSetting {
  readonly clock: SimulatorClock;
  readonly seed: string;
}

/** A venue with a key made for this run, and the variables with which a desk trades there. */
export interface SimulatedVenue {
  readonly venue: VenueSimulator;
  /** What a file of the private key is to hold, where the venue's variables name a file. */
  readonly keyText?: string;
  /** @param at the venue's address, and the file that holds `keyText` */
  readonly environment: (at: { url: string; keyFile: string }) => Readonly<Record<string, string>>;
}

export type SimulatorFactory = (setting: SimulatorSetting) => SimulatedVenue;

export type SimulatorRegistry = Readonly<Partial<Record<VenueId, SimulatorFactory>>>;

/** One entry a venue. */
export const SIMULATORS: SimulatorRegistry = {
  kalshi: ({ clock, seed }) => {
    const key = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const keyId = randomUUID();
    const keys = [{ keyId, publicKeyPem: key.publicKey }];
    return {
      venue: createKalshiSimulator({ clock, seed, keys }),
      keyText: key.privateKey,
      environment: ({ url, keyFile }) => ({
        KALSHI_BASE_URL: `${url}/trade-api/v2`,
        KALSHI_API_KEY: keyId,
        KALSHI_PRIVATE_KEY_PATH: keyFile,
      }),
    };
  },
  polymarket: ({ clock, seed }) => {
    // The venue's variables hold the key itself, not a file: it is printed, and opens nothing
    // but this run of the simulator.
    const privateKey = generatePrivateKey();
    const account = {
      privateKeyAddress: privateKeyToAddress(privateKey),
      signatureType: 0,
      apiKey: randomUUID(),
      secret: randomBytes(32).toString('base64'),
      passphrase: randomBytes(16).toString('hex'),
    } as const;
    return {
      venue: createPolymarketSimulator({ clock, seed, accounts: [account] }),
      environment: ({ url }) => ({
        POLYMARKET_BASE_URL: url,
        POLYMARKET_GAMMA_BASE_URL: `${url}/gamma`,
        POLYMARKET_DATA_BASE_URL: `${url}/data-api`,
        POLYMARKET_SITE_BASE_URL: `${url}/site`,
        POLYMARKET_SOCKET_BASE_URL: url.replace('http', 'ws'),
        POLYMARKET_PRIVATE_KEY: privateKey,
        POLYMARKET_SIGNATURE_TYPE: '0',
        POLYMARKET_API_KEY: account.apiKey,
        POLYMARKET_SECRET: account.secret,
        POLYMARKET_PASSPHRASE: account.passphrase,
      }),
    };
  },
};
