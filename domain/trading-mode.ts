/** Whether orders are real: the two keys that a live order needs, and what is missing of them. */
import type { Phase } from './desk.ts';

export interface TradingMode {
  readonly mode: 'real' | 'paper';
  /** One sentence; null where trading is real. */
  readonly whyNotReal: string | null;
}

/**
 * Trading is real only with `LIVE_TRADING=true` in the environment and a live phase of the desk.
 * @source DESIGN §6
 */
export function tradingMode(keys: { liveTrading: boolean; phase: Phase }): TradingMode {
  const missing = [
    ...(keys.liveTrading ? [] : ['LIVE_TRADING is not true in the environment']),
    ...(keys.phase === 'paper' ? ['the desk is in phase paper'] : []),
  ];
  return missing.length === 0
    ? { mode: 'real', whyNotReal: null }
    : { mode: 'paper', whyNotReal: missing.join(', and ') };
}
