/** Whether orders are real: the two keys that a live order needs, and what is missing of them. */
import type { Desk } from './desk.ts';

export interface TradingMode {
  readonly mode: 'real' | 'paper';
  /** One sentence; null where trading is real. */
  readonly whyNotReal: string | null;
}

/**
 * Trading is real only with `LIVE_TRADING=true` in the environment and a live phase of the desk on
 * production hosts.
 * @source DESIGN §6
 */
export function tradingMode(
  keys: { liveTrading: boolean } & Pick<Desk, 'phase' | 'liveBook'>,
): TradingMode {
  const rehearses = keys.phase !== 'paper' && keys.liveBook === 'rehearsal';
  const missing = [
    ...(keys.liveTrading ? [] : ['LIVE_TRADING is not true in the environment']),
    ...(keys.phase === 'paper' ? ['the desk is in phase paper'] : []),
    ...(rehearses ? ['the desk rehearses: its hosts are not production'] : []),
  ];
  return missing.length === 0
    ? { mode: 'real', whyNotReal: null }
    : { mode: 'paper', whyNotReal: missing.join(', and ') };
}
