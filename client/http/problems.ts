/** Every refusal of the HTTP API: one stable code, its status, and one sentence. */
import type { z } from 'zod';
import type { Problem } from '../../contracts/http.ts';
import type { FieldProblem } from '../../contracts/proposal.ts';
import { fieldProblems, proposalSchema } from '../../contracts/proposal.ts';

/** Each code with its status, and what it says where there is nothing more exact. */
export const HTTP_PROBLEMS = {
  INVALID_PROPOSAL: { status: 422, message: 'the proposal has mistakes; nothing was decided' },
  INVALID_REQUEST: { status: 422, message: 'the request has mistakes; nothing was changed' },
  RESUME_REFUSED: { status: 409, message: 'the desk may not resume so' },
  REARM_REFUSED: { status: 409, message: 'the desk may not be armed so' },
  HALT_FAILED: {
    status: 503,
    message: 'neither the ledger nor the file HALT could be written; ballast halt on the machine',
  },
  RESOLVE_REFUSED: { status: 409, message: 'the trade cannot be resolved so' },
  APPROVAL_REFUSED: { status: 409, message: 'the proposal does not wait for approval' },
  PAIR_REFUSED: { status: 409, message: 'the pair cannot be registered so' },
  ENGINE_UNREACHABLE: {
    status: 503,
    message: 'Temporal does not answer: the desk stays as it is; try again',
  },
  ID_CONFLICT: { status: 409, message: 'the id belongs to another proposal' },
  DESK_PAUSED: { status: 423, message: 'the desk is paused; nothing was decided' },
  DESK_HALTED: { status: 423, message: 'the desk is halted; nothing was decided' },
  VENUE_UNREACHABLE: { status: 503, message: 'a venue does not answer; try again' },
  LEDGER_UNREACHABLE: { status: 503, message: 'the ledger does not answer; try again' },
  INVALID_QUERY: { status: 422, message: 'the query has mistakes' },
  BAD_REQUEST: { status: 400, message: 'the request cannot be read' },
  UNAUTHENTICATED: {
    status: 401,
    message: 'this needs a valid token in the header Authorization: Bearer',
  },
  TOO_MANY_FAILURES: {
    status: 429,
    message:
      'too many wrong tokens from this address; a right one is taken at any time, wait before another guess',
  },
  ROLE_TOO_LOW: { status: 403, message: "the token's role does not allow this" },
  HOST_NOT_ALLOWED: {
    status: 403,
    message: 'the Host header names neither this machine nor a configured host',
  },
  ORIGIN_NOT_ALLOWED: { status: 403, message: 'requests from other web sites are refused' },
  NOT_FOUND: { status: 404, message: 'there is nothing at this address' },
  BODY_TOO_LARGE: { status: 413, message: 'the body has more than 256 KB; send fewer proposals' },
  CONTENT_TYPE_NOT_SUPPORTED: {
    status: 415,
    message: 'the Content-Type must be application/json or application/x-ndjson',
  },
  INTERNAL: { status: 500, message: 'an unexpected failure; the log has the details' },
} as const;

export type HttpProblemCode = keyof typeof HTTP_PROBLEMS;

/** Thrown by a route to end the request with a problem body. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly body: Problem;
  constructor(
    code: HttpProblemCode,
    details: { status?: number; message?: string; problems?: FieldProblem[] } = {},
  ) {
    const message = details.message ?? HTTP_PROBLEMS[code].message;
    super(message);
    this.status = details.status ?? HTTP_PROBLEMS[code].status;
    this.body = {
      code,
      message,
      ...(details.problems === undefined ? {} : { problems: details.problems }),
    };
  }
}

/**
 * Names every faulty field of a proposal by its path, e.g. `legs.0.limitPrice`. A field that does
 * not exist is named itself, with the one probably meant.
 */
export function proposalProblems(error: z.ZodError): FieldProblem[] {
  return namedProblems(error, 'proposal', [
    ...Object.keys(proposalSchema.shape),
    ...Object.keys(proposalSchema.shape.legs.element.shape),
  ]);
}

/** As `proposalProblems`, for any strict object whose fields are `known`. */
export function namedProblems(
  error: z.ZodError,
  root: string,
  known: readonly string[],
): FieldProblem[] {
  const unknownFields = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          field: [...issue.path.map(String), key].join('.'),
          problem: `is not a field${suggestion(key, known)}`,
        }))
      : [],
  );
  const others = error.issues.filter((issue) => issue.code !== 'unrecognized_keys');
  const all = [...unknownFields, ...fieldProblems({ issues: others } as z.ZodError, root)];
  // An empty name also breaks the pattern of names: the first complaint of a field is enough.
  return all
    .filter(({ field }, index) => all.findIndex((other) => other.field === field) === index)
    .map(({ field, problem }) => ({ field, problem: plain(problem) }));
}

/** Zod's own sentences, in the words of the other messages. */
function plain(problem: string): string {
  if (!problem.startsWith('Invalid input: expected ')) return problem;
  const [expected = '', received = ''] = problem
    .slice('Invalid input: expected '.length)
    .split(', received ');
  if (received === 'undefined') return 'is required';
  // What another realm's parser made is named after its class there.
  return `must be of type ${expected}, was ${received.toLowerCase()}`;
}

function suggestion(key: string, known: readonly string[]): string {
  const wanted = key.toLowerCase().replaceAll(/[_-]/g, '');
  const near = known.find((name) => editDistanceAtMostTwo(name.toLowerCase(), wanted));
  return near === undefined ? '' : `; did you mean ${near}?`;
}

/** Names differ by at most two inserted, dropped or changed letters, and not in most of them. */
function editDistanceAtMostTwo(left: string, right: string): boolean {
  const most = Math.min(2, Math.floor(left.length / 3));
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return (row[right.length] ?? Infinity) <= most;
}
