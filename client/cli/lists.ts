/** `ballast orders` and `positions`. */
import type { Command } from 'commander';
import { Option } from 'commander';
import type { PositionsView } from '../../contracts/money-views.ts';
import { positionsViewSchema } from '../../contracts/money-views.ts';
import type { OrderView } from '../../contracts/orders.ts';
import { ordersViewSchema } from '../../contracts/orders.ts';
import { ORDER_STATES } from '../../domain/order-machine.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { show } from './ask.ts';
import { printable, table, usd, utcTime } from './format.ts';
import type { Ends } from './verbs.ts';
import { example, listOptions, pathWith } from './verbs.ts';

interface OrderOptions {
  readonly last?: number;
  readonly trade?: string;
  readonly venue?: string;
  readonly state?: string;
  readonly open?: true;
  readonly book?: string;
  readonly json?: true;
}

/** Adds the verbs that list orders and positions. */
export function addListVerbs(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('orders')
    .description('the newest orders: what was asked of the venues and what came of it')
    .addOption(listOptions.last())
    .option('--trade <id>', "only that trade's")
    .addOption(listOptions.venue())
    .addOption(new Option('--state <state>', 'only those').choices(ORDER_STATES))
    .option('--open', 'only those of which more may come')
    .addOption(listOptions.book())
    .addOption(listOptions.json())
    .addHelpText('after', example('ballast orders --open'))
    .action(
      ends(async ({ last: limit, json, ...query }: OrderOptions) => {
        const path = pathWith('/api/v1/orders', { limit, ...query });
        const asked = { path, schema: ordersViewSchema, asJson: json === true };
        await show(ports, asked, ({ orders }) => orOf(orders, ordersTable, 'no orders'));
        return EXIT.ok;
      }),
    );
  program
    .command('positions')
    .description('what is held, at cost and at the last fresh bid')
    .addOption(listOptions.venue())
    .option('--market <id>', 'only that market')
    .addOption(listOptions.book())
    .addOption(listOptions.json())
    .addHelpText('after', example('ballast positions --venue kalshi'))
    .action(
      ends(async ({ json, ...query }: Omit<OrderOptions, 'last'> & { market?: string }) => {
        const path = pathWith('/api/v1/positions', { ...query });
        const asked = { path, schema: positionsViewSchema, asJson: json === true };
        await show(ports, asked, ({ book, positions }) =>
          orOf(positions, positionsTable, `the ${book} book holds nothing`),
        );
        return EXIT.ok;
      }),
    );
}

/** A table, or a line that says that there is nothing to put in one. */
export function orOf<Row>(
  rows: readonly Row[],
  lines: (rows: readonly Row[]) => string[],
  none: string,
): string[] {
  return rows.length === 0 ? [none] : lines(rows);
}

/** Orders as rows; also part of a trade's details. */
export function ordersTable(orders: readonly OrderView[]): string[] {
  const head = ['order', 'trade', 'leg', 'kind', 'what', 'state', 'filled', 'booked', 'created'];
  const rows = orders.map((order) => [
    printable(order.id),
    printable(order.tradeId),
    `${order.leg}.${order.attempt}`,
    order.kind,
    printable(
      `${order.action} ${order.quantity} ${order.outcome} at ${order.limitPrice} ${order.venue} ${order.market}`,
    ),
    order.permits.some(({ closedAt }) => closedAt === null) ? `${order.state}*` : order.state,
    order.finalQuantity ?? '?',
    order.bookedQuantity,
    utcTime(order.createdAt),
  ]);
  const open = orders.some(({ permits }) => permits.some(({ closedAt }) => closedAt === null));
  return [
    ...table([head, ...rows], [6, 7]),
    ...(open ? ['* it has leave to be sent that is not closed: its outcome is looked up'] : []),
  ];
}

function positionsTable(positions: readonly PositionsView['positions'][number][]): string[] {
  const head = ['venue', 'market', 'outcome', 'contracts', 'cost', 'fees', 'average', 'mark'];
  const rows = positions.map((position) => [
    position.venue,
    printable(position.market),
    printable(position.outcome),
    position.quantity,
    usd(position.cost),
    usd(position.fees),
    position.averagePrice,
    position.mark === null ? '-' : `${position.mark.bid} = ${usd(position.mark.value)}`,
    position.expectedSettlement === null ? '-' : utcTime(position.expectedSettlement),
    printable(position.trades.map(({ id }) => id).join(', ')),
  ]);
  return table([[...head, 'settles about', 'trades'], ...rows], [3, 4, 5, 6, 7]);
}
