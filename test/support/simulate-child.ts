// `ballast simulate` with the echo venue in the place of Kalshi; the rest is the real thing.
import { startSimulators } from '../../bin/simulate.ts';
import { SIMULATORS } from '../../bin/simulators.ts';
import { runCli } from '../../client/cli/program.ts';
import type { CliPorts } from '../../client/ports.ts';
import { echoVenue } from './echo-venue.ts';

const ports: Partial<CliPorts> = {
  simulate: (asked) =>
    startSimulators(asked, {
      ...SIMULATORS,
      kalshi: (setting) => ({ ...SIMULATORS.kalshi!(setting), venue: echoVenue() }),
    }),
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
};
process.exitCode = await runCli(ports as CliPorts, process.argv.slice(2));
