import { CancellationScope, condition, sleep } from '@temporalio/workflow';

/** How to wait: what the Web UI shows of the timer, and whether news ends it. */
export interface WaitOptions {
  readonly summary: string;
  /** Let the timer run on when news comes: the next wait goes on with it, which is not billed. */
  readonly keep: boolean;
}

/**
 * A durable timer over several waits. One that was kept is started anew only where it would be
 * over too late; one that is over sooner than asked for serves as well.
 */
export function durableTimer() {
  let running: { readonly overAtMs: number; readonly scope: CancellationScope } | undefined;
  const stop = (): void => {
    running?.scope.cancel();
    running = undefined;
  };
  const start = (ms: number, summary: string): void => {
    const scope = new CancellationScope();
    const timer = { overAtMs: Date.now() + ms, scope };
    running = timer;
    const over = scope.run(() => sleep(ms, { summary }));
    over.then(
      () => {
        if (running === timer) running = undefined;
      },
      // Cancelled: by `stop`, or with the workflow, whose wait ends by itself.
      () => undefined,
    );
  };
  return {
    /** @returns whether there was news; false where the time was over first */
    async wait(isNews: () => boolean, ms: number, options: WaitOptions): Promise<boolean> {
      if (isNews()) return true;
      if (running !== undefined && running.overAtMs > Date.now() + ms) stop();
      if (running === undefined) start(ms, options.summary);
      await condition(() => isNews() || running === undefined);
      if (!isNews()) return false;
      if (!options.keep) stop();
      return true;
    },
  };
}
