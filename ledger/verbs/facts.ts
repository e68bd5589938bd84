import { sql } from 'kysely';
import { CLOCK_SKEW_MS_MAX } from '../../domain/day.ts';
import type { Quote, VenueBalance, VenueMarket, VenueStatus } from '../../domain/market.ts';
import { resolveOutcome } from '../../domain/market.ts';
import type { ProposalLeg } from '../../domain/proposal.ts';
import type { Fact, LegFacts } from '../../domain/risk/view.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';

/** What was read about one leg; null where the venue has no such market. */
export interface FetchedFacts {
  readonly venue: VenueId;
  readonly marketId: string;
  readonly market: VenueMarket | null;
  readonly quote?: Quote;
  readonly status: VenueStatus;
  /** For a book whose orders reach an exchange. */
  readonly balance?: VenueBalance;
  readonly asOfMs: number;
}

/** Stores facts; a reading somewhat older than the stored one never replaces it. */
export async function storeFacts(db: LedgerDb, book: Book, facts: FetchedFacts): Promise<void> {
  const base = { book, venue: facts.venue, as_of_ms: facts.asOfMs };
  const rows = [
    { ...base, kind: 'market' as const, key: facts.marketId, body: JSON.stringify(facts.market) },
    // Parts of a venue may stop alone, and each has a balance of its own.
    { ...base, kind: 'status' as const, key: facts.marketId, body: JSON.stringify(facts.status) },
    ...(facts.balance === undefined
      ? []
      : [
          {
            ...base,
            kind: 'balance' as const,
            key: facts.marketId,
            body: JSON.stringify(facts.balance),
          },
        ]),
    ...(facts.quote === undefined
      ? []
      : [
          {
            ...base,
            kind: 'quote' as const,
            key: quoteKey(facts.marketId, facts.quote.outcome),
            body: JSON.stringify(facts.quote),
            as_of_ms: facts.quote.asOfMs,
          },
        ]),
  ];
  await db
    .insertInto('fact')
    // Sorted, so that two writers lock the rows in the same order.
    .values(rows.toSorted((a, b) => (`${a.kind}${a.key}` < `${b.kind}${b.key}` ? -1 : 1)))
    .onConflict((conflict) =>
      conflict
        .columns(['book', 'venue', 'kind', 'key'])
        .doUpdateSet((eb) => ({
          body: eb.ref('excluded.body'),
          as_of_ms: eb.ref('excluded.as_of_ms'),
        }))
        // One far ahead of this reading was stored before a clock jumped back: it goes too.
        .where(
          sql<boolean>`fact.as_of_ms <= excluded.as_of_ms
            OR fact.as_of_ms > excluded.as_of_ms + ${CLOCK_SKEW_MS_MAX}`,
        ),
    )
    .execute();
}

/** The stored facts of each leg, in their order. */
export async function readLegFacts(
  tx: LedgerDb | LedgerTx,
  book: Book,
  legs: readonly ProposalLeg[],
): Promise<LegFacts[]> {
  const facts: LegFacts[] = [];
  // One after the other: a transaction has one connection.
  for (const leg of legs) facts.push(await readFacts(tx, book, leg));
  return facts;
}

async function readFacts(tx: LedgerDb | LedgerTx, book: Book, leg: ProposalLeg): Promise<LegFacts> {
  const keys = [leg.market, quoteKey(leg.market, 0), quoteKey(leg.market, 1)];
  const rows = await tx
    .selectFrom('fact')
    .select(['kind', 'key', 'body', 'as_of_ms'])
    .where('book', '=', book)
    .where('venue', '=', leg.venue)
    .where(sql<boolean>`key = ANY(${keys})`)
    .execute();
  const find = <Value>(kind: string, key: string): Fact<Value> | undefined => {
    const row = rows.find((one) => one.kind === kind && one.key === key);
    return row && { value: row.body as Value, asOfMs: toNumber(row.as_of_ms) };
  };
  const market = find<VenueMarket | null>('market', leg.market);
  const outcome = market?.value == null ? undefined : resolveOutcome(market.value, leg.outcome);
  return {
    market,
    quote: outcome === undefined ? undefined : find<Quote>('quote', quoteKey(leg.market, outcome)),
    status: find<VenueStatus>('status', leg.market),
    balance: find<VenueBalance>('balance', leg.market),
  };
}

function quoteKey(marketId: string, outcome: number): string {
  return `${marketId}/${outcome}`;
}
