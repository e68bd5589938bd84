/** What a fault does to one exchange of request and answer. */
import type { Fault, FaultAnswer } from '../venue-simulator.ts';
import type { TransportFault } from './fault-plan.ts';

/** What the client gets to see: all of the venue's answer, less of it, or a fault's own answer. */
export type Tell = 'all' | 'nothing' | 'half' | 'broken' | FaultAnswer;

/** The course of an exchange. */
export interface Course {
  /** Before the venue's handler runs, milliseconds. */
  readonly waitMs: number;
  /** How often the handler runs; the last answer counts. */
  readonly runs: 0 | 1 | 2;
  /** Between the last run and the answer, milliseconds. */
  readonly holdMs: number;
  readonly tell: Tell;
}

const USUAL: Course = { waitMs: 0, runs: 1, holdMs: 0, tell: 'all' };

const EDGE_PAGE =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body>\r\n</html>\r\n';

/** Where a venue words nothing itself. */
const PLAIN_ANSWERS: Readonly<Partial<Record<string, FaultAnswer>>> = {
  reject429: { status: 429, body: { error: 'too many requests' } },
  error500Before: { status: 500, body: { error: 'internal server error' } },
  error500After: { status: 500, body: { error: 'internal server error' } },
  error503: { status: 503, body: { error: 'service unavailable' } },
  error502html: { status: 502, headers: { 'content-type': 'text/html' }, body: EDGE_PAGE },
  status425: { status: 425, headers: { 'retry-after': '1' }, body: '' },
};

/**
 * The course that a fault gives an exchange; the usual one without a fault, and with one that the
 * venue's routes play.
 * @param worded the venue's own wording of answers, by kind
 */
export function courseOf(
  fault: Fault | undefined,
  worded: Readonly<Record<string, FaultAnswer>> = {},
): Course {
  if (fault === undefined) return USUAL;
  const answer = worded[fault.kind] ?? PLAIN_ANSWERS[fault.kind] ?? 'all';
  const ms = fault.ms ?? 0;
  switch (fault.kind as TransportFault) {
    case 'loseBefore':
      return { ...USUAL, runs: 0, tell: 'nothing' };
    case 'loseAfter':
      return { ...USUAL, tell: 'nothing' };
    case 'delay':
      return { ...USUAL, holdMs: ms };
    case 'late':
      return { ...USUAL, waitMs: ms };
    case 'duplicate':
      return { ...USUAL, runs: 2 };
    case 'reject429':
    case 'error500Before':
    case 'error503':
    case 'error502html':
    case 'status425':
      return { ...USUAL, runs: 0, tell: answer };
    case 'error500After':
      return { ...USUAL, tell: answer };
    case 'cutBody':
      return { ...USUAL, tell: 'half' };
    case 'breakBody':
      return { ...USUAL, tell: 'broken' };
    case 'staleRead':
      return USUAL;
    // The venue's own: it either has an answer for it, or plays it in its routes.
    default:
      return answer === 'all' ? USUAL : { ...USUAL, runs: 0, tell: answer };
  }
}
