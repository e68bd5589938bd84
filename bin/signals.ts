/** The signals that end a process of ours. */
import { EXIT } from '../client/ports.ts';

/** npm passes on a Ctrl-C that the terminal has sent to us already: this soon it is the same one. */
const SAME_CTRL_C_MS = 1_000;

/**
 * The first SIGINT or SIGTERM: what is under way then ends in order. A later Ctrl-C ends this
 * process at once, which is no worse than a power failure.
 * @param endedAtOnce told before that: what a process that ends so leaves behind
 */
export function stopRequested(endedAtOnce: () => void): Promise<void> {
  return new Promise((resolve) => {
    let askedMs: number | undefined;
    const ask = (signal: NodeJS.Signals): void => {
      if (askedMs === undefined) {
        askedMs = performance.now();
        resolve();
      } else if (signal === 'SIGINT' && performance.now() - askedMs > SAME_CTRL_C_MS) {
        endedAtOnce();
        process.exit(EXIT.error);
      }
    };
    process.on('SIGINT', ask);
    process.on('SIGTERM', ask);
  });
}
