/** `ballast status`: the desk at a glance, about 20 lines. */
import type { StatusView } from '../../contracts/http.ts';
import { statusViewSchema } from '../../contracts/http.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { readApi } from './api.ts';
import type { Paint } from './format.ts';
import {
  hoursMinutesSeconds,
  jsonText,
  localTime,
  painter,
  printable,
  signedUsd,
  table,
  usd,
  utcTime,
} from './format.ts';
import { legsText, statusOf } from './trade-text.ts';

/** Prints the status, or with `asJson` the API's own answer. */
export async function showStatus(ports: CliPorts, asJson: boolean): Promise<number> {
  const { raw, value } = await readApi(ports, '/api/v1/status', statusViewSchema);
  const lines = asJson ? [jsonText(raw)] : statusLines(value, painter(ports.isTerminal));
  for (const line of lines) ports.out(line);
  return EXIT.ok;
}

/** The lines `ballast status` prints for `view`. */
export function statusLines(view: StatusView, paint: Paint): string[] {
  return [
    banner(view, paint),
    printable(`${view.startLine} · v${view.version}`),
    timeLine(view),
    ...attention(view, paint),
    '',
    ...gaugesTable(view),
    `P&L today ${signedUsd(view.realizedPnlToday)} · total ${signedUsd(view.realizedPnl)}`,
    '',
    ...venuesTable(view),
    '',
    ...openTrades(view),
    ...addresses(view),
  ];
}

function banner(view: StatusView, paint: Paint): string {
  const { id, phase, state } = view.desk;
  const style = state !== 'active' ? 'red' : view.book === 'live' ? 'yellow' : 'green';
  const words = [view.book, `phase ${phase}`, `desk ${id}`, state].map(printable);
  return paint(
    'bold',
    paint(
      style,
      [words[0]?.toUpperCase(), words[1], words[2], words[3]?.toUpperCase()].join(' · '),
    ),
  );
}

/** UTC decides; the clock on the wall stands beside it, since people live by that one. */
function timeLine(view: StatusView): string {
  const nowMs = Date.parse(view.now);
  const wall = (atMs: number): string => {
    const text = localTime(atMs);
    return text === '' ? '' : ` (${text})`;
  };
  const left = hoursMinutesSeconds(view.dayEndsInSeconds);
  const resetMs = nowMs + view.dayEndsInSeconds * 1000;
  return `${utcTime(view.now)}${wall(nowMs)} · day resets in ${left}${wall(resetMs)}`;
}

function attention(view: StatusView, paint: Paint): string[] {
  const needs: string[] = [];
  if (view.desk.state !== 'active') {
    const reason = view.desk.reason === '' ? '' : `: ${view.desk.reason}`;
    const lift = view.desk.state === 'halted' ? ' and sends only cancels: ballast rearm' : '';
    needs.push(`the desk is ${view.desk.state}${reason}; it takes no proposals${lift}`);
  }
  if (view.unknownOrders > 0) {
    const count = view.unknownOrders === 1 ? '1 order' : `${view.unknownOrders} orders`;
    needs.push(`${count} with unknown outcome; each is being looked up at its venue`);
  }
  for (const { venue, book, trading, detail } of view.venueStatus) {
    if (trading || book !== view.book) continue;
    needs.push(`${venue} does not trade: ${detail}`);
  }
  const unknown = `UNKNOWN ORDERS ${view.unknownOrders}`;
  return [...needs.map((need) => paint('yellow', printable(`NEEDS YOU  ${need}`))), unknown];
}

function gaugesTable(view: StatusView): string[] {
  const rows = view.gauges.map((gauge) => {
    // Trades are counted, everything else is money.
    const show = gauge.name === 'trades' ? printable : usd;
    return [gauge.name, show(gauge.used), show(gauge.held), show(gauge.left), show(gauge.limit)];
  });
  return table([['', 'used', 'held', 'left', 'limit'], ...rows], [1, 2, 3, 4]);
}

function venuesTable(view: StatusView): string[] {
  const rows = view.venues.map((venue) => [
    venue.venue,
    usd(venue.cash),
    usd(venue.reserved),
    usd(venue.open),
    usd(venue.redeemable),
    venue.watchAgeSeconds === null ? 'never' : `${Math.round(venue.watchAgeSeconds)}s ago`,
  ]);
  return table(
    [['venue', 'cash', 'reserved', 'open', 'redeemable', 'watched'], ...rows],
    [1, 2, 3, 4, 5],
  );
}

function openTrades(view: StatusView): string[] {
  if (view.openTrades.length === 0) {
    return [
      'nothing is open. Next:',
      '  ballast propose <file>   send a proposal, see ballast propose --help',
      '  ballast trades           what was traded and what was denied, and why',
    ];
  }
  const rows = view.openTrades.map((trade) => [
    printable(trade.id),
    statusOf(trade),
    legsText(trade),
    `worst ${trade.worstCase === null ? '-' : usd(trade.worstCase)}`,
    trade.expectedSettlement === null ? '-' : `~${utcTime(trade.expectedSettlement)}`,
  ]);
  return [`open ${view.openTrades.length}`, ...table(rows, [3])];
}

function addresses(view: StatusView): string[] {
  const { api, temporalUi } = view.addresses;
  const parts = [
    ...(api === null ? [] : [`API ${api}`]),
    ...(temporalUi === null ? [] : [`Temporal ${temporalUi}`]),
  ];
  return parts.length === 0 ? [] : ['', printable(parts.join(' · '))];
}
