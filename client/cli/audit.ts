/** `ballast audit`. */
import type { Command } from 'commander';
import { Option } from 'commander';
import type { AuditView } from '../../contracts/audit.ts';
import { auditViewSchema } from '../../contracts/audit.ts';
import { DESKS } from '../../domain/desk.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { show } from './ask.ts';
import { CliError } from './errors.ts';
import { printable, table, utcTime } from './format.ts';
import type { Ends } from './verbs.ts';
import { example, listOptions, pathWith } from './verbs.ts';

interface Options {
  readonly last?: number;
  readonly action?: string;
  readonly desk?: string;
  readonly json?: true;
}

/** Hashes are told apart by their beginning. */
const HASH_SHOWN = 12;

/** Adds `audit`. */
export function addAuditVerb(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('audit')
    .description('who did what and why; ends with 1 where the entries shown do not link')
    .addOption(listOptions.last())
    .option('--action <action>', 'only those, e.g. desk.paused')
    .addOption(new Option('--desk <desk>', "only that desk's").choices(DESKS))
    .addOption(listOptions.json())
    .addHelpText('after', example('ballast audit --last 20 --action desk.paused'))
    .action(
      ends(async ({ last: limit, json, ...query }: Options) => {
        const path = pathWith('/api/v1/audit', { limit, ...query });
        const asked = { path, schema: auditViewSchema, asJson: json === true };
        const view = await show(ports, asked, auditLines);
        if (view.linked) return EXIT.ok;
        throw new CliError(printable(view.faults.join('; ')), EXIT.error, [
          'the log was changed by hand: ballast verify checks all of it; restore from a backup',
        ]);
      }),
    );
}

function auditLines({ head, linked, entries }: AuditView): string[] {
  const rows = entries.map((entry) => [
    String(entry.seq),
    utcTime(entry.at),
    printable(entry.action),
    // A signal's word proves no role.
    printable(entry.verified ? entry.actor : `${entry.actor} (unverified)`),
    printable(entry.reason),
    printable(JSON.stringify(entry.detail)),
  ]);
  const chain = linked ? 'what is shown links' : 'WHAT IS SHOWN DOES NOT LINK';
  return [
    `${head.seq} entries, head ${printable(head.hash.slice(0, HASH_SHOWN))}: ${chain}`,
    ...(rows.length === 0 ? [] : table([['', 'at', 'action', 'by', 'reason', 'detail'], ...rows])),
  ];
}
