/** `ballast propose`, and with `--dry-run` what would become of it. */
import type { Command } from 'commander';
import type { CliPorts } from '../ports.ts';
import { dryRun } from './dry-run.ts';
import { propose } from './propose.ts';
import type { Ends } from './verbs.ts';

const PROPOSE_HELP = `
One JSON object, an array, or one object a line (NDJSON), at most 100. Each is answered on one line.
When some are not accepted, the first of them decides the exit code: 6 denied, 7 paused or halted,
8 not ready, 9 id used by another proposal, 2 invalid, 5 not decided yet. One that only waits for an
admin's word ends with 0.

With --dry-run a single proposal is judged on fresh facts and nothing else happens: every rule's
verdict, and what it would be at several sizes. It ends with 6 where it would be denied.

Example, a single leg:
  $ echo '{"strategy":"demo","event":"fomc","legs":[{"venue":"kalshi",
      "market":"KXFEDDECISION-26DEC-H0","outcome":"no","limitPrice":"0.41"}],
      "fairPrice":"0.47","budget":"20"}' | ballast propose -`;

/** Adds `propose`. */
export function addProposeVerb(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('propose')
    .description('send proposals; the desk checks every limit and trades what passes')
    .argument('<file>', 'a file, or - for standard input')
    .option('--dry-run', 'only judge it: every verdict, and a ladder of sizes')
    .option('--json', "the API's own answer")
    .addHelpText('after', PROPOSE_HELP)
    .action(
      ends((path: string, options: { dryRun?: true; json?: true }) => {
        const run = options.dryRun === true ? dryRun : propose;
        return run(ports, path, options.json === true);
      }),
    );
}
