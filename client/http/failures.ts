/** How often an address may show a token that is none. A right token never comes here. */

/** Wrong tokens of one address that are still answered one by one. */
export const FAILURES_MAX = 10;
const WINDOW_MS = 60_000;
/** More addresses than this are forgotten, the longest known first. */
const ADDRESSES_MAX = 10_000;

interface Window {
  readonly startedMs: number;
  failures: number;
}

export interface FailureLimit {
  /**
   * Counts a wrong token.
   * @returns seconds until the address is listened to again; undefined while it is within its limit
   */
  fail(address: string): number | undefined;
  /** Addresses remembered. */
  readonly size: number;
}

/**
 * Counts failures by address in windows of a minute, in bounded memory. It only changes what a
 * wrong token is answered: tokens are compared all the same, so that nobody, whatever came from
 * their address before, is kept from pausing with the right one.
 * @param nowMs a clock that never jumps back
 */
export function failureLimit(nowMs: () => number = () => performance.now()): FailureLimit {
  const windows = new Map<string, Window>();
  return {
    fail: (address) => {
      const now = nowMs();
      const known = windows.get(address);
      if (known === undefined || now - known.startedMs >= WINDOW_MS) {
        // Set anew, so that the map's order is that of the windows' starts.
        windows.delete(address);
        windows.set(address, { startedMs: now, failures: 1 });
        forgetOldest(windows);
        return undefined;
      }
      known.failures += 1;
      if (known.failures <= FAILURES_MAX) return undefined;
      return Math.ceil((known.startedMs + WINDOW_MS - now) / 1000);
    },
    get size() {
      return windows.size;
    },
  };
}

function forgetOldest(windows: Map<string, Window>): void {
  if (windows.size <= ADDRESSES_MAX) return;
  const oldest = windows.keys().next().value;
  if (oldest !== undefined) windows.delete(oldest);
}
