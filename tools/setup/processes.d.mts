/** Whether a process with this id runs (a zombie does not). */
export function isAlive(pid: number): boolean;

/** When the process started, in clock ticks since boot: tells it from a later one with the same id. Empty where the system does not say. */
export function startTime(pid: number): string;
