/** What reached a simulated venue, in order: the oracle of the tests and of fault runs. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Fault } from '../venue-simulator.ts';

/** One request; what proves its sender is not in it. */
export interface JournalEntry {
  /** 1 for the first; the order in which requests were complete. */
  readonly seq: number;
  /** By the simulator's clock, Unix milliseconds. */
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names only: their values sign and authorize. */
  readonly headerNames: readonly string[];
  readonly body?: unknown;
  readonly endpoint: string;
  readonly identity: string;
  readonly attempt: number;
  readonly fault?: Fault;
  /** The status of each run of the venue's handler: empty where the request had no effect. */
  readonly handled: readonly number[];
  /** What the client was told; absent where nothing was, or not yet. */
  readonly answer?: { readonly status: number; readonly body?: unknown };
  /** Why the simulator itself failed: a defect of it, not a fault. */
  readonly failure?: string;
}

/** What is known when a request arrives. */
export type Arrival = Omit<JournalEntry, 'seq' | 'handled' | 'answer' | 'failure'>;

type Outcome = Partial<Pick<JournalEntry, 'handled' | 'answer' | 'failure'>>;

const KEPT_MAX = 100_000;

export class Journal {
  readonly #kept = new Map<number, JournalEntry>();
  readonly #keptMax: number;
  #file: number | undefined;
  #seq = 0;

  /**
   * @param path a file that gets a line of JSON for each request that is over, after what it holds
   * @param keptMax how many entries memory keeps, the newest
   */
  constructor(path: string | undefined, keptMax = KEPT_MAX) {
    this.#file = path === undefined ? undefined : openSync(path, 'a', 0o600);
    this.#keptMax = keptMax;
  }

  /** The newest entry's number. */
  get seq(): number {
    return this.#seq;
  }

  /** Writes down that a request arrived. @returns its number */
  arrived(arrival: Arrival): number {
    this.#seq += 1;
    this.#kept.set(this.#seq, { seq: this.#seq, ...arrival, handled: [] });
    this.#kept.delete(this.#seq - this.#keptMax);
    return this.#seq;
  }

  /** The venue's handler ran for a request. */
  handled(seq: number, status: number): void {
    const entry = this.#kept.get(seq);
    if (entry !== undefined) this.#replace(entry, { handled: [...entry.handled, status] });
  }

  /** A request is over. */
  over(seq: number, outcome: Pick<Outcome, 'answer' | 'failure'>): void {
    const entry = this.#kept.get(seq);
    if (entry === undefined) return;
    const line = `${JSON.stringify(this.#replace(entry, outcome))}\n`;
    if (this.#file !== undefined) writeSync(this.#file, line);
  }

  /**
   * The entries after a number, in order.
   * @throws Error where memory no longer has them all
   */
  entries(after = 0): readonly JournalEntry[] {
    const forgotten = Math.max(0, this.#seq - this.#keptMax);
    if (after < forgotten) {
      throw new Error(
        `memory keeps the last ${this.#keptMax} requests; those up to ${forgotten} are only in the journal file`,
      );
    }
    return [...this.#kept.values()].filter(({ seq }) => seq > after);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #replace(entry: JournalEntry, outcome: Outcome): JournalEntry {
    const replaced = { ...entry, ...outcome };
    this.#kept.set(entry.seq, replaced);
    return replaced;
  }
}
