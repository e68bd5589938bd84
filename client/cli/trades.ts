/** `ballast trades`: the list, and one trade in detail. */
import { z } from 'zod';
import type { TradeView } from '../../contracts/http.ts';
import { tradeViewSchema } from '../../contracts/http.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { readApi } from './api.ts';
import { jsonText, printable, signedUsd, table, usd, utcTime } from './format.ts';

const listSchema = z.object({ trades: z.array(tradeViewSchema) });

/** Prints the newest trades, or with `asJson` the API's own answer. */
export async function listTrades(
  ports: CliPorts,
  options: { last?: number; status?: string; json?: boolean },
): Promise<number> {
  const query = new URLSearchParams();
  if (options.last !== undefined) query.set('limit', String(options.last));
  if (options.status !== undefined) query.set('status', options.status);
  const path = query.size === 0 ? '/api/v1/trades' : `/api/v1/trades?${query.toString()}`;
  const { raw, value } = await readApi(ports, path, listSchema);
  if (options.json === true) ports.out(jsonText(raw));
  else if (value.trades.length === 0) ports.out('no trades; see ballast propose --help');
  else for (const line of tradesTable(value.trades)) ports.out(line);
  return EXIT.ok;
}

/** Prints one trade with its legs and, where it was refused, every failed rule's numbers. */
export async function showTrade(ports: CliPorts, id: string, asJson: boolean): Promise<number> {
  const path = `/api/v1/trades/${encodeURIComponent(id)}`;
  const { raw, value } = await readApi(ports, path, tradeViewSchema);
  for (const line of asJson ? [jsonText(raw)] : tradeDetails(value)) ports.out(line);
  return EXIT.ok;
}

function tradesTable(trades: readonly TradeView[]): string[] {
  const head = ['id', 'status', 'strategy', 'legs', 'worst case', 'P&L', 'received'];
  const rows = trades.map((trade) => [
    printable(trade.id),
    trade.status,
    printable(trade.strategy),
    legsText(trade),
    trade.worstCase === null ? '-' : usd(trade.worstCase),
    trade.realizedPnl === null ? '-' : signedUsd(trade.realizedPnl),
    utcTime(trade.receivedAt),
  ]);
  return table([head, ...rows], [4, 5]);
}

/** A trade's legs on one line: `50/50 CBJ yes kalshi 0.36 | 50/50 Panthers polymarket 0.58`. */
export function legsText(trade: TradeView): string {
  return trade.legs
    .map((leg) => {
      const market = leg.title === '' ? leg.market : leg.title;
      const filled = `${leg.filledQuantity}/${leg.quantity}`;
      return printable(`${filled} ${market} ${leg.outcome} ${leg.venue} ${leg.limitPrice}`);
    })
    .join(' | ');
}

function tradeDetails(trade: TradeView): string[] {
  const time = (iso: string | null): string => (iso === null ? '-' : utcTime(iso));
  const facts = table([
    ['trade', printable(trade.id)],
    ['status', trade.status],
    ['book', trade.book],
    ['strategy', printable(trade.strategy)],
    ['event', printable(trade.event)],
    ['received', time(trade.receivedAt)],
    ['decided', time(trade.decidedAt)],
    ['counts on', trade.day ?? '-'],
    ['worst case', trade.worstCase === null ? '-' : usd(trade.worstCase)],
    ['settles about', time(trade.expectedSettlement)],
    ['settled', time(trade.settledAt)],
    ['payout', trade.payout === null ? '-' : usd(trade.payout)],
    ['P&L', trade.realizedPnl === null ? '-' : signedUsd(trade.realizedPnl)],
  ]);
  return [...facts, '', ...legsTable(trade), ...failureLines(trade)];
}

function legsTable(trade: TradeView): string[] {
  const head = ['leg', 'market', 'outcome', 'limit', 'wanted', 'filled', 'cost', 'fees', 'order'];
  const rows = trade.legs.map((leg) => [
    leg.venue,
    printable(leg.market),
    printable(leg.outcome),
    leg.limitPrice,
    leg.quantity,
    leg.filledQuantity,
    usd(leg.cost),
    usd(leg.fees),
    printable([leg.orderState ?? '-', leg.orderId ?? ''].join(' ').trim()),
  ]);
  return table([head, ...rows], [3, 4, 5, 6, 7]);
}

function failureLines(trade: TradeView): string[] {
  const failed = trade.failures.filter((verdict) => !verdict.passed);
  if (failed.length === 0) return [];
  return [
    '',
    'refused by',
    ...failed.flatMap((verdict) => [
      `  ${verdict.code}  ${printable(verdict.detail)}`,
      ...Object.entries(verdict.numbers).map(
        ([name, number]) => `    ${printable(name)} ${printable(number)}`,
      ),
    ]),
  ];
}
