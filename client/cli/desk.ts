/** `ballast pause`, `resume` and `rearm`. */
import type { Command } from 'commander';
import type { StopView } from '../../contracts/http.ts';
import { stopViewSchema } from '../../contracts/http.ts';
import type { CliPorts, Role } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { notUnderstood, postChange, refusal } from './api.ts';
import { CliError } from './errors.ts';
import { jsonText, printable } from './format.ts';
import type { Ends } from './verbs.ts';
import { nonEmpty } from './verbs.ts';

const PAUSE_HELP = `
Entries stop; exits, settlement and recording go on. The command ends when the stop holds, 10 s at
most, and lists the orders that may still have left. Where no API answers it pauses the ledger itself.

Example:
  $ ballast pause --reason "feed looks wrong"`;

const RESUME_HELP = `
Undoes an operator's pause. A desk that stopped by itself (a breach, a break, a restore) is looked
at first; then --after-breach uses the admin's token.

Example:
  $ ballast resume --reason "feed is fixed"`;

const REARM_HELP = `
Lets a halted desk send orders again, with the admin's token: look at every open order and position
first (ballast status, orders --open, positions).

Example:
  $ ballast rearm --reason "books compared with both venues"`;

interface Options {
  readonly reason: string;
  readonly json?: true;
  readonly afterBreach?: true;
}

/** Adds the verbs that stop entries and let them go on. */
export function addPauseVerbs(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('pause')
    .description('stop entries at once; what is open goes on to its settlement')
    .requiredOption('--reason <text>', 'why; kept in the audit log', nonEmpty)
    .option('--json', 'the raw answer')
    .addHelpText('after', PAUSE_HELP)
    .action(ends((options: Options) => pause(ports, options)));
  program
    .command('resume')
    .description('let entries go on')
    .requiredOption('--reason <text>', 'why; kept in the audit log', nonEmpty)
    .option('--after-breach', "lift a stop the desk made by itself, with the admin's token")
    .option('--json', 'the raw answer')
    .addHelpText('after', RESUME_HELP)
    .action(ends((options: Options) => resume(ports, options)));
  program
    .command('rearm')
    .description('let a halted desk trade again once it has been looked at')
    .requiredOption('--reason <text>', 'why; kept in the audit log', nonEmpty)
    .option('--json', 'the raw answer')
    .addHelpText('after', REARM_HELP)
    .action(ends((options: Options) => rearm(ports, options)));
}

async function pause(ports: CliPorts, options: Options): Promise<number> {
  const view = await pauseSomehow(ports, options.reason);
  if (options.json === true) ports.out(jsonText(view));
  else for (const line of stopLines(view)) ports.out(line);
  return EXIT.ok;
}

async function pauseSomehow(ports: CliPorts, reason: string): Promise<StopView> {
  try {
    const answer = await ask(ports, 'pause', 'operator', reason);
    if (answer.status !== 200) throw refusal(answer);
    const parsed = stopViewSchema.safeParse(answer.body);
    if (!parsed.success) throw notUnderstood(ports);
    return parsed.data;
  } catch (error) {
    const silent = [EXIT.unreachable, EXIT.timeout] as number[];
    if (!(error instanceof CliError) || !silent.includes(error.exitCode)) throw error;
    ports.err(`${error.message}; pausing the ledger itself`);
    return ports.pauseDirectly(reason);
  }
}

async function resume(ports: CliPorts, options: Options): Promise<number> {
  const role = options.afterBreach === true ? 'admin' : 'operator';
  const answer = await ask(ports, 'resume', role, options.reason);
  if (answer.status === 409) {
    const { message } = refusal(answer);
    throw new CliError(message, EXIT.conflict, [
      'ballast status says why it stopped; when that is settled: ballast resume --after-breach --reason "..."',
    ]);
  }
  if (answer.status !== 200) throw refusal(answer);
  ports.out(options.json === true ? jsonText(answer.body) : 'active: entries go on');
  return EXIT.ok;
}

async function rearm(ports: CliPorts, options: Options): Promise<number> {
  const answer = await ask(ports, 'rearm', 'admin', options.reason);
  if (answer.status !== 200) throw refusal(answer);
  ports.out(options.json === true ? jsonText(answer.body) : 'active: orders are sent again');
  return EXIT.ok;
}

function ask(ports: CliPorts, verb: 'pause' | 'resume' | 'rearm', role: Role, reason: string) {
  return postChange(ports, {
    path: `/api/v1/${verb}`,
    role,
    body: JSON.stringify({ reason }),
    contentType: 'application/json',
    ifUnknown: [`it may have been done: ballast status says how the desk stands`],
  });
}

function stopLines(view: StopView): string[] {
  if (view.state === 'active') return ['somebody resumed the desk meanwhile: it is active'];
  const head = `${view.state} (epoch ${view.epoch}): no entry is sent any more`;
  if (view.unresolved.length === 0) return [head];
  return [
    `${head}, but for these, whose outcome is being looked up:`,
    ...view.unresolved.map((id) => `  ${printable(id)}`),
  ];
}
