/** What the simulated Kalshi holds, as the checkers of the invariants read venues' records. */
import type { VenueRecords } from '../../domain/invariants/verify.ts';
import { parseDecimal } from '../../domain/decimal.ts';
import { kalshiSettlementPnl } from '../../domain/kalshi-settlement.ts';
import { microContracts, micros as money, priceMicros } from '../../domain/money.ts';
import type { KalshiRecords } from '../../simulator/kalshi/oracle.ts';
import { readPaperRecords } from '../../venues/paper/records.ts';
import type { TestDesk } from './desk.ts';
import type { TestSimulator } from './simulator.ts';

const VENUE = { book: 'rehearsal', venue: 'kalshi' } as const;
const UNIT = 1_000_000n;

const micros = (value: unknown): bigint => BigInt(parseDecimal(String(value))!);
const text = (value: unknown): string => String(value);

/** As the adapter spells it: the venue leaves trailing zeros out. */
const instant = (value: unknown): string => new Date(text(value)).toISOString();

/** The simulator's records beside the paper exchange's, for `verifyBooks`. */
export function recordsWith(simulator: TestSimulator): typeof readPaperRecords {
  return async (database) => {
    const paper = await readPaperRecords(database);
    const kalshi = venueRecords(simulator.records() as KalshiRecords);
    return {
      orders: [...paper.orders, ...kalshi.orders],
      fills: [...paper.fills, ...kalshi.fills],
      settlements: [...paper.settlements, ...kalshi.settlements],
      unreadBooks: ['live'],
    };
  };
}

function venueRecords({ orders, fills, settlements, markets }: KalshiRecords): VenueRecords {
  const terms = new Map(orders.map((order) => [order['order_id'], order]));
  const valueOf = new Map(markets.map((one) => [one['ticker'], one['settlement_value_dollars']]));
  return {
    orders: orders.map((order) => ({
      ...VENUE,
      clientOrderId: text(order['client_order_id']),
      venueOrderId: text(order['order_id']),
      status: order['status'] === 'resting' ? 'resting' : 'final',
    })),
    fills: fills.map((fill) => {
      // Every order of the runs that use this buys: the side of a fill is the outcome bought.
      const side = terms.get(fill['order_id'])?.['outcome_side'] === 'no' ? 'no' : 'yes';
      return {
        ...VENUE,
        fillId: text(fill['trade_id']),
        clientOrderId: text(fill['client_order_id']),
        venueOrderId: text(fill['order_id']),
        action: 'buy',
        reverts: null,
        quantity: micros(fill['count_fp']),
        priceMicros: micros(fill[`${side}_price_dollars`]),
        feeMicros: micros(fill['fee_cost']),
        recordedAtMs: BigInt(Date.parse(text(fill['created_time']))),
      };
    }),
    settlements: settlements.map((row) => {
      const payoutYes = micros(valueOf.get(row['ticker']));
      return {
        ...VENUE,
        settlementId: `${text(row['ticker'])}@${instant(row['settled_time'])}`,
        market: text(row['ticker']),
        payoutYes,
        payoutNo: UNIT - payoutYes,
        recordedAtMs: BigInt(Date.parse(text(row['settled_time']))),
      };
    }),
  };
}

function pnlOf(row: Record<string, unknown>, payout: unknown): number {
  const of = (field: string): number => Number(micros(row[field]));
  return kalshiSettlementPnl(
    {
      yesQuantity: microContracts(of('yes_count_fp')),
      yesCostMicros: money(of('yes_total_cost_dollars')),
      noQuantity: microContracts(of('no_count_fp')),
      noCostMicros: money(of('no_total_cost_dollars')),
      feeMicros: money(of('fee_cost')),
    },
    priceMicros(Number(micros(payout))),
  );
}

/** The P&L by the venue's settlement rows, gross counts and all, against the ledger's. µ$ */
export async function pnlTwice(
  desk: TestDesk,
  simulator: TestSimulator,
): Promise<{ venue: bigint; ledger: bigint }> {
  const { settlements, markets } = simulator.records() as KalshiRecords;
  const valueOf = new Map(markets.map((one) => [one['ticker'], one['settlement_value_dollars']]));
  const venue = settlements.reduce(
    (sum, row) => sum + BigInt(pnlOf(row, valueOf.get(row['ticker']))),
    0n,
  );
  const { rows } = await desk.query<{ pnl: bigint | null }>(
    `SELECT sum(pnl)::bigint AS pnl FROM trade WHERE book = 'rehearsal'`,
  );
  return { venue, ledger: BigInt(rows[0]?.pnl ?? 0) };
}
