/** The registry of pairs as people read it. */
import type { PairView } from '../../contracts/requests.ts';
import type { LedgerDb } from '../database.ts';
import type { StoredPair } from '../verbs/pair-rows.ts';
import { findPair, listPairs } from '../verbs/pairs.ts';
import { instantText, orNull } from './view-text.ts';

/** All pairs, by id. */
export async function readPairs(db: LedgerDb): Promise<PairView[]> {
  return (await listPairs(db)).map(pairView);
}

/** One pair; undefined where none has this id. */
export async function readPair(db: LedgerDb, id: string): Promise<PairView | undefined> {
  const pair = await findPair(db, id);
  return pair === undefined ? undefined : pairView(pair);
}

/** A stored pair for people. */
export function pairView(pair: StoredPair): PairView {
  return {
    id: pair.id,
    kalshi: { market: pair.kalshiMarket, title: pair.kalshiTitle },
    polymarket: {
      market: pair.polymarketMarket,
      title: pair.polymarketTitle,
      outcome: pair.polymarketLabel,
    },
    rulesHash: pair.rulesHash,
    rulesMissing: [...pair.rulesAbsent],
    addedBy: pair.addedBy,
    addedAt: instantText(pair.addedAtMs),
    reason: pair.reason,
    approvedBy: pair.approvedBy,
    approvedAt: orNull(pair.approvedAtMs, instantText),
  };
}
