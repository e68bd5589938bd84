import type { Clock } from '../domain/clock.ts';

/** The one clock: the machine's, set off by `offsetMs` on purpose (demo and drills only). */
export function machineClock(offsetMs: number): Clock {
  return { read: () => Promise.resolve({ atMs: Date.now() + offsetMs, offsetMs }) };
}
