/** `ballast venue setup`, `rollout promote|abort` and `arm`: the way to live and back. */
import type { Command } from 'commander';
import { Argument } from 'commander';
import type { VenueSetUpView } from '../../contracts/live.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import { VENUE_IDS } from '../../domain/venue-id.ts';
import type { CliPorts, Role } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { CliError } from './errors.ts';
import { jsonText, printable, table, usd } from './format.ts';
import { checkLines } from './checks.ts';
import type { Ends } from './verbs.ts';
import { example, nonEmpty } from './verbs.ts';

const SETUP_HELP = `
Reads the account with its real key, binds the book to its host and account at first use, and arms
the venue's own fuse: Kalshi's order group, reset where it has tripped; a running desk uses it within
a second. Polymarket has none to arm: its orders expire at the venue. Where POLYMARKET_API_KEY is not
set, the API key is derived from the private key and kept in the data directory.
The same account with a new key is recognised; another account is refused.

Examples:
  $ ballast venue setup kalshi --reason "demo account for the rehearsal"
  $ ballast venue setup polymarket --reason "simulator"`;

const PROMOTE_HELP = `
Takes the desk from paper to live, with the admin's token. Needs LIVE_TRADING=true, a key, and an
account that was set up (ballast venue setup). This version rehearses: the venues' hosts must be
demo hosts or simulators. A running desk trades there at once; entries also need ballast arm.

Example:
  $ ballast rollout promote --reason "rehearsal of Monday"`;

const ABORT_HELP = `
Takes the desk back to paper. Nothing is closed by it: open positions stay in their book and settle.

Example:
  $ ballast rollout abort --reason "rehearsal is over"`;

const ARM_HELP = `
Checks every account as doctor --live does, compares it with the ledger, cash to the cent and open
orders one by one, and lets the desk enter trades for 15 minutes. With the admin's token.

Example:
  $ ballast arm --reason "watching it"`;

const FUSE_WORDS = { new: 'new', reset: 'reset: it lets orders in' } as const;

interface Options {
  readonly reason: string;
  readonly json?: true;
}

/** Adds the verbs; they hold the venues' keys for as long as they run. */
export function addLiveVerbs(program: Command, ports: CliPorts, ends: Ends): void {
  const reasoned = (command: Command, help: string, run: (options: Options) => Promise<number>) =>
    command
      .requiredOption('--reason <text>', 'why; kept in the audit log', nonEmpty)
      .option('--json', 'the raw answer')
      .addHelpText('after', help)
      .action(ends(run));
  const setup = program
    .command('venue')
    .description("the venues' accounts")
    .addHelpText('after', example('ballast venue setup kalshi --reason "first use"'))
    .command('setup')
    .description('check an account, bind the book to it, arm its fuse')
    .addArgument(new Argument('<venue>', 'which').choices(VENUE_IDS))
    .requiredOption('--reason <text>', 'why; kept in the audit log', nonEmpty)
    .option('--json', 'the raw answer')
    .addHelpText('after', SETUP_HELP);
  setup.action(ends((venue: VenueId, options: Options) => setUp(ports, venue, options)));
  const rollout = program
    .command('rollout')
    .description("the desk's phase: paper, or live")
    .addHelpText('after', example('ballast rollout promote --reason "rehearsal"'));
  reasoned(
    rollout.command('promote').description('take the desk from paper to live, in rehearsal'),
    PROMOTE_HELP,
    (options) => move(ports, 'promote', 'admin', options),
  );
  reasoned(
    rollout.command('abort').description('take the desk back to paper'),
    ABORT_HELP,
    (options) => move(ports, 'abort', 'operator', options),
  );
  reasoned(
    program.command('arm').description('let a live desk enter trades for 15 minutes'),
    ARM_HELP,
    (options) => arm(ports, options),
  );
}

/** What adds risk needs the admin's token, what reduces it the operator's. */
async function demand(ports: CliPorts, role: Role): Promise<void> {
  if ((await ports.token(role)) !== undefined) return;
  throw new CliError(`this needs the ${role}'s token`, EXIT.configuration, [
    'run it as the user that started Ballast, or set BALLAST_ADMIN_TOKEN',
  ]);
}

async function setUp(ports: CliPorts, venue: VenueId, options: Options): Promise<number> {
  await demand(ports, 'admin');
  const view = await ports.setUpVenue({ venue, reason: options.reason });
  if (options.json === true) ports.out(jsonText(view));
  else {
    for (const line of checkLines(view.checks, ports.isTerminal)) ports.out(line);
    const bound = view.binding === 'bound' ? 'is bound to' : 'was bound before to';
    ports.out(`the ${view.book} book ${bound} account ${printable(view.account)} at ${view.host}`);
    ports.out(fuseLine(view.fuse));
    if (view.keyDerived) {
      ports.out('an API key was derived and kept in the data directory: restart a desk that runs');
    }
  }
  return view.checks.every(({ ok }) => ok) ? EXIT.ok : EXIT.notReady;
}

function fuseLine(fuse: VenueSetUpView['fuse']): string {
  if (fuse.kind === 'expiry') return `fuse: ${fuse.detail}`;
  const { id, contractsMax, armed } = fuse;
  return `fuse ${printable(id)}: at most ${contractsMax} contracts in 15 s, ${FUSE_WORDS[armed]}`;
}

async function move(
  ports: CliPorts,
  verb: 'promote' | 'abort',
  role: Role,
  options: Options,
): Promise<number> {
  await demand(ports, role);
  const view = await ports[verb](options.reason);
  if (options.json === true) ports.out(jsonText(view));
  else if (!view.changed) ports.out(`the desk is in phase ${view.phase} already`);
  else if (view.phase === 'paper') ports.out('the desk is in phase paper; what is open settles');
  else
    ports.out(
      `the desk is in phase ${view.phase} and trades the ${view.book} book; next: ballast arm`,
    );
  return EXIT.ok;
}

async function arm(ports: CliPorts, options: Options): Promise<number> {
  await demand(ports, 'admin');
  const view = await ports.arm(options.reason);
  if (options.json === true) {
    ports.out(jsonText(view));
    return EXIT.ok;
  }
  const rows = view.accounts.map(({ venue, cashAtVenue, cashInLedger, openOrders }) => [
    venue,
    usd(cashAtVenue),
    usd(cashInLedger),
    String(openOrders),
  ]);
  const head = ['venue', 'cash there', 'cash here', 'open orders'];
  for (const line of table([head, ...rows], [1, 2, 3])) ports.out(line);
  ports.out(`armed until ${view.armedUntil}: the ${view.book} book takes entries`);
  return EXIT.ok;
}
