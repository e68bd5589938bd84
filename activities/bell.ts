/** Between two early ends of a wait; a flood of events asks no more often than this. */
const EARLY_MS_MIN = 500;

/** Lets a wait end early: what rings while nobody waits ends the next one. */
export class Bell {
  #rung = false;
  #ended = false;
  #earlyFromMs = 0;
  #wake: () => void = () => {};

  /** Ends the wait under way, or the next one; many rings at once end one. */
  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  /** Ends every wait at once, from now on. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** What rings before this many ms have passed ends no wait before. */
  hold(ms: number): void {
    this.#earlyFromMs = performance.now() + ms;
  }

  /** @returns whether it ended early; after `ms` otherwise */
  async wait(ms: number): Promise<boolean> {
    const untilMs = performance.now() + ms;
    for (;;) {
      const nowMs = performance.now();
      if (this.#ended) return true;
      if (this.#rung && nowMs >= this.#earlyFromMs) {
        this.#rung = false;
        this.hold(EARLY_MS_MIN);
        return true;
      }
      if (nowMs >= untilMs) return false;
      const nextMs = this.#rung ? Math.min(untilMs, this.#earlyFromMs) : untilMs;
      // oxlint-disable-next-line no-await-in-loop -- one wait, in pieces
      await this.#sleep(Math.ceil(nextMs - nowMs));
    }
  }

  async #sleep(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
      this.#wake = resolve;
    });
    clearTimeout(timer);
  }
}
