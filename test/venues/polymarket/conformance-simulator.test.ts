/** The suite of all venues on the real adapter against the simulated exchange, for every wallet. */
import type { SignatureType } from '../../../venues/polymarket/sign.ts';
import { runVenueConformance } from '../conformance.ts';
import { newPolymarketOnSimulator } from './simulated.ts';

const WALLETS: readonly (readonly [SignatureType, string])[] = [
  [0, 'its own address'],
  [1, 'a proxy'],
  [2, 'a Safe'],
  [3, 'a deposit wallet'],
];

for (const [signatureType, wallet] of WALLETS) {
  runVenueConformance({
    name: `Polymarket on the simulator, paying from ${wallet}`,
    newVenue: async () => {
      const t = await newPolymarketOnSimulator(signatureType);
      // What was bought can be sold at once: how long that takes is no rule of the suite's.
      await t.simulator.admin('setSettlement', { minedMs: 0, confirmedMs: 0 });
      return t;
    },
    natures: [],
  });
}
