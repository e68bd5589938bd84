/** Ids in the form of UUIDs, the same for the same seed. */
import { createHash } from 'node:crypto';

/** Ids of a run: the same seed and order of making give the same ids. */
export class IdSource {
  readonly #seed: string;
  #made = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** A new id in the form of a UUID. */
  next(): string {
    this.#made += 1;
    return uuidOf(`${this.#seed}:${this.#made}`);
  }
}

/** The same text always gives the same UUID-shaped id. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const part = (from: number, to: number) => hex.slice(from, to);
  return [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join('-');
}
