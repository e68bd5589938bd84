import type { KalshiExchangeStatus } from '../../contracts/kalshi/exchange.ts';
import type { VenueStatus } from '../venue.ts';
import { thursdayPauseEndMs } from './thursday.ts';

/**
 * Whether orders are taken on one shard. The top level speaks for shard 0 only; a shard that the
 * venue does not list does not trade.
 * @param nowMs Unix ms of the Clock, to tell the weekly pause from another one
 */
export function statusOfShard(
  status: KalshiExchangeStatus,
  shard: number,
  nowMs: number,
): VenueStatus {
  const listed = (status.exchange_index_statuses ?? []).find(
    ({ exchange_index: index }) => index === shard,
  );
  const parts = shard === 0 ? [status, ...(listed === undefined ? [] : [listed])] : [listed];
  const where = shard === 0 ? '' : ` on shard ${shard}`;
  if (parts.some((part) => part === undefined)) {
    return { trading: false, detail: `the venue does not say whether it trades${where}` };
  }
  const resumeMs = status.exchange_estimated_resume_time ?? undefined;
  if (parts.some((part) => part?.exchange_active === false)) {
    const back = resumeMs === undefined ? '' : `, back about ${iso(resumeMs)}`;
    return { trading: false, detail: `the exchange is paused${where}, cancels too${back}` };
  }
  if (parts.every((part) => part?.trading_active === true))
    return { trading: true, detail: 'open' };
  const thursdayMs = thursdayPauseEndMs(nowMs);
  const backMs = resumeMs ?? thursdayMs;
  const kind = thursdayMs === undefined ? 'trading is paused' : 'the Thursday pause';
  const back = backMs === undefined ? '' : `, resumes ${iso(backMs)}`;
  return { trading: false, detail: `${kind}${where}${back}; cancels are taken` };
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString().replace('.000Z', 'Z');
}
