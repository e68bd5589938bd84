/** The suite of all venues on the real adapter against the simulated exchange. */
import { expect, test } from '@jest/globals';
import type { SignatureType } from '../../../venues/polymarket/sign.ts';
import { runVenueConformance } from '../conformance.ts';
import { accepted, contracts, orderOf, price, send } from '../venue-under-test.ts';
import { newPolymarketOnSimulator } from './simulated.ts';

/** What was bought can be sold at once: how long that takes is no rule of the suite's. */
async function newSettledAtOnce(signatureType: SignatureType) {
  const t = await newPolymarketOnSimulator(signatureType);
  await t.simulator.admin('setSettlement', { minedMs: 0, confirmedMs: 0 });
  return t;
}

runVenueConformance({
  name: 'Polymarket on the simulator, paying from its own address',
  newVenue: () => newSettledAtOnce(0),
  natures: [],
});

runVenueConformance({
  name: 'Polymarket on the simulator, paying from a deposit wallet',
  newVenue: () => newSettledAtOnce(3),
  natures: [],
});

test.each([1, 2] as const)('a wallet of type %d buys, sells, rests and cancels', async (type) => {
  const t = await newSettledAtOnce(type);
  try {
    const now = { decidedAtMs: t.nowMs() };
    const cash = async () => (await t.venue.balance()).cashMicros;
    t.setBook('M1', { yes: { asks: [['0.50', '10']], bids: [['0.48', '10']] } });
    expect(accepted(await send(t.venue, orderOf(now))).filled).toBe(contracts(10));
    const between = await cash();
    const sale = orderOf({ ...now, action: 'sell', limitPrice: price(0.48) });
    expect(accepted(await send(t.venue, sale)).filled).toBe(contracts(10));
    expect(await cash()).toBeGreaterThan(between);
    const rest = { timeInForce: 'gtd', restUntilMs: t.nowMs() + 60_000 } as const;
    accepted(await send(t.venue, orderOf({ ...now, ...rest })));
    expect(await t.venue.cancelAll()).toBe(1);
    expect((await t.venue.fillsSince(0)).facts.map(({ action }) => action)).toEqual([
      'buy',
      'sell',
    ]);
  } finally {
    await t.close();
  }
});
