/** A clock that runs beside another one, set off by as much as the admin port says. */
import type { SimulatorClock } from './venue-simulator.ts';

export class OffsetClock implements SimulatorClock {
  readonly #base: () => number;
  #offsetMs = 0;

  /** @param base the clock it runs beside, Unix milliseconds */
  constructor(base: () => number) {
    this.#base = base;
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  nowMs(): number {
    return this.#base() + this.#offsetMs;
  }

  /** Puts it `offsetMs` ahead of its base, or behind with a negative number. */
  setOffset(offsetMs: number): void {
    this.#offsetMs = offsetMs;
  }
}
