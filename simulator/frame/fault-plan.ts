/** Which faults there are, and what a plan that draws them looks like. @source DESIGN §8 */
import { z } from 'zod';
import type { Fault } from '../venue-simulator.ts';

/** Faults that the frame plays itself, with what they do to a request. */
export const TRANSPORT_FAULTS = {
  loseBefore: 'the connection breaks, and the venue never sees the request',
  loseAfter: 'the venue does what was asked, then the connection breaks',
  delay: 'the venue does what was asked at once and answers `ms` later',
  late: 'the request reaches the venue `ms` later, even where the client has hung up by then',
  duplicate: 'the venue gets the request twice, and the second answer is told',
  reject429: 'refused by the rate limit',
  error500Before: 'a 500, nothing done',
  error500After: 'a 500 after the venue did what was asked',
  error503: 'a 503, nothing done',
  error502html: 'a 502 with a page from the edge, nothing done',
  status425: 'a 425, nothing done',
  staleRead: 'a read answers as of `ms` ago',
  cutBody: 'the answer is complete HTTP with half of its body',
  breakBody: 'the connection breaks in the middle of the body',
} as const;

export type TransportFault = keyof typeof TRANSPORT_FAULTS;

const TIMED: readonly string[] = ['delay', 'late', 'staleRead'] satisfies TransportFault[];
/** Longer than any deadline of a client; the end of the simulator cuts it short. */
const FAULT_MS_MAX = 600_000;
const WEIGHT_MAX = 1_000;

/** A fault among those a plan draws from. */
export interface WeightedFault extends Fault {
  /** How often against the others, 1 to 1000. */
  readonly weight: number;
  /** Only there; absent: wherever the plan applies. */
  readonly endpoints?: readonly string[];
}

/** Faults drawn at random, but the same for the same seed. */
export interface FaultPlan {
  readonly seed: string;
  /** How many of all requests, 0 to 1. */
  readonly share: number;
  readonly kinds: readonly WeightedFault[];
  /** Only there; absent: everywhere. */
  readonly endpoints?: readonly string[];
}

/** The next `times` requests to an endpoint get this fault, before any is drawn. */
export interface ScriptedFault {
  readonly endpoint: string;
  /** Only requests of this identity. */
  readonly identity?: string;
  readonly times: number;
  readonly fault: Fault;
}

/** What `POST /admin/faults` takes; everything is optional. */
export interface FaultChange {
  /** Forgets plan and scripted faults first. */
  readonly clear?: true;
  /** Replaces the plan; null: none. */
  readonly plan?: FaultPlan | null;
  /** Added after the scripted faults that are left. */
  readonly next?: readonly ScriptedFault[];
}

/**
 * The schema of a change of faults.
 * @param venueKinds faults that only the venue can play
 */
export function faultChangeSchema(venueKinds: readonly string[]): z.ZodType<FaultChange> {
  const kinds = [...Object.keys(TRANSPORT_FAULTS), ...venueKinds];
  const faultShape = {
    kind: z.enum(kinds),
    ms: z.int().min(1).max(FAULT_MS_MAX).exactOptional(),
    detail: z.unknown().exactOptional(),
  };
  const timed = (fault: Fault): boolean =>
    venueKinds.includes(fault.kind) || TIMED.includes(fault.kind) === (fault.ms !== undefined);
  const timing = `ms belongs to ${TIMED.join(', ')}, which need it, and to no other fault`;
  const names = z.array(z.string().min(1)).min(1);
  const weighted = z
    .strictObject({
      ...faultShape,
      weight: z.int().min(1).max(WEIGHT_MAX),
      endpoints: names.exactOptional(),
    })
    .refine(timed, timing);
  const plan = z.strictObject({
    seed: z.string().min(1),
    share: z.number().min(0).max(1),
    kinds: z.array(weighted).min(1),
    endpoints: names.exactOptional(),
  });
  const scripted = z.strictObject({
    endpoint: z.string().min(1),
    identity: z.string().min(1).exactOptional(),
    times: z.int().min(1).default(1),
    fault: z.strictObject(faultShape).refine(timed, timing),
  });
  return z.strictObject({
    clear: z.literal(true).exactOptional(),
    plan: plan.nullable().exactOptional(),
    next: z.array(scripted).exactOptional(),
  });
}

/**
 * A plan with every fault that any venue may show, the harmless ones more often. Not among them:
 * `status425`, which only some venues send.
 * @param share how many of all requests, 0 to 1
 */
export function everyFault(seed: string, share: number): FaultPlan {
  return {
    seed,
    share,
    kinds: [
      { kind: 'loseBefore', weight: 2 },
      { kind: 'loseAfter', weight: 2 },
      { kind: 'delay', weight: 2, ms: 700 },
      { kind: 'late', weight: 1, ms: 700 },
      { kind: 'duplicate', weight: 1 },
      { kind: 'reject429', weight: 2 },
      { kind: 'error500Before', weight: 1 },
      { kind: 'error500After', weight: 1 },
      { kind: 'error503', weight: 1 },
      { kind: 'error502html', weight: 1 },
      { kind: 'staleRead', weight: 2, ms: 1_500 },
      { kind: 'cutBody', weight: 1 },
      { kind: 'breakBody', weight: 1 },
    ],
  };
}
