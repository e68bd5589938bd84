/** What a Kalshi settlement row comes to. Its counts and costs are gross over the market's life. */
import type { MicroContracts, Micros, PriceMicros } from './money.ts';
import { micros, MICROS_PER_UNIT, mulDivFloor } from './money.ts';

/** The numbers of one settlement row; selling YES counts as buying NO in them. */
export interface KalshiSettlementCounts {
  readonly yesQuantity: MicroContracts;
  readonly yesCostMicros: Micros;
  readonly noQuantity: MicroContracts;
  readonly noCostMicros: Micros;
  /** Trade fees over the market's life. */
  readonly feeMicros: Micros;
}

const MICROS_PER_CENT = 10_000;

/**
 * The profit of a market's whole life, before the venue rounds the net payout down to a cent:
 * `yes_count × v + no_count × (1 − v) − yes_cost − no_cost − fee_cost`. Never from `revenue`, which
 * is the net position's payout only: 0 where the position was closed before.
 * @param payoutMicros v, what one YES contract paid
 * @returns µ$, each payout rounded down
 * @source reference/kalshi.md §3.4: 99 YES for 52.47 and 99 NO for 71.28, fee 3.1234, is −27.8734
 */
export function kalshiSettlementPnl(
  counts: KalshiSettlementCounts,
  payoutMicros: PriceMicros,
): Micros {
  const yes = mulDivFloor(counts.yesQuantity, payoutMicros, MICROS_PER_UNIT);
  const no = mulDivFloor(counts.noQuantity, MICROS_PER_UNIT - payoutMicros, MICROS_PER_UNIT);
  return micros(yes + no - counts.yesCostMicros - counts.noCostMicros - counts.feeMicros);
}

/**
 * The cash a settlement brings: the net position's payout, rounded down to a cent.
 * @returns µ$, a multiple of 10,000; what `revenue` says in cents
 * @source reference/kalshi.md §3.4: 19.00 YES and 18.86 NO at 0.45 pay 6 cents of 6.3
 */
export function kalshiSettlementCash(
  { yesQuantity, noQuantity }: Pick<KalshiSettlementCounts, 'yesQuantity' | 'noQuantity'>,
  payoutMicros: PriceMicros,
): Micros {
  const net = yesQuantity - noQuantity;
  const each = net >= 0 ? payoutMicros : MICROS_PER_UNIT - payoutMicros;
  const cents = mulDivFloor(Math.abs(net), each, MICROS_PER_UNIT * MICROS_PER_CENT);
  return micros(cents * MICROS_PER_CENT);
}
