/**
 * Runs `work` while no other process holds the lock at this path, waiting as long as a living one does.
 * A lock whose owner died is taken over. `onWait` is called once, with the owner's process id if known.
 */
export function withLock<T>(
  lock: string,
  work: () => Promise<T> | T,
  onWait?: (pid: number | undefined) => void,
): Promise<T>;
