/** `ballast simulate`: venues on this machine that speak the real protocols, with faults. */
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { VENUE_IDS } from '../../domain/venue-id.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import type { SimulateAsked } from '../simulate-ports.ts';
import { CliError } from './errors.ts';
import { jsonText, table } from './format.ts';
import type { Ends } from './verbs.ts';
import { nonEmpty } from './verbs.ts';

const SIMULATE_HELP = `
Listens on loopback only. The printed variables let a desk trade there; the keys are made for this
run and end with it. With the same seed the same requests meet the same faults.

Example:
  $ ballast simulate --venue kalshi --port 4100 --admin-port 4101 --faults 0.2 --data markets.json`;

interface Options {
  readonly venue?: VenueId;
  readonly port: number;
  readonly adminPort: number;
  readonly seed: string;
  readonly faults: number;
  readonly data?: string;
  readonly journal?: string;
  readonly json?: true;
}

/** Adds `simulate`. */
export function addSimulateVerb(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('simulate')
    .description('run simulated venues here until they are stopped')
    .addOption(new Option('--venue <venue>', 'only this one (default: all)').choices(VENUE_IDS))
    .option('--port <port>', "the venue's port; 0: any (needs --venue)", port, 0)
    .option('--admin-port <port>', 'the port that scripts it; 0: any (needs --venue)', port, 0)
    .option('--seed <text>', 'what faults are drawn from', nonEmpty, '1')
    .option('--faults <share>', 'how many requests meet a fault, 0 to 1', share, 0)
    .option('--data <file>', 'calls of the admin port to begin with, as JSON', nonEmpty)
    .option('--journal <file>', 'append every request to this file (needs --venue)', nonEmpty)
    .option('--json', 'the addresses as JSON')
    .addHelpText('after', SIMULATE_HELP)
    .action(ends((options: Options) => simulate(ports, options)));
}

async function simulate(ports: CliPorts, options: Options): Promise<number> {
  const running = await ports.simulate(askedOf(options));
  try {
    const { simulators } = running;
    if (options.json === true) {
      ports.out(jsonText({ simulators }));
    } else {
      const rows = simulators.map(({ venue, url, adminUrl }) => [venue, url, adminUrl]);
      for (const line of table([['venue', 'address', 'admin'], ...rows])) ports.out(line);
      for (const { environment } of simulators) {
        for (const [name, value] of Object.entries(environment)) ports.out(`${name}=${value}`);
      }
      ports.out('ready; stop with Ctrl-C');
    }
    await running.stopped;
  } finally {
    await running.close();
  }
  return EXIT.ok;
}

function askedOf({ venue, port, adminPort, seed, faults, data, journal }: Options): SimulateAsked {
  if (venue === undefined && (port !== 0 || adminPort !== 0 || journal !== undefined)) {
    const problem = 'a port or a journal belongs to one venue: name it with --venue';
    throw new CliError(problem, EXIT.usage);
  }
  return {
    ...(venue === undefined ? {} : { venue }),
    port,
    adminPort,
    seed,
    share: faults,
    ...(data === undefined ? {} : { dataFile: data }),
    ...(journal === undefined ? {} : { journalFile: journal }),
  };
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
  }
  return Number(text);
}

function share(text: string): number {
  if (!/^(0(\.\d+)?|1(\.0+)?)$/.test(text)) {
    throw new InvalidArgumentError('It must be a number from 0 to 1, e.g. 0.2.');
  }
  return Number(text);
}
