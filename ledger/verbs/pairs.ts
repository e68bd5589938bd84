/** The registry of pairs: who said that two outcomes are one thing, and who confirmed it. */
import type { ClockReading } from '../../domain/clock.ts';
import type { PairKey } from '../../domain/pairs.ts';
import { sameMarkets } from '../../domain/pairs.ts';
import type { Proposal } from '../../domain/proposal.ts';
import type { LegFacts, PairView } from '../../domain/risk/view.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { NotInLedger } from '../errors.ts';
import { appendAudit } from './audit.ts';
import type { AddPairOutcome, PairAsked, Refused, StoredPair } from './pair-rows.ts';
import { contentOf, hashOf, keyOf, pairOf, refused } from './pair-rows.ts';

/**
 * Registers a pair; its opposites are the same pair. The same content again changes nothing; rule
 * texts that have changed meanwhile are taken over and take the approval away.
 */
export async function addPair(
  db: LedgerDb,
  asked: PairAsked,
  reading: ClockReading,
): Promise<AddPairOutcome> {
  const wanted = contentOf(asked);
  if ('kind' in wanted) return wanted;
  return db.transaction().execute(async (tx): Promise<AddPairOutcome> => {
    const { id, actor, reason } = asked;
    const values = { ...wanted, added_by: actor, added_at_ms: reading.atMs, reason };
    const inserted = await tx
      .insertInto('pair')
      .values({ id, ...values })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (inserted === undefined) {
      const refused = await refusalOf(tx, id, keyOf(wanted));
      if (refused !== undefined) return refused;
      const stored = (await readPair(tx, id, 'lock'))!;
      if (stored.rulesHash === wanted.rules_hash) return { kind: 'unchanged', pair: stored };
      await tx
        .updateTable('pair')
        .set({ ...values, approved_by: null, approved_at_ms: null })
        .where('id', '=', id)
        .execute();
    }
    const detail = { id, ...wanted };
    const entry = { actor, reason, verified: true, action: 'pair.added', detail };
    await appendAudit(tx, entry, reading.atMs);
    const pair = (await readPair(tx, id))!;
    return { kind: inserted === undefined ? 'renewed' : 'added', pair };
  });
}

/**
 * Confirms by name that a pair is one thing and that both rule texts were read.
 * @returns false where it was approved before
 * @throws NotInLedger
 */
export async function approvePair(
  db: LedgerDb,
  { id, actor, reason }: { id: string; actor: string; reason: string },
  reading: ClockReading,
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const pair = await readPair(tx, id, 'lock');
    if (pair === undefined) throw new NotInLedger('pair', id);
    if (pair.approvedBy !== null) return false;
    await tx
      .updateTable('pair')
      .set({ approved_by: actor, approved_at_ms: reading.atMs })
      .where('id', '=', id)
      .execute();
    const detail = { id, rulesHash: pair.rulesHash };
    const entry = { actor, reason, verified: true, action: 'pair.approved', detail };
    await appendAudit(tx, entry, reading.atMs);
    return true;
  });
}

/** All pairs, by id. */
export async function listPairs(db: LedgerDb): Promise<StoredPair[]> {
  const rows = await db.selectFrom('pair').selectAll().orderBy('id').execute();
  return rows.map(pairOf);
}

/** One pair; undefined where none has this id. */
export function findPair(db: LedgerDb, id: string): Promise<StoredPair | undefined> {
  return readPair(db, id);
}

/** The pair that a two-leg proposal names, else the one with its markets. */
export async function pairOfProposal(
  tx: LedgerDb | LedgerTx,
  proposal: Proposal,
  facts: readonly LegFacts[],
): Promise<PairView | undefined> {
  if (proposal.legs.length !== 2) return undefined;
  const place = (venue: VenueId): number => proposal.legs.findIndex((leg) => leg.venue === venue);
  const kalshi = place('kalshi');
  const polymarket = place('polymarket');
  if (kalshi < 0 || polymarket < 0) return undefined;
  const row = await tx
    .selectFrom('pair')
    .selectAll()
    .$if(proposal.pair !== undefined, (query) => query.where('id', '=', proposal.pair!))
    .$if(proposal.pair === undefined, (query) =>
      query
        .where('kalshi_market', '=', proposal.legs[kalshi]!.market)
        .where('polymarket_market', '=', proposal.legs[polymarket]!.market),
    )
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const markets = [facts[kalshi]!.market?.value, facts[polymarket]!.market?.value];
  const known = markets.every((market) => market !== undefined && market !== null);
  return {
    registered: pairOf(row),
    rulesHashNow: known ? hashOf(markets[0]!, markets[1]!) : undefined,
  };
}

/** Why a pair that was not inserted is not the one that is there. */
async function refusalOf(tx: LedgerTx, id: string, key: PairKey): Promise<Refused | undefined> {
  const sameId = await readPair(tx, id);
  if (sameId !== undefined) {
    if (!sameMarkets(sameId, key)) {
      const detail = `pair ${id} is registered for ${sameId.kalshiMarket} and ${sameId.polymarketMarket}; choose another id`;
      return refused('id', detail);
    }
    if (sameId.polymarketOutcome !== key.polymarketOutcome) {
      const detail = `pair ${id} is registered with Kalshi yes and ${sameId.polymarketLabel}; these outcomes pay together or not at all`;
      return refused('legs.1.outcome', detail);
    }
    return undefined;
  }
  const other = await tx
    .selectFrom('pair')
    .select('id')
    .where('kalshi_market', '=', key.kalshiMarket)
    .where('polymarket_market', '=', key.polymarketMarket)
    .executeTakeFirst();
  return refused('legs', `these markets are registered as pair ${other?.id ?? 'of another id'}`);
}

function selectPair(db: LedgerDb | LedgerTx, id: string, access: 'lock' | 'read') {
  return db
    .selectFrom('pair')
    .selectAll()
    .where('id', '=', id)
    .$if(access === 'lock', (query) => query.forUpdate())
    .executeTakeFirst();
}

async function readPair(
  db: LedgerDb | LedgerTx,
  id: string,
  access: 'lock' | 'read' = 'read',
): Promise<StoredPair | undefined> {
  const row = await selectPair(db, id, access);
  return row === undefined ? undefined : pairOf(row);
}
