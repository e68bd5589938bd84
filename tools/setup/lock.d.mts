/**
 * Runs `work` while no other process holds the lock at this path, waiting as long as a living one does.
 * A lock whose owner died is taken over. `onWait` is called once, with the owner's process id if known.
 */
export function withLock<T>(
  lock: string,
  work: () => Promise<T> | T,
  onWait?: (pid: number | undefined) => void,
): Promise<T>;

/** A lock that was tried: held until it is released or this process ends, or somebody else's. */
export type TriedLock =
  | { readonly held: true; readonly release: () => void }
  | { readonly held: false; readonly ownerPid: number | undefined };

/**
 * Takes the lock at this path at once or not at all; a lock whose owner died is taken over. The
 * directory above must exist. `ownerPid` is the process that holds it, if it still does.
 */
export function tryLock(lock: string): TriedLock;
