/** One request's proposals: read, checked at the edge, submitted, each answered alone. */
import type { Problem, Submission } from '../../contracts/http.ts';
import type { Proposal } from '../../contracts/proposal.ts';
import { proposalSchema, tradeIdField } from '../../contracts/proposal.ts';
import type { HttpPorts } from '../ports.ts';
import { HttpProblem, proposalProblems } from './problems.ts';

/** More would take longer to decide than a caller waits. */
const PROPOSALS_PER_REQUEST_MAX = 100;
/** So that one request cannot take every connection of the ledger's pool. */
const SUBMISSIONS_AT_ONCE_MAX = 16;

/** NDJSON as it came, one proposal a line; blank lines are skipped. */
export class NdjsonBody {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** The HTTP status and body of one proposal. */
export interface Answer {
  readonly status: number;
  readonly body: Submission | Problem;
}

/** A proposal as it was read, or why its line cannot be read. */
type Entry = { readonly value: unknown } | { readonly problem: HttpProblem };

/** What a request asks for: one answer or a list. The body's form decides, not its length. */
export type Batch =
  | { readonly kind: 'one'; readonly entry: Entry }
  | { readonly kind: 'several'; readonly entries: readonly Entry[] };

/**
 * Reads a request's body.
 * @throws HttpProblem when it holds no proposal or more than `PROPOSALS_PER_REQUEST_MAX`
 */
export function batchOf(body: unknown): Batch {
  if (!(body instanceof NdjsonBody) && !Array.isArray(body)) {
    return { kind: 'one', entry: { value: body } };
  }
  const entries =
    body instanceof NdjsonBody ? entriesOfLines(body.text) : body.map((value) => ({ value }));
  if (entries.length === 0 || entries.length > PROPOSALS_PER_REQUEST_MAX) {
    const problem =
      entries.length === 0
        ? 'holds no proposal'
        : `holds ${entries.length} proposals; at most ${PROPOSALS_PER_REQUEST_MAX} a request`;
    throw invalid([{ field: 'body', problem }]);
  }
  return { kind: 'several', entries };
}

function entriesOfLines(text: string): Entry[] {
  return text.split('\n').flatMap((line, index): Entry[] => {
    if (line.trim() === '') return [];
    try {
      return [{ value: JSON.parse(line) }];
    } catch {
      const problems = [{ field: `line ${index + 1}`, problem: 'is not JSON' }];
      return [{ problem: new HttpProblem('INVALID_PROPOSAL', { status: 400, problems }) }];
    }
  });
}

/**
 * Submits one proposal; `idempotencyKey` is its id where it has none itself.
 * @throws HttpProblem when the proposal has mistakes, naming every field
 */
export async function submitOne(
  ports: HttpPorts,
  entry: Entry,
  idempotencyKey?: string,
): Promise<Answer> {
  if ('problem' in entry) throw entry.problem;
  const proposal = withKey(proposalOf(entry.value), idempotencyKey);
  return ports.submit({
    ...(proposal.id === undefined ? {} : { id: proposal.id }),
    proposal,
  });
}

/** A proposal as it came in. @throws HttpProblem when it has mistakes, naming every field */
export function proposalOf(value: unknown): Proposal {
  const parsed = proposalSchema.safeParse(value);
  if (!parsed.success) throw invalid(proposalProblems(parsed.error));
  return parsed.data;
}

/**
 * Submits several proposals, a few at a time, and answers in their order. A failure of one is its
 * own answer and leaves the others alone.
 */
export async function submitSeveral(
  ports: HttpPorts,
  entries: readonly Entry[],
  failed: (error: unknown) => HttpProblem,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const waiting = entries.entries();
  const submitNext = async (): Promise<void> => {
    for (const [index, entry] of waiting) {
      try {
        answers[index] = await submitOne(ports, entry);
      } catch (error) {
        const { status, body } = failed(error);
        answers[index] = { status, body };
      }
    }
  };
  await Promise.all(Array.from({ length: SUBMISSIONS_AT_ONCE_MAX }, submitNext));
  return answers;
}

function withKey(proposal: Proposal, key: string | undefined): Proposal {
  if (key === undefined) return proposal;
  const checked = tradeIdField.safeParse(key);
  const problem = !checked.success
    ? checked.error.issues[0]?.message
    : proposal.id !== undefined && proposal.id !== key
      ? `must equal the proposal's id ${proposal.id}`
      : undefined;
  if (problem !== undefined) throw invalid([{ field: 'Idempotency-Key', problem }]);
  return { ...proposal, id: key };
}

function invalid(problems: { field: string; problem: string }[]): HttpProblem {
  return new HttpProblem('INVALID_PROPOSAL', { problems });
}
