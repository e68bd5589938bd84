/** A value's history, so that a read can answer as of an earlier time. */

interface Version<Value> {
  readonly shownAtMs: number;
  readonly value: Value;
}

/** How many versions are kept at least; older ones were over long ago. */
const VERSIONS_KEPT = 2000;

/** Versions in the order of their making; one is told from its `shownAtMs` on. */
export class Timeline<Value> {
  #versions: Version<Value>[] = [];

  /** Adds a version; it is never shown before the one made before it. */
  push(value: Value, shownAtMs: number): void {
    const last = this.#versions.at(-1);
    const notBefore = Math.max(shownAtMs, last?.shownAtMs ?? shownAtMs);
    this.#versions.push({ shownAtMs: notBefore, value });
    if (this.#versions.length > 2 * VERSIONS_KEPT) {
      this.#versions = this.#versions.slice(-VERSIONS_KEPT);
    }
  }

  /** The value as told at `atMs`; undefined before the first version is shown. */
  at(atMs: number): Value | undefined {
    return this.#versions.findLast(({ shownAtMs }) => shownAtMs <= atMs)?.value;
  }
}
