/** Caps tighter than the limits: a go-live step's and a strategy's own. Absent fields cap nothing. */
import type { Micros } from './money.ts';

/** What a step of the go-live plan allows, kept with the desk. */
export interface PhaseCaps {
  /** Worst case of one trade with fees. */
  readonly perTradeMicrosMax?: Micros;
  /** Trades the step may still reserve. */
  readonly stepTradesLeft?: number;
  /** Stands in for the day's loss limit where it is lower. */
  readonly dailyLossMicrosMax?: Micros;
}

/** What lets a desk send orders that cost money, beside its state. */
export interface DeskGates {
  readonly caps: PhaseCaps | null;
  /** Null: never armed. Unix ms. */
  readonly armedUntilMs: number | null;
  /** When ledger and venues last agreed; null: not since the start. Unix ms. */
  readonly reconciledAtMs: number | null;
}

/** What one strategy may do, whatever the desk's limits leave. */
export interface StrategyCaps {
  /** Worst case of one trade with fees. */
  readonly perTradeMicrosMax?: Micros;
  /** Places among the day's trades. */
  readonly dailyTradesMax?: number;
  /** Everything the strategy has open or held, fees included. */
  readonly openMicrosMax?: Micros;
}

/** A strategy as admission finds it; counts and sums are read under the day's lock. */
export interface StrategyStanding {
  readonly enabled: boolean;
  readonly executionsInWindow: number;
  readonly caps: StrategyCaps | null;
  /** Zero where there are no caps to compare with. */
  readonly tradesToday: number;
  readonly openMicros: number;
}
