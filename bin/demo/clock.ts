import type { Clock } from '../../domain/clock.ts';

/** A clock that runs with the machine's and can be set off it; every reading declares by how much. */
export interface SteppableClock extends Clock {
  /** Goes on from `atMs`, Unix ms. */
  stepTo(atMs: number): void;
}

/** Starts at `atMs`, Unix ms. */
export function steppableClock(atMs: number): SteppableClock {
  let offsetMs = atMs - Date.now();
  return {
    read: () => Promise.resolve({ atMs: Date.now() + offsetMs, offsetMs }),
    stepTo: (to) => {
      offsetMs = to - Date.now();
    },
  };
}
