/** The faults of one simulator while it runs: the plan, the scripted ones, and what was played. */
import type { z } from 'zod';
import type { Fault } from '../venue-simulator.ts';
import { parsed } from './bodies.ts';
import type { DrawnFor } from './draw.ts';
import { drawFault } from './draw.ts';
import type { FaultChange, FaultPlan, ScriptedFault } from './fault-plan.ts';
import { faultChangeSchema } from './fault-plan.ts';

/** What `GET /admin/faults` tells. */
export interface FaultsView {
  readonly plan: FaultPlan | null;
  /** Scripted faults still to come. */
  readonly next: readonly ScriptedFault[];
  /** Faults met by a request since the start, by kind. */
  readonly counts: Readonly<Record<string, number>>;
}

/** A request's place among those of its identity, and what happens to it. */
export interface Drawn {
  readonly attempt: number;
  readonly fault?: Fault;
}

export class Faults {
  readonly #schema: z.ZodType<FaultChange>;
  readonly #attempts = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  #plan: FaultPlan | null = null;
  #next: ScriptedFault[] = [];

  /** @param venueKinds faults that only the venue can play */
  constructor(venueKinds: readonly string[]) {
    this.#schema = faultChangeSchema(venueKinds);
  }

  /**
   * Changes plan and scripted faults.
   * @param body a `FaultChange`
   * @throws Error that names each field that is wrong
   */
  change(body: unknown): FaultsView {
    const { clear, plan, next } = parsed(this.#schema, body);
    if (clear === true) {
      this.#plan = null;
      this.#next = [];
    }
    if (plan !== undefined) this.#plan = plan;
    if (next !== undefined) this.#next.push(...next);
    return this.view();
  }

  view(): FaultsView {
    return { plan: this.#plan, next: [...this.#next], counts: Object.fromEntries(this.#counts) };
  }

  /** Counts the request, and says what happens to it: a scripted fault before one drawn. */
  draw(request: Omit<DrawnFor, 'attempt'>): Drawn {
    const { endpoint, identity } = request;
    const key = JSON.stringify([endpoint, identity]);
    const attempt = (this.#attempts.get(key) ?? 0) + 1;
    this.#attempts.set(key, attempt);
    const drawn = this.#plan === null ? undefined : drawFault(this.#plan, { ...request, attempt });
    const fault = this.#scripted(endpoint, identity) ?? drawn;
    if (fault === undefined) return { attempt };
    this.#counts.set(fault.kind, (this.#counts.get(fault.kind) ?? 0) + 1);
    return { attempt, fault };
  }

  #scripted(endpoint: string, identity: string): Fault | undefined {
    const found = this.#next.findIndex(
      (one) => one.endpoint === endpoint && (one.identity ?? identity) === identity,
    );
    const scripted = this.#next[found];
    if (scripted === undefined) return undefined;
    const left = { ...scripted, times: scripted.times - 1 };
    this.#next.splice(found, 1, ...(left.times === 0 ? [] : [left]));
    return scripted.fault;
  }
}
