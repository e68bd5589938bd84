/** What an exchange does by itself as time passes. */

/** Something that happens at a time, Unix ms. */
export interface Due {
  readonly atMs: number;
  run(): void;
}

/**
 * Lets an exchange's time pass up to `toMs`: each due at its own time, the earliest first.
 * @param duesOf asked again after each, which may bring others
 */
export function runDues(
  state: { nowMs: number },
  toMs: number,
  duesOf: () => readonly Due[],
): void {
  for (;;) {
    const due = duesOf()
      .filter(({ atMs }) => atMs <= toMs)
      .toSorted((a, b) => a.atMs - b.atMs)
      .at(0);
    if (due === undefined) break;
    state.nowMs = Math.max(state.nowMs, due.atMs);
    due.run();
  }
  state.nowMs = Math.max(state.nowMs, toMs);
}
