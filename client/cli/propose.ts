/** `ballast propose`: sends proposals from a file or standard input, says what became of each. */
import { z } from 'zod';
import type { Problem, Submission } from '../../contracts/http.ts';
import { problemSchema, submissionSchema } from '../../contracts/http.ts';
import type { DenialCode } from '../../domain/risk/codes.ts';
import { DENIALS } from '../../domain/risk/codes.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import type { ApiAnswer } from './api.ts';
import { exitCodeOf, notUnderstood, postProposals, problemText, refusal } from './api.ts';
import { CliError } from './errors.ts';
import { jsonText, printable, usd, utcTime } from './format.ts';
import { readProposals } from './proposals-in.ts';

const bodySchema = z.union([submissionSchema, problemSchema]);
const resultSchema = z.object({ status: z.int(), body: bodySchema });
const resultsSchema = z.object({ results: z.array(resultSchema) });
type Result = z.output<typeof resultSchema>;

/** Statuses by which the server refuses the request, not one proposal in it. */
const REQUEST_REFUSED = [401, 403, 404, 413, 415, 429, 500];

/** What to do next, by exit code; a denial's advice stands with its code. */
const ADVICE: Readonly<Record<number, string>> = {
  [EXIT.error]: 'the log of Ballast has the details under that request',
  [EXIT.usage]: 'nothing was decided: correct the fields named above and send it again',
  [EXIT.timeout]: 'not decided yet: look again with ballast trades <id>',
  [EXIT.paused]:
    'nothing was decided: ballast status says why; send it again when the desk is active',
  [EXIT.notReady]: 'ballast doctor says what is missing; then send it again with the same id',
  [EXIT.conflict]: 'the id belongs to another proposal: choose a new one, or look it up',
};

/**
 * Runs the command.
 * @returns 0 when every proposal was accepted or waits for an admin's word
 * @throws CliError with the code of the first, in their order, that was not
 */
export async function propose(ports: CliPorts, path: string, asJson: boolean): Promise<number> {
  const outbox = await readProposals(ports, path);
  const answer = await postProposals(ports, outbox);
  const isList = outbox.form === 'several' && answer.status === 200;
  if (!isList && (outbox.form === 'several' || REQUEST_REFUSED.includes(answer.status))) {
    throw refusal(answer);
  }
  const results = resultsOf(ports, answer, isList);
  if (asJson) ports.out(jsonText(answer.body));
  const named = results.map((result, index) => ({
    result,
    name: nameOf(result, outbox.names[index] ?? `proposal ${index + 1}`),
  }));
  if (!asJson) for (const { name, result } of named) ports.out(resultLine(name, result));
  const refused = named.filter(({ result }) => resultCode(result) !== EXIT.ok);
  const first = refused[0];
  if (first === undefined) return EXIT.ok;
  const others = refused.length === 1 ? '' : `, and ${refused.length - 1} more`;
  throw new CliError(
    `${first.name} was not accepted${others}: ${resultWord(first.result)}`,
    resultCode(first.result),
    adviceOf(refused.map(({ result }) => result)),
  );
}

function resultsOf(ports: CliPorts, answer: ApiAnswer, isList: boolean): Result[] {
  const parsed = isList
    ? resultsSchema.safeParse(answer.body)
    : resultsSchema.safeParse({ results: [answer] });
  if (!parsed.success) throw notUnderstood(ports);
  return parsed.data.results;
}

function isSubmission(body: Submission | Problem): body is Submission {
  return 'status' in body;
}

function nameOf({ body }: Result, name: string): string {
  return isSubmission(body) ? body.id : name;
}

function resultCode({ status, body }: Result): number {
  if (!isSubmission(body)) return exitCodeOf(status);
  switch (body.status) {
    case 'accepted':
    // Nothing was refused: it is an admin's turn.
    case 'awaiting_approval':
      return EXIT.ok;
    case 'denied':
      return EXIT.denied;
    case 'pending':
      return EXIT.timeout;
  }
}

function resultWord({ body, status }: Result): string {
  if (isSubmission(body)) return body.status;
  return status === 422 || status === 400 ? 'invalid' : body.code;
}

function resultLine(name: string, result: Result): string {
  const { body, status } = result;
  const head = `${name}  ${resultWord(result)}`;
  if (!isSubmission(body)) return printable(`${head}: ${problemText(body)}`);
  // 202 is a fresh decision, 200 the stored answer to a repeat.
  const again = status === 200 ? ' (decided before)' : '';
  switch (body.status) {
    case 'accepted':
      return printable(
        `${head}${again}: ${body.quantity} contracts of ${body.outcome}, ` +
          `worst case ${usd(body.worstCase)}, ROI ${body.roiPercent} %`,
      );
    case 'denied':
      return printable(`${head}${again}: ${failed(body.failures).map(verdictText).join('; ')}`);
    case 'awaiting_approval':
      return printable(
        `${head} until ${utcTime(body.until)}: ${failed(body.failures).map(verdictText).join('; ')}; ` +
          `an admin lets it pass with: ballast approve ${body.id} --reason "..."`,
      );
    case 'pending':
      return printable(`${head}: ${body.detail}`);
  }
}

type Failures = Extract<Submission, { status: 'denied' }>['failures'];

function failed(failures: Failures): Failures {
  return failures.filter((verdict) => !verdict.passed);
}

function verdictText(verdict: Failures[number]): string {
  return `${verdict.code} ${verdict.detail}`;
}

/** Each kind of refusal once, in the order met. */
function adviceOf(refused: readonly Result[]): string[] {
  const advice = refused.flatMap(({ status, body }) =>
    isSubmission(body) && body.status === 'denied'
      ? failed(body.failures).map(({ code }) => `${code}: ${DENIALS[code as DenialCode]}`)
      : [ADVICE[resultCode({ status, body })] ?? ''],
  );
  return [...new Set(advice)].filter((line) => line !== '');
}
