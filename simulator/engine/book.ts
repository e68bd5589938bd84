/** One market's book: clients' resting orders and the house's levels. */
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import { microContracts } from '../../domain/money.ts';
import type { BookSide, Resting } from './matching.ts';

/** Price in µ$ and what rests there in micro-contracts. */
export type BookLevel = readonly [price: PriceMicros, quantity: MicroContracts];

/** What rests in one market. Entries are replaced, never changed in place. */
export class Book {
  readonly #entries = new Map<string, Resting>();
  #sequence = 0;

  /** Everything that rests, in no order. */
  entries(): Iterable<Resting> {
    return this.#entries.values();
  }

  get(id: string): Resting | undefined {
    return this.#entries.get(id);
  }

  /** Rests something behind all that rests at its price. */
  add(entry: Omit<Resting, 'sequence'>): void {
    this.#sequence += 1;
    this.#entries.set(entry.id, { ...entry, sequence: this.#sequence });
  }

  /** Takes `quantity` off an entry; at nothing it is gone. */
  reduce(id: string, quantity: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const remaining = microContracts(entry.remaining - quantity);
    if (remaining === 0) this.#entries.delete(id);
    else this.#entries.set(id, { ...entry, remaining });
  }

  remove(id: string): void {
    this.#entries.delete(id);
  }

  /** Removes every level of the house. */
  clearHouse(): void {
    for (const { id, userId } of this.#entries.values()) {
      if (userId === undefined) this.#entries.delete(id);
    }
  }

  /** Quantities by price on one side, best first. */
  levels(side: BookSide): BookLevel[] {
    const sums = new Map<PriceMicros, number>();
    for (const entry of this.#entries.values()) {
      if (entry.side !== side) continue;
      sums.set(entry.price, (sums.get(entry.price) ?? 0) + entry.remaining);
    }
    const better = side === 'bid' ? -1 : 1;
    return [...sums]
      .toSorted(([a], [b]) => (a - b) * better)
      .map(([price, quantity]) => [price, microContracts(quantity)]);
  }
}
