/** `ballast alerts` and `alerts ack`. */
import type { Command } from 'commander';
import { Option } from 'commander';
import type { AlertView } from '../../contracts/alerts.ts';
import { ackViewSchema, alertsViewSchema } from '../../contracts/alerts.ts';
import { ALERT_LEVELS } from '../../domain/alerts.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { change, show } from './ask.ts';
import type { Paint } from './format.ts';
import { painter, printable, table, utcTime } from './format.ts';
import { orOf } from './lists.ts';
import type { Ends } from './verbs.ts';
import { example, listOptions, nonEmpty, pathWith } from './verbs.ts';

interface Options {
  readonly last?: number;
  readonly level?: string;
  readonly book?: string;
  readonly all?: true;
  readonly json?: true;
}

/** Adds the verbs of alerts. */
export function addAlertVerbs(program: Command, ports: CliPorts, ends: Ends): void {
  const alerts = program
    .command('alerts')
    .enablePositionalOptions()
    .description('what needs a person, the newest first')
    .option('--all', 'resolved ones too')
    .addOption(new Option('--level <level>', 'only those').choices(ALERT_LEVELS))
    .addOption(listOptions.last())
    .addOption(listOptions.book())
    .addOption(listOptions.json())
    .addHelpText('after', example('ballast alerts'))
    .action(
      ends(async ({ last: limit, json, ...query }: Options) => {
        const path = pathWith('/api/v1/alerts', { limit, ...query });
        const asked = { path, schema: alertsViewSchema, asJson: json === true };
        const paint = painter(ports.isTerminal);
        await show(ports, asked, (view) =>
          orOf(view.alerts, (rows) => alertLines(rows, paint), 'no alerts: nothing needs you'),
        );
        return EXIT.ok;
      }),
    );
  alerts
    .command('ack')
    .description('say that you have seen an alert; the first one to say so is kept')
    .argument('<id>', 'an alert, e.g. a-12')
    .option('--reason <text>', 'kept in the audit log', nonEmpty)
    .addOption(listOptions.json())
    .addHelpText('after', example('ballast alerts ack a-12 --reason "looking into it"'))
    .action(
      ends((id: string, options: { reason?: string; json?: true }) =>
        change(
          ports,
          {
            path: `/api/v1/alerts/${encodeURIComponent(id)}/ack`,
            role: 'operator',
            body: options.reason === undefined ? {} : { reason: options.reason },
            schema: ackViewSchema,
            asJson: options.json === true,
          },
          (ack) => [printable(`${ack.id} acknowledged by ${ack.ackedBy}, ${utcTime(ack.ackedAt)}`)],
        ),
      ),
    );
}

function alertLines(alerts: readonly AlertView[], paint: Paint): string[] {
  const style = { critical: 'red', warning: 'yellow', info: 'dim' } as const;
  const rows = alerts.map((alert) => [
    alert.id,
    paint(style[alert.level], alert.level),
    alert.code,
    printable(alert.detail),
    `${alert.times}x`,
    utcTime(alert.lastAt),
    alert.resolvedAt !== null
      ? 'resolved'
      : printable(alert.ackedBy === null ? 'open' : `seen by ${alert.ackedBy}`),
  ]);
  const head = ['id', 'level', 'code', 'what', 'times', 'last', 'state'];
  const advice = new Map(alerts.map(({ code, advice: text }) => [code, text]));
  return [
    ...table([head, ...rows], [4]),
    '',
    ...[...advice].map(([code, text]) => printable(`${code}: ${text}`)),
  ];
}
