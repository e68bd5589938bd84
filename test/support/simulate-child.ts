// `ballast simulate` with the echo venue in the place of Kalshi; the rest is the real thing.
import { startSimulators } from '../../bin/simulate.ts';
import { runCli } from '../../client/cli/program.ts';
import type { CliPorts } from '../../client/ports.ts';
import { echoVenue } from './echo-venue.ts';

const ports: Partial<CliPorts> = {
  simulate: (asked) =>
    startSimulators(asked, {
      kalshi: ({ key }) => ({
        venue: echoVenue(),
        environment: ({ url, keyFile }) => ({
          KALSHI_BASE_URL: `${url}/trade-api/v2`,
          KALSHI_API_KEY: key.keyId,
          KALSHI_PRIVATE_KEY_PATH: keyFile,
        }),
      }),
    }),
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
};
process.exitCode = await runCli(ports as CliPorts, process.argv.slice(2));
