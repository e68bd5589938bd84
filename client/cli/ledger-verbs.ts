/** `ballast verify`, `backup` and `restore`: what a person does about the ledger itself. */
import type { Command } from 'commander';
import type { BackupView } from '../../contracts/backup.ts';
import type { VerifyView } from '../../contracts/verify.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { jsonText, painter, printable, table } from './format.ts';
import type { Ends } from './verbs.ts';
import { example } from './verbs.ts';

/** More are in `--json`. */
const FINDINGS_SHOWN = 20;

const RESTORE_HELP = `
The database to restore into must be empty: move <data directory>/postgres away, or name an empty
one in DATABASE_URL. The backup is checked before anything is touched. Afterwards the desk stands
still until somebody has looked at it.

Example:
  $ ballast restore /var/lib/ballast/backups/20261122T000005Z-1a2b3c4d
  $ ballast start        (elsewhere: ballast status, ballast trades)
  $ ballast resume --after-breach --reason "compared with the venues"`;

/** Adds the verbs of the ledger itself; they work whether a desk runs or not. */
export function addLedgerVerbs(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('verify')
    .description('check the ledger against itself and the venues; ends with 1 when it finds faults')
    .option('--json', 'every finding')
    .addHelpText('after', example('ballast verify'))
    .action(ends((options: { json?: true }) => verify(ports, options.json === true)));
  program
    .command('backup')
    .description('write a backup of everything, beside a running desk or without one')
    .option('--to <dir>', 'the directory it is made in (default BALLAST_BACKUP_DIR)')
    .option('--json', 'what was written')
    .addHelpText('after', example('ballast backup --to /mnt/elsewhere'))
    .action(ends((options: { to?: string; json?: true }) => backup(ports, options)));
  program
    .command('restore')
    .description('restore a backup into an empty database')
    .argument('<dir>', "the backup's own directory")
    .option('--json', 'what was restored')
    .addHelpText('after', RESTORE_HELP)
    .action(ends((dir: string, options: { json?: true }) => restore(ports, dir, options)));
}

async function verify(ports: CliPorts, asJson: boolean): Promise<number> {
  const view = await ports.verify();
  for (const line of asJson ? [jsonText(view)] : verifyLines(view, ports.isTerminal)) {
    ports.out(line);
  }
  return view.ok ? EXIT.ok : EXIT.error;
}

function verifyLines(view: VerifyView, isTerminal: boolean): string[] {
  if (view.unreadable !== null) {
    return [
      `the database cannot be read: ${printable(view.unreadable)}`,
      'stop the desk; the next start refuses the ledger and says how to restore it',
    ];
  }
  const paint = painter(isTerminal);
  const rows = view.invariants.map(({ id, says, findings }) => [
    id,
    says,
    findings.length === 0 ? paint('green', 'ok') : paint('red', `${findings.length} found`),
  ]);
  const waiting =
    view.waiting === 0 ? [] : [`${view.waiting} facts of the venues wait to be booked; no fault`];
  return [
    `ledger ${printable(view.ledgerId)}, ${view.auditSeq} entries in the audit log`,
    ...table(rows),
    ...waiting,
    ...view.invariants.flatMap(({ findings }) => shown(findings)),
  ];
}

function shown(findings: readonly string[]): string[] {
  const more = findings.length - FINDINGS_SHOWN;
  return [
    ...findings.slice(0, FINDINGS_SHOWN).map(printable),
    ...(more > 0 ? [`and ${more} more; all of them: ballast verify --json`] : []),
  ];
}

async function backup(ports: CliPorts, options: { to?: string; json?: true }): Promise<number> {
  const view = await ports.backup(options.to);
  ports.out(options.json === true ? jsonText(view) : `backup written: ${contents(view)}`);
  return EXIT.ok;
}

async function restore(ports: CliPorts, dir: string, options: { json?: true }): Promise<number> {
  const view = await ports.restore(dir);
  if (options.json === true) {
    ports.out(jsonText(view));
    return EXIT.ok;
  }
  ports.out(`restored and verified: ${contents(view)}, of ${view.createdAt}`);
  ports.out('the desk stands still. Next: ballast start, compare with the venues, then');
  ports.out('  ballast resume --after-breach --reason "..."');
  return EXIT.ok;
}

function contents({ path, tables, rows, bytes }: BackupView): string {
  return `${printable(path)}: ${rows} rows in ${tables} tables, ${Math.ceil(bytes / 1024)} KiB`;
}
