/** Draws a request's fault from a hash, so that a run repeats exactly. */
import { createHash } from 'node:crypto';
import type { Fault } from '../venue-simulator.ts';
import type { FaultPlan, WeightedFault } from './fault-plan.ts';

/** What a draw depends on, besides the plan. */
export interface DrawnFor {
  readonly method: string;
  readonly endpoint: string;
  /** The order's identity, or path and query. */
  readonly identity: string;
  /** 1 for the first request of this identity to this endpoint. */
  readonly attempt: number;
}

const HASH_BYTES = 6;

/**
 * The fault a plan has for one request, by SHA-256 of seed, identity, endpoint and attempt; none
 * where none of its kinds can happen to such a request.
 */
export function drawFault(plan: FaultPlan, request: DrawnFor): Fault | undefined {
  const { endpoint, identity, attempt } = request;
  if (plan.endpoints?.includes(endpoint) === false) return undefined;
  const text = JSON.stringify([plan.seed, identity, endpoint, attempt]);
  const digest = createHash('sha256').update(text).digest();
  const chance = digest.readUIntBE(0, HASH_BYTES) / 256 ** HASH_BYTES;
  if (chance >= plan.share) return undefined;
  const kinds = plan.kinds.filter((kind) => happensTo(kind, request));
  const weights = kinds.reduce((sum, { weight }) => sum + weight, 0);
  if (weights === 0) return undefined;
  let ticket = digest.readUIntBE(HASH_BYTES, HASH_BYTES) % weights;
  const drawn = kinds.find(({ weight }) => (ticket -= weight) < 0);
  return drawn === undefined ? undefined : plainFault(drawn);
}

/** A read can be stale and a write can count twice, never the other way round. */
function happensTo(fault: WeightedFault, { method, endpoint }: DrawnFor): boolean {
  if (fault.endpoints?.includes(endpoint) === false) return false;
  if (fault.kind === 'staleRead') return method === 'GET';
  if (fault.kind === 'duplicate') return method !== 'GET';
  return true;
}

function plainFault({ kind, ms, detail }: Fault): Fault {
  return {
    kind,
    ...(ms === undefined ? {} : { ms }),
    ...(detail === undefined ? {} : { detail }),
  };
}
