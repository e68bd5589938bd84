/** One exchange on the venue's port: read, journalled, disturbed where a fault says so, answered. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type {
  Fault,
  FaultAnswer,
  SimulatedRequest,
  SimulatorClock,
  VenueSimulator,
} from '../venue-simulator.ts';
import { addressOf, journalBody, jsonOf } from './bodies.ts';
import type { Course } from './course.ts';
import { courseOf } from './course.ts';
import { TRANSPORT_FAULTS } from './fault-plan.ts';
import type { Drawn, Faults } from './faults.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { Marks, RawRequest, VenueAnswer, VenueApp } from './venue-app.ts';

/** What an exchange needs of the simulator it happens in. */
export interface ExchangeParts {
  readonly venue: VenueSimulator;
  readonly app: VenueApp;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly clock: SimulatorClock;
  /** Aborted when the simulator ends: nothing waits any longer. */
  readonly ended: AbortSignal;
}

/** Where a request stands: what the journal says of it, and what happens to it. */
interface Arrived {
  readonly seq: number;
  readonly fault: Fault | undefined;
}

/**
 * Answers one request; a defect of the simulator is a 500 with its text. Rejects only where the
 * journal cannot be written, which is to end the process: nobody could trust what follows.
 */
export async function exchange(
  parts: ExchangeParts,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '', headers } = incoming;
  // A client that hangs up while it sends has asked for nothing.
  const bytes = await buffer(incoming).catch(() => undefined);
  if (bytes === undefined) return;
  const request: RawRequest = { method, url, headers, bytes };
  let seq: number | undefined;
  try {
    const arrived = arrive(parts, request);
    ({ seq } = arrived);
    const course = courseOf(arrived.fault, parts.venue.faultAnswers);
    const venueAnswer = await run(parts, request, arrived, course);
    const answer = await tell(response, venueAnswer, course);
    parts.journal.over(seq, answer === undefined ? {} : { answer });
  } catch (error) {
    const { aborted } = parts.ended;
    if (seq !== undefined) parts.journal.over(seq, aborted ? {} : { failure: String(error) });
    if (aborted) response.destroy();
    else fail(response, error);
  }
}

/** Names the request, draws its fault and writes both down. */
function arrive(parts: ExchangeParts, request: RawRequest): Arrived {
  const { method, url, headers, bytes } = request;
  const text = bytes.toString('utf8');
  const seen: SimulatedRequest = { method, url, headers, body: jsonOf(text) };
  const endpoint = parts.venue.endpointOf(seen);
  const identity = parts.venue.identityOf(seen);
  const drawn: Drawn = parts.faults.draw({ method, endpoint, identity });
  const address = addressOf(url);
  const body = journalBody(text);
  const seq = parts.journal.arrived({
    atMs: parts.clock.nowMs(),
    method,
    ...address,
    headerNames: Object.keys(headers).toSorted(),
    ...(body === undefined ? {} : { body }),
    endpoint,
    // A query may carry what proves the sender; path and query are told without it above.
    identity: identity === url ? address.path : identity,
    ...drawn,
  });
  return { seq, fault: drawn.fault };
}

async function run(
  parts: ExchangeParts,
  request: RawRequest,
  { seq, fault }: Arrived,
  course: Course,
): Promise<VenueAnswer | undefined> {
  await wait(parts, course.waitMs);
  let answer: VenueAnswer | undefined;
  for (let n = 0; n < course.runs; n += 1) {
    answer = await parts.app.handle(request, marksOf(fault));
    parts.journal.handled(seq, answer.status);
  }
  await wait(parts, course.holdMs);
  return answer;
}

async function wait({ ended }: ExchangeParts, ms: number): Promise<void> {
  if (ms > 0) await pause(ms, undefined, { signal: ended });
}

function marksOf(fault: Fault | undefined): Marks {
  if (fault === undefined) return {};
  if (fault.kind === 'staleRead') return { staleMs: fault.ms ?? 0 };
  return Object.hasOwn(TRANSPORT_FAULTS, fault.kind) ? {} : { fault };
}

/** @returns what the client was told; undefined where it was told nothing or is gone */
async function tell(
  response: ServerResponse,
  venueAnswer: VenueAnswer | undefined,
  { tell: what }: Course,
): Promise<JournalEntry['answer']> {
  const answer = typeof what === 'object' ? inBytes(what) : venueAnswer;
  if (what === 'nothing' || answer === undefined || response.destroyed) {
    response.destroy();
    return undefined;
  }
  const { status, headers, bytes } = answer;
  const told = what === 'half' || what === 'broken' ? halfOf(bytes) : bytes;
  const announced = what === 'broken' ? bytes.length : told.length;
  const hasNoBody = status === 204 || status === 304;
  response.writeHead(status, hasNoBody ? headers : { ...headers, 'content-length': announced });
  if (what === 'broken') {
    await new Promise<void>((resolve) => {
      response.write(told, () => resolve());
    });
    response.destroy();
  } else {
    response.end(told);
  }
  const body = journalBody(told.toString('utf8'));
  return { status, ...(body === undefined ? {} : { body }) };
}

function halfOf(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

function inBytes({ status, headers, body }: FaultAnswer): VenueAnswer {
  const isText = typeof body === 'string';
  return {
    status,
    headers: { ...(isText ? {} : { 'content-type': 'application/json' }), ...headers },
    bytes: Buffer.from(isText ? body : JSON.stringify(body)),
  };
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, headers, bytes } = inBytes({
    status: 500,
    body: { error: `the simulator itself failed: ${String(error)}` },
  });
  response.writeHead(status, { ...headers, 'content-length': bytes.length }).end(bytes);
}
