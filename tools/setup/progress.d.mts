/** Prints one line about set-up. */
export function say(line: string): void;

/** The time since an instant in milliseconds, as minutes and seconds. */
export function elapsed(since: number): string;

/** Shows what goes on and for how long while `work` runs: live on a terminal, else a line every ten seconds. */
export function withProgress<T>(
  what: string,
  work: () => Promise<T>,
  detail?: () => string,
): Promise<T>;
