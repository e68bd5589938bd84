/** What markets paid, from the account's settlement rows and the markets themselves. */
import type { KalshiSettlement } from '../../contracts/kalshi/portfolio.ts';
import { settlementPageSchema } from '../../contracts/kalshi/portfolio.ts';
import { formatDecimal } from '../../domain/decimal.ts';
import { kalshiSettlementCash, kalshiSettlementPnl } from '../../domain/kalshi-settlement.ts';
import type { Micros, PriceMicros } from '../../domain/money.ts';
import { MICROS_PER_UNIT, priceMicros } from '../../domain/money.ts';
import type { FactPage, MarketResult, VenueSettlement } from '../venue.ts';
import type { KalshiAccount } from './account.ts';
import { subaccountOf } from './account.ts';
import { VenueUnreachable } from '../venue.ts';
import { cursorOf, minTsOf } from './fills.ts';
import { resultOf } from './public.ts';

const MICROS_PER_CENT = 10_000;

/** A settlement with the venue's own account of it, for reconciliation. */
export interface KalshiSettlementRecord extends VenueSettlement {
  /** By the formula for gross counts; the whole of the market's life, trade fees included. */
  readonly pnlMicros: Micros;
  /** What the venue paid, by its `revenue`: the net position's payout in whole cents. */
  readonly revenueMicros: Micros;
  readonly feeMicros: Micros;
}

/**
 * Every settlement row since `sinceMs`, oldest first. A row counts once its market is finalized;
 * until then the cursor stays before it.
 * @throws VenueUnreachable where a page or a row's market cannot be read
 */
export async function readSettlements(
  account: KalshiAccount,
  sinceMs: number,
  signal?: AbortSignal,
): Promise<FactPage<KalshiSettlementRecord>> {
  let cursorMs = await cursorOf(account, sinceMs, signal);
  const query = { min_ts: minTsOf(sinceMs), subaccount: subaccountOf(account) };
  const call = { path: '/portfolio/settlements', query, schema: settlementPageSchema, signal };
  const rows = new Map<string, KalshiSettlement>();
  for await (const page of account.client.pages(call)) {
    for (const row of page.settlements) rows.set(idOf(row), row);
  }
  const facts: KalshiSettlementRecord[] = [];
  for (const row of rows.values()) {
    const result = await finalResult(account, row.ticker, signal);
    if (result === undefined) cursorMs = Math.min(cursorMs, row.settled_time - 1);
    else facts.push(recordOf(account, row, result));
  }
  const ordered = facts.toSorted(
    (a, b) => a.settledAtMs - b.settledAtMs || (a.settlementId < b.settlementId ? -1 : 1),
  );
  return { facts: ordered, cursorMs };
}

/** Ticker and time: the pair the venue itself books by. */
function idOf({ ticker, settled_time: settledAtMs }: KalshiSettlement): string {
  return `${ticker}@${new Date(settledAtMs).toISOString()}`;
}

/** Undefined where the market is not final, or cannot be read now: its row waits. */
async function finalResult(
  { markets, results, options }: KalshiAccount,
  marketId: string,
  signal?: AbortSignal,
): Promise<MarketResult | undefined> {
  const known = results.get(marketId);
  if (known !== undefined) return known;
  try {
    const body = await markets.readMarket(marketId, signal);
    const result = body && resultOf(body);
    if (result !== undefined) results.set(marketId, result);
    return result;
  } catch (error) {
    if (!(error instanceof VenueUnreachable)) throw error;
    options.onDoubt?.({ marketId, detail: `result of a settled market: ${error.message}` });
    return undefined;
  }
}

/** A yes or no is the row's; what a scalar paid is the market's, for rows contradict each other. */
function recordOf(
  account: KalshiAccount,
  row: KalshiSettlement,
  result: MarketResult,
): KalshiSettlementRecord {
  const [market] = result.payoutMicros;
  const yes =
    row.market_result === 'scalar' ? market : row.market_result === 'yes' ? WHOLE : NOTHING;
  const counts = {
    yesQuantity: row.yes_count_fp,
    yesCostMicros: row.yes_total_cost_dollars,
    noQuantity: row.no_count_fp,
    noCostMicros: row.no_total_cost_dollars,
    feeMicros: row.fee_cost,
  };
  const revenueMicros = (row.revenue * MICROS_PER_CENT) as Micros;
  const doubts = [
    ...(yes === market ? [] : [`the market says ${formatDecimal(market)}`]),
    ...valueDoubt(row, yes),
    ...(kalshiSettlementCash(counts, yes) === revenueMicros
      ? []
      : [`revenue says ${formatDecimal(revenueMicros, 2)}`]),
  ];
  for (const doubt of doubts) {
    const detail = `settlement ${idOf(row)} pays ${formatDecimal(yes)} for yes, and ${doubt}`;
    account.options.onDoubt?.({ marketId: row.ticker, detail });
  }
  return {
    settlementId: idOf(row),
    marketId: row.ticker,
    payoutMicros: [yes, priceMicros(MICROS_PER_UNIT - yes)],
    settledAtMs: row.settled_time,
    pnlMicros: kalshiSettlementPnl(counts, yes),
    revenueMicros,
    feeMicros: row.fee_cost,
  };
}

const WHOLE = priceMicros(MICROS_PER_UNIT);
const NOTHING = priceMicros(0);

/** `value` is whole cents for one YES contract: it may be off by the fraction of a cent. */
function valueDoubt({ value }: KalshiSettlement, yes: PriceMicros): string[] {
  if (value == null || Math.abs(value * MICROS_PER_CENT - yes) < MICROS_PER_CENT) return [];
  return [`value says ${value} cents`];
}
