/** The CLI's way to the API: one request, one deadline, and failures a person can act on. */
import type { z } from 'zod';
import type { Problem } from '../../contracts/http.ts';
import { problemSchema } from '../../contracts/http.ts';
import { textField } from '../../domain/thrown.ts';
import type { CliPorts, Role } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { CliError } from './errors.ts';
import { printable } from './format.ts';

const READ_MS_MAX = 10_000;
/** A decision takes up to 10 s, and a request may hold many proposals; a pause up to 10 s. */
const CHANGE_MS_MAX = 30_000;

/** Failures in which no byte of the request can have arrived. */
const NOT_CONNECTED = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

/** An HTTP answer with its body parsed as JSON; undefined where it is none. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Reads `path` and checks the answer.
 * @returns the body as it came (`raw`) and as `schema` reads it
 * @throws CliError for anything but a 200 with such a body
 */
export async function readApi<Schema extends z.ZodType>(
  ports: CliPorts,
  path: string,
  schema: Schema,
): Promise<{ raw: unknown; value: z.output<Schema> }> {
  const answer = await read(ports, path);
  if (answer.status !== 200) throw refusal(answer);
  const parsed = schema.safeParse(answer.body);
  if (!parsed.success) throw notUnderstood(ports);
  return { raw: answer.body, value: parsed.data };
}

/** Shows a token only to an API that asks for one, as it does from elsewhere and from a container. */
async function read(ports: CliPorts, path: string): Promise<ApiAnswer> {
  const answer = await request(ports, path, { method: 'GET' }, READ_MS_MAX);
  if (answer.status !== 401) return answer;
  const token = await ports.token('trader');
  if (token === undefined) return answer;
  const headers = { authorization: `Bearer ${token}` };
  return request(ports, path, { method: 'GET', headers }, READ_MS_MAX);
}

/** A change asked of the API, and what to say when nobody knows whether it arrived. */
export interface Change {
  readonly path: string;
  readonly role: Role;
  readonly body: string;
  readonly contentType: string;
  readonly ifUnknown: readonly string[];
}

/**
 * Sends proposals with the trader's token; the caller judges the answer.
 * @throws CliError when there is no token or no answer
 */
export async function postProposals(
  ports: CliPorts,
  proposals: { body: string; contentType: string },
): Promise<ApiAnswer> {
  const ifUnknown = [
    'the proposals may have been taken: look with ballast trades before sending them again',
    '(one with an id can be sent again as it is: it is never taken twice)',
  ];
  return postChange(ports, { ...proposals, path: '/api/v1/trades', role: 'trader', ifUnknown });
}

/**
 * Asks for a change with a role's token; the caller judges the answer.
 * @throws CliError when there is no token or no answer
 */
export async function postChange(ports: CliPorts, change: Change): Promise<ApiAnswer> {
  const { path, role, body, contentType, ifUnknown } = change;
  const token = await ports.token(role);
  if (token === undefined) {
    throw new CliError(`there is no ${role}'s token yet`, EXIT.configuration, [
      `npm start makes the tokens at its first start; or set BALLAST_${role.toUpperCase()}_TOKEN`,
    ]);
  }
  const headers = { authorization: `Bearer ${token}`, 'content-type': contentType };
  return request(ports, path, { method: 'POST', headers, body }, CHANGE_MS_MAX, ifUnknown);
}

async function request(
  ports: CliPorts,
  path: string,
  init: RequestInit,
  msMax: number,
  ifUnknown: readonly string[] = [],
): Promise<ApiAnswer> {
  const url = new URL(path, ports.apiUrl());
  try {
    const signal = AbortSignal.timeout(msMax);
    // A redirect would carry the token to wherever it points.
    const response = await fetch(url, { ...init, signal, redirect: 'error' });
    return { status: response.status, body: jsonOrNothing(await response.text()) };
  } catch (error) {
    throw noAnswer(error, url.origin, ifUnknown, msMax);
  }
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** After a broken or slow POST the change may have been made: say so, never "failed". */
function noAnswer(
  error: unknown,
  origin: string,
  unknown: readonly string[],
  msMax: number,
): CliError {
  if (textField(error, 'name') === 'TimeoutError') {
    const message = `${origin} did not answer within ${msMax / 1000} s`;
    return new CliError(message, EXIT.timeout, unknown);
  }
  // Node's fetch says only "fetch failed"; why is in its cause.
  const cause: unknown = typeof error === 'object' && error !== null && Reflect.get(error, 'cause');
  const reason = textField(cause, 'code') ?? textField(cause, 'message') ?? 'no reason given';
  const running = 'is it running? start it with: npm start';
  if (NOT_CONNECTED.includes(reason)) {
    const message = `nothing answers at ${origin} (${reason})`;
    return new CliError(message, EXIT.unreachable, [running]);
  }
  const message = `no answer from ${origin}, the connection broke: ${reason}`;
  return new CliError(message, EXIT.unreachable, [running, ...unknown]);
}

/** An answer that is no success, as the error the command ends with. */
export function refusal(answer: ApiAnswer): CliError {
  const parsed = problemSchema.safeParse(answer.body);
  const message = parsed.success
    ? problemText(parsed.data)
    : `the API answered ${answer.status} without saying why`;
  return new CliError(message, exitCodeOf(answer.status), adviceFor(answer.status));
}

/** A problem's message with the fields it names. */
export function problemText(problem: Problem): string {
  const fields = (problem.problems ?? []).map((entry) => `${entry.field} ${entry.problem}`);
  return printable([problem.message, ...fields].join('; '));
}

/** The exit code of an HTTP status that is no success. */
export function exitCodeOf(status: number): number {
  switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return EXIT.usage;
    case 401:
    case 403:
    // Only wrong tokens are ever too many.
    case 429:
      return EXIT.configuration;
    case 409:
      return EXIT.conflict;
    case 423:
      return EXIT.paused;
    case 503:
      return EXIT.notReady;
    default:
      return EXIT.error;
  }
}

function adviceFor(status: number): string[] {
  if (status === 401 || status === 403 || status === 429) {
    return ['is BALLAST_DATA_DIR (or BALLAST_TRADER_TOKEN) the same here as where Ballast runs?'];
  }
  if (status === 503) return ['it may still be starting: ballast doctor says what is missing'];
  return [];
}

/** The error for a body that is not what this version of Ballast answers. */
export function notUnderstood(ports: CliPorts): CliError {
  const message = `what answers at ${ports.apiUrl()} is not this version of Ballast`;
  return new CliError(message, EXIT.error, ['check BALLAST_HOST and BALLAST_PORT']);
}
