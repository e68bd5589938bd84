/** `ballast halt`: stops every order, cancels what is open, and says what is left. */
import type { Command } from 'commander';
import type { HaltView } from '../../contracts/halt.ts';
import { haltViewSchema } from '../../contracts/halt.ts';
import { messageOf } from '../../domain/thrown.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { notUnderstood, postChange, refusal } from './api.ts';
import { jsonText, printable, table } from './format.ts';
import type { Ends } from './verbs.ts';
import { nonEmpty } from './verbs.ts';

const HELP = `
Nothing is sent any more but cancels and what a person orders by name. What is open is cancelled
by id, then each venue is asked what is left. The file HALT in the data directory is written first,
and read before every order's bytes leave. Where no API answers, this command does it all itself.
Pressing it again is safe. Only ballast rearm lifts it.

Ends with 0 only where every venue says that nothing is open; with 1 where an order is open or the
halt could not be written, with 3 where a venue was not reached, with 5 where an order's outcome
is not known yet.

Example:
  $ ballast halt --reason "orders nobody asked for"`;

interface Options {
  readonly reason: string;
  readonly json?: true;
}

/** Adds the verb that stops everything. */
export function addHaltVerb(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('halt')
    .description('stop every order at once, cancel what is open, and verify')
    .requiredOption('--reason <text>', 'why; kept in the audit log', nonEmpty)
    .option('--json', 'the raw answer')
    .addHelpText('after', HELP)
    .action(ends((options: Options) => halt(ports, options)));
}

async function halt(ports: CliPorts, { reason, json }: Options): Promise<number> {
  await latchFirst(ports, reason);
  const view = await haltSomehow(ports, reason);
  for (const line of json === true ? [jsonText(view)] : haltLines(view)) ports.out(line);
  return exitCodeOf(view);
}

/** Before anybody is asked, so that a desk that hangs sends nothing meanwhile. */
async function latchFirst(ports: CliPorts, reason: string): Promise<void> {
  try {
    const path = await ports.latch(reason);
    if (path !== undefined) ports.err(`${path} is set`);
  } catch (error) {
    ports.err(`the file HALT could not be written here: ${messageOf(error)}`);
  }
}

async function haltSomehow(ports: CliPorts, reason: string): Promise<HaltView> {
  const answer = await haltByApi(ports, reason);
  if (typeof answer !== 'string') return answer;
  ports.err(`${answer}; halting from here`);
  return ports.haltDirectly(reason);
}

/** An API that hangs must not keep anybody from halting: its word of life comes at once or not. */
const ALIVE_MS_MAX = 2_000;
/** Wrong tokens: this may be somebody else's API, and what is here not the desk that was meant. */
const NOT_OURS = [401, 403, 429];

/**
 * @returns the answer, or why there is none
 * @throws CliError where the API does not take this command line's token
 */
async function haltByApi(ports: CliPorts, reason: string): Promise<HaltView | string> {
  try {
    const signal = AbortSignal.timeout(ALIVE_MS_MAX);
    await fetch(new URL('/healthz', ports.apiUrl()), { signal, redirect: 'error' });
  } catch {
    return `nothing answers at ${ports.apiUrl()}`;
  }
  const answer = await postChange(ports, {
    path: '/api/v1/halt',
    role: 'operator',
    body: JSON.stringify({ reason }),
    contentType: 'application/json',
    ifUnknown: [],
  }).catch(messageOf);
  if (typeof answer === 'string') return answer;
  if (NOT_OURS.includes(answer.status)) throw refusal(answer);
  if (answer.status !== 200) return refusal(answer).message;
  const parsed = haltViewSchema.safeParse(answer.body);
  return parsed.success ? parsed.data : notUnderstood(ports).message;
}

/** What a person reads: the state, a line a venue, then every order that is left and why. */
export function haltLines(view: HaltView): string[] {
  const { state, epoch, latched, unresolved, venues, problems } = view;
  const by = [
    ...(epoch === null ? [] : [`ledger, epoch ${epoch}`]),
    ...(latched ? ['file HALT'] : []),
  ];
  const rows = venues.map((at) => [
    `${at.venue} ${at.book}`,
    `${at.cancelled.length} cancelled`,
    at.listed ? `${at.open.length} open` : 'open orders not known',
    `${at.unresolved.length} unresolved`,
    at.detail,
  ]);
  const left = venues.flatMap((at) => [
    ...at.open.map(({ id, why }) => `  open at ${at.venue}: ${id}: ${why}`),
    ...at.unresolved.map(({ id, why }) => `  unresolved at ${at.venue}: ${id}: ${why}`),
  ]);
  return [
    state === 'halted'
      ? `halted (${by.join('; ')}): nothing is sent but cancels and what a person orders by name`
      : `NOT HALTED: the desk is ${state}`,
    ...(rows.length === 0 ? [] : table(rows)),
    ...left,
    ...unresolved.map((id) => `  may have left before the halt held: ${id}`),
    ...problems.map((problem) => `  failed: ${problem}`),
    view.verified
      ? 'verified: no venue has an open order of ours'
      : 'NOT VERIFIED: look at the venues themselves, and press halt again',
  ].map(printable);
}

function exitCodeOf({ state, latched, epoch, venues, verified }: HaltView): number {
  if (state !== 'halted' || (!latched && epoch === null)) return EXIT.error;
  if (verified) return EXIT.ok;
  if (venues.some(({ open }) => open.length > 0)) return EXIT.error;
  if (venues.some(({ listed }) => !listed)) return EXIT.unreachable;
  return venues.length === 0 ? EXIT.error : EXIT.timeout;
}
