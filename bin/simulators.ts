/** The venues that have a simulator. */
import type { VenueId } from '../domain/venue-id.ts';
import { createKalshiSimulator } from '../simulator/kalshi/kalshi-simulator.ts';
import type { SimulatorClock, VenueSimulator } from '../simulator/venue-simulator.ts';

/** What a simulated venue is made from. */
export interface SimulatorSetting {
  readonly clock: SimulatorClock;
  readonly seed: string;
  /** The key a desk trades with there, made for this run: an RSA key and its id. */
  readonly key: { readonly keyId: string; readonly publicKeyPem: string };
}

/** A venue, and the variables with which a desk trades there. */
export interface SimulatedVenue {
  readonly venue: VenueSimulator;
  /** @param at the venue's address, and the file that holds the private key */
  readonly environment: (at: { url: string; keyFile: string }) => Readonly<Record<string, string>>;
}

export type SimulatorFactory = (setting: SimulatorSetting) => SimulatedVenue;

export type SimulatorRegistry = Readonly<Partial<Record<VenueId, SimulatorFactory>>>;

/** One entry a venue. */
export const SIMULATORS: SimulatorRegistry = {
  kalshi: ({ clock, seed, key }) => ({
    venue: createKalshiSimulator({ clock, seed, keys: [key] }),
    environment: ({ url, keyFile }) => ({
      KALSHI_BASE_URL: `${url}/trade-api/v2`,
      KALSHI_API_KEY: key.keyId,
      KALSHI_PRIVATE_KEY_PATH: keyFile,
    }),
  }),
};
