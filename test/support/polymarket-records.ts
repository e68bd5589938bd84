/** What the simulated Polymarket holds, as the checkers of the invariants read venues' records. */
import { parseDecimal } from '../../domain/decimal.ts';
import type { VenueRecords } from '../../domain/invariants/verify.ts';
import type { PolymarketRecords } from '../../simulator/polymarket/oracle.ts';
import type { Queryable } from '../../venues/paper/records.ts';
import { readPaperRecords } from '../../venues/paper/records.ts';
import { eventually } from './desk.ts';
import type { RehearsalDesk } from './rehearsal-desk.ts';
import type { TestSimulator } from './simulator.ts';

const VENUE = { book: 'rehearsal', venue: 'polymarket' } as const;
const RESTING = /^(LIVE|DELAYED|UNMATCHED)/;

const text = (value: unknown): string => String(value);
const micros = (value: unknown): bigint => BigInt(parseDecimal(text(value))!);

/** The simulator's records beside the paper exchange's, for `verifyBooks`. */
export function recordsWith(simulator: TestSimulator): typeof readPaperRecords {
  return async (database) => {
    const paper = await readPaperRecords(database);
    const identityOf = await identities(database);
    const polymarket = venueRecords(simulator.records() as PolymarketRecords, identityOf);
    return {
      orders: [...paper.orders, ...polymarket.orders],
      fills: [...paper.fills, ...polymarket.fills],
      settlements: [...paper.settlements, ...polymarket.settlements],
      unreadBooks: ['live'],
    };
  };
}

/** The venue knows an order by its hash alone; one that no ledger row names keeps it. */
async function identities(database: Queryable): Promise<(hash: unknown) => string> {
  const { rows } = await database.query('SELECT id, venue_order_id FROM venue_order');
  const known = new Map(
    (rows as { id: string; venue_order_id: string }[]).map((row) => [row.venue_order_id, row.id]),
  );
  return (hash) => known.get(text(hash)) ?? text(hash);
}

function venueRecords(
  { orders, fills, markets }: PolymarketRecords,
  identityOf: (hash: unknown) => string,
): VenueRecords {
  return {
    orders: orders.map((order) => ({
      ...VENUE,
      clientOrderId: identityOf(order['id']),
      venueOrderId: text(order['id']),
      status: RESTING.test(text(order['status'])) ? 'resting' : 'final',
    })),
    fills: fills.flatMap((fill) => {
      const made = {
        ...VENUE,
        fillId: `${text(fill['trade_id'])}:${text(fill['order_id'])}`,
        clientOrderId: identityOf(fill['order_id']),
        venueOrderId: text(fill['order_id']),
        action: fill['side'] === 'SELL' ? ('sell' as const) : ('buy' as const),
        reverts: null,
        quantity: micros(fill['size']),
        priceMicros: micros(fill['price']),
        feeMicros: micros(fill['fee']),
        recordedAtMs: BigInt(Number(fill['matched_at_ms'])),
      };
      if (fill['status'] !== 'FAILED') return [made];
      return [made, { ...made, fillId: `${made.fillId}:failed`, reverts: made.fillId }];
    }),
    settlements: markets.flatMap((market) => {
      const [yes, no] = ((market['payouts'] as string[] | undefined) ?? []).map(micros);
      if (yes === undefined || no === undefined) return [];
      return [
        {
          ...VENUE,
          settlementId: `${text(market['slug'])}@${yes}/${no}`,
          market: text(market['slug']),
          payoutYes: yes,
          payoutNo: no,
          recordedAtMs: BigInt(Number(market['closed_at_ms'])),
        },
      ];
    }),
  };
}

/** What the wallet has made of what it was given: its cash, and what it may still redeem. µ$ */
export async function pnlTwice(
  desk: RehearsalDesk,
  givenMicros: bigint,
): Promise<{ venue: bigint; ledger: bigint }> {
  const { cash, redeemable } = worthOf(desk.simulator);
  const { rows } = await desk.query<{ pnl: bigint | null }>(
    `SELECT sum(pnl)::bigint AS pnl FROM trade WHERE book = 'rehearsal'`,
  );
  return { venue: cash + redeemable - givenMicros, ledger: BigInt(rows[0]?.pnl ?? 0) };
}

/** The wallet's cash and what it may redeem, µ$. */
export function worthOf(simulator: TestSimulator): { cash: bigint; redeemable: bigint } {
  const { balances, redeemable } = simulator.records() as PolymarketRecords;
  const cash = balances.filter(({ asset }) => asset === 'pUSD');
  return {
    cash: cash.reduce((sum, { held }) => sum + micros(held), 0n),
    redeemable: redeemable.reduce((sum, { amount }) => sum + micros(amount), 0n),
  };
}

/** Waits until every trade of a market is confirmed: before, its tokens can be neither sold nor redeemed. */
export async function confirmed(simulator: TestSimulator, slug: string): Promise<void> {
  await eventually(`the trades of ${slug} to be confirmed`, () => {
    const { fills } = simulator.records() as PolymarketRecords;
    const mine = fills.filter((fill) => fill['slug'] === slug);
    const over = mine.length > 0 && mine.every(({ status }) => status === 'CONFIRMED');
    return Promise.resolve(over ? true : undefined);
  });
}
