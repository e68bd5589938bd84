/** `ballast trades`: the list, and one trade in detail. */
import type { Command } from 'commander';
import { z } from 'zod';
import type { TradeView } from '../../contracts/http.ts';
import { tradeViewSchema } from '../../contracts/http.ts';
import { tradeDetailsSchema } from '../../contracts/trade-details.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { show } from './ask.ts';
import { printable, signedUsd, table, usd, utcTime } from './format.ts';
import { orOf } from './lists.ts';
import { tradeDetails } from './trade-details.ts';
import { legsText, statusOf } from './trade-text.ts';
import type { Ends } from './verbs.ts';
import { example, listOptions, pathWith } from './verbs.ts';

const listSchema = z.object({ trades: z.array(tradeViewSchema) });

interface Options {
  readonly last?: number;
  readonly status?: string;
  readonly json?: true;
}

/** Adds `trades`. */
export function addTradeVerbs(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('trades')
    .description('the newest trades, or one in detail with its orders, fills and every verdict')
    .argument('[id]', 'a trade')
    .addOption(listOptions.last())
    .option('--status <status>', 'only those, e.g. open, one_legged, settled, denied')
    .addOption(listOptions.json())
    .addHelpText('after', example('ballast trades --last 20 --status denied'))
    .action(
      ends(async (id: string | undefined, { last: limit, status, json }: Options) => {
        const asJson = json === true;
        if (id === undefined) {
          const path = pathWith('/api/v1/trades', { limit, status });
          await show(ports, { path, schema: listSchema, asJson }, ({ trades }) =>
            orOf(trades, tradesTable, 'no trades; see ballast propose --help'),
          );
        } else {
          const path = `/api/v1/trades/${encodeURIComponent(id)}`;
          await show(ports, { path, schema: tradeDetailsSchema, asJson }, tradeDetails);
        }
        return EXIT.ok;
      }),
    );
}

function tradesTable(trades: readonly TradeView[]): string[] {
  const head = ['id', 'status', 'strategy', 'legs', 'worst case', 'P&L', 'received'];
  const rows = trades.map((trade) => [
    printable(trade.id),
    statusOf(trade),
    printable(trade.strategy),
    legsText(trade),
    trade.worstCase === null ? '-' : usd(trade.worstCase),
    trade.realizedPnl === null ? '-' : signedUsd(trade.realizedPnl),
    utcTime(trade.receivedAt),
  ]);
  return table([head, ...rows], [4, 5]);
}
