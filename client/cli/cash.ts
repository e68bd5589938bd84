/** `ballast cash`. */
import type { Command } from 'commander';
import type { CashView } from '../../contracts/money-views.ts';
import { cashViewSchema } from '../../contracts/money-views.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { show } from './ask.ts';
import { printable, signedUsd, table, usd, utcTime } from './format.ts';
import type { Ends } from './verbs.ts';
import { example, listOptions, pathWith } from './verbs.ts';

interface Options {
  readonly last?: number;
  readonly trade?: string;
  readonly book?: string;
  readonly json?: true;
}

/** Transfers shown where no number is asked for. */
const LAST = 10;

/** Adds `cash`. */
export function addCashVerb(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('cash')
    .description('cash by venue, what is held and open, and the newest transfers')
    .addOption(listOptions.last())
    .option('--trade <id>', "only that trade's transfers")
    .addOption(listOptions.book())
    .addOption(listOptions.json())
    .addHelpText('after', example('ballast cash --last 20'))
    .action(
      ends(async ({ last = LAST, json, ...query }: Options) => {
        const path = pathWith('/api/v1/cash', { limit: last, ...query });
        await show(ports, { path, schema: cashViewSchema, asJson: json === true }, cashLines);
        return EXIT.ok;
      }),
    );
}

function cashLines(view: CashView): string[] {
  const head = [
    'venue',
    'cash',
    'held',
    'free',
    'redeemable',
    'open at cost',
    'fees',
    'P&L',
    'paid in',
  ];
  const rows = view.venues.map((venue) => [
    venue.venue,
    usd(venue.cash),
    usd(venue.held),
    usd(venue.free),
    usd(venue.redeemable),
    usd(venue.positions),
    usd(venue.fees),
    signedUsd(venue.pnl),
    usd(venue.capital),
  ]);
  return [
    `${view.book} book`,
    ...table([head, ...rows], [1, 2, 3, 4, 5, 6, 7, 8]),
    ...asideLines(view),
    '',
    ...transferLines(view),
  ];
}

/** Money that is neither cash nor a result yet. */
function asideLines({ venues, unsettled, redeemable }: CashView): string[] {
  const credits = venues.filter((venue) => usd(venue.venueCredit) !== usd('0'));
  const suspense = venues.filter((venue) => usd(venue.suspense) !== usd('0'));
  return [
    ...unsettled.map(
      ({ venue, tradeId, amount }) =>
        `${venue} ${printable(tradeId)}: ${signedUsd(amount)} of its settled leg waits for the other leg's result`,
    ),
    ...redeemable.map(
      ({ venue, market, amount, since }) =>
        `${venue} ${printable(market)}: ${usd(amount)} won, to be redeemed since ${utcTime(since)}`,
    ),
    ...credits.map(
      (venue) => `${venue.venue}: ${usd(venue.venueCredit)} redeemed beyond what was owed`,
    ),
    ...suspense.map((venue) => `${venue.venue}: ${usd(venue.suspense)} in suspense`),
  ];
}

function transferLines({ transfers }: CashView): string[] {
  if (transfers.length === 0) return ['no transfers'];
  const head = ['recorded', 'code', 'amount', 'to (debit)', 'from (credit)', 'trade'];
  const rows = transfers.map((transfer) => [
    utcTime(transfer.recordedAt),
    transfer.code,
    usd(transfer.amount),
    printable(transfer.debit),
    printable(transfer.credit),
    printable(transfer.tradeId ?? '-'),
  ]);
  return table([head, ...rows], [2]);
}
