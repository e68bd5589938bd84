/** Registers and proposes pairs on a test desk, and waits for what becomes of them. */
import type { TradeView } from '../../contracts/http.ts';
import type { ProposalInput } from '../../contracts/proposal.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import { addPair } from '../../ledger/verbs/pairs.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import type { Venue } from '../../venues/venue.ts';
import type { TestDesk } from './desk.ts';
import { eventually } from './desk.ts';
import { pairIds, pairProposal } from './markets.ts';

/** Registers the pair of `pairMarkets(name)`, as a person would after reading both rules. */
export async function registerPair(desk: TestDesk, name: string): Promise<void> {
  const { ledger, clock } = desk.engine;
  const ids = pairIds(name);
  const legs = [
    { venue: 'kalshi' as const, market: ids.kalshi, outcome: 'yes' },
    { venue: 'polymarket' as const, market: ids.polymarket, outcome: 'Away' },
  ];
  const asked = await Promise.all(
    legs.map(async (leg) => ({
      ...leg,
      facts: (await venueOf(desk, leg.venue).market(leg.market)) ?? null,
    })),
  );
  const outcome = await addPair(
    ledger.db,
    { id: name, legs: asked, actor: 'tester', reason: 'both rules read' },
    await clock.read(),
  );
  if (outcome.kind === 'refused') throw new Error(`${outcome.field}: ${outcome.detail}`);
}

/** The desk's paper exchange of one venue. */
export function venueOf(desk: TestDesk, id: VenueId): Venue {
  const found = desk.engine.venues.find((venue) => venue.id === id);
  if (found === undefined) throw new Error(`the desk has no venue ${id}`);
  return found;
}

/** Registers and proposes a pair; the answer must be an acceptance. */
export async function proposePair(
  desk: TestDesk,
  id: string,
  name: string,
  rest: Partial<ProposalInput> = {},
): Promise<void> {
  await registerPair(desk, name);
  const { body } = await desk.submit(pairProposal(id, name, rest));
  if (!('status' in body) || (body.status !== 'accepted' && body.status !== 'pending')) {
    throw new Error(`${id} was not accepted: ${JSON.stringify(body)}`);
  }
}

/** Waits until the trade has come to one of `statuses`. */
export async function tradeIn(
  desk: TestDesk,
  id: string,
  statuses: readonly TradeView['status'][],
  withinMs = 30_000,
): Promise<TradeView> {
  let last: string | undefined;
  try {
    return await eventually(
      `${id} to be ${statuses.join(' or ')}`,
      async () => {
        const trade = await findTrade(desk.engine.ledger.db, id);
        last = trade?.status;
        return trade !== undefined && statuses.includes(trade.status) ? trade : undefined;
      },
      withinMs,
    );
  } catch (error) {
    throw new Error(`${(error as Error).message}; it is ${last ?? 'unknown'}`, { cause: error });
  }
}
