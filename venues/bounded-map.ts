/** A map that forgets: the oldest entries beyond a size, and those older than an age. */
export class BoundedMap<Key, Value> {
  readonly #entries = new Map<Key, { readonly value: Value; readonly atMs: number }>();
  readonly #sizeMax: number;
  readonly #ageMsMax: number;

  /** Ages are of the process's own steady clock. */
  constructor({ sizeMax, ageMsMax }: { readonly sizeMax: number; readonly ageMsMax?: number }) {
    this.#sizeMax = sizeMax;
    this.#ageMsMax = ageMsMax ?? Number.POSITIVE_INFINITY;
  }

  get(key: Key): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || performance.now() - entry.atMs > this.#ageMsMax) return undefined;
    return entry.value;
  }

  /** The keys that are left, oldest first. */
  keys(): IterableIterator<Key> {
    return this.#entries.keys();
  }

  set(key: Key, value: Value): void {
    // Written again is written last.
    this.#entries.delete(key);
    this.#entries.set(key, { value, atMs: performance.now() });
    if (this.#entries.size > this.#sizeMax) {
      this.#entries.delete(this.#entries.keys().next().value as Key);
    }
  }
}
