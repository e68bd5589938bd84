/** One trade in detail: legs, orders, fills, verdicts, holds, and what persons decided about it. */
import type { TradeDetails } from '../../contracts/trade-details.ts';
import { printable, signedUsd, table, usd, utcTime } from './format.ts';
import { ordersTable } from './lists.ts';
import { statusOf } from './trade-text.ts';

/** The lines `ballast trades <id>` prints. */
export function tradeDetails(trade: TradeDetails): string[] {
  return [
    ...factsTable(trade),
    '',
    ...legsTable(trade),
    ...titled('refused by', failureLines(trade)),
    ...titled('approval', approvalLines(trade)),
    ...titled('ordered by hand', trade.resolutions.map(resolutionLine)),
    ...titled('orders', trade.orders.length === 0 ? [] : ordersTable(trade.orders)),
    ...titled('fills', fillLines(trade)),
    ...titled('held for it', holdLines(trade)),
    ...titled('passed', passedLines(trade)),
  ];
}

/** A part with its heading; nothing at all where it is empty. */
function titled(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

const time = (iso: string | null): string => (iso === null ? '-' : utcTime(iso));

function factsTable(trade: TradeDetails): string[] {
  const { unhedgedSince } = trade;
  return table([
    ['trade', printable(trade.id)],
    ['status', statusOf(trade)],
    ['book', trade.book],
    ['strategy', printable(trade.strategy)],
    ['event', printable(trade.event)],
    ['received', time(trade.receivedAt)],
    ['decided', time(trade.decidedAt)],
    ['counts on', trade.day ?? '-'],
    ['worst case', trade.worstCase === null ? '-' : usd(trade.worstCase)],
    ['settles about', time(trade.expectedSettlement)],
    ...(unhedgedSince === null ? [] : [['unhedged since', time(unhedgedSince)]]),
    ['settled', time(trade.settledAt)],
    ['payout', trade.payout === null ? '-' : usd(trade.payout)],
    ['P&L', trade.realizedPnl === null ? '-' : signedUsd(trade.realizedPnl)],
  ]);
}

function legsTable(trade: TradeDetails): string[] {
  const head = ['leg', 'market', 'outcome', 'limit', 'wanted', 'filled', 'sold', 'cost', 'fees'];
  const rows = trade.legs.map((leg) => [
    leg.venue,
    printable(leg.market),
    printable(leg.outcome),
    leg.limitPrice,
    leg.quantity,
    leg.filledQuantity,
    leg.sold,
    usd(leg.cost),
    usd(leg.fees),
    printable([leg.orderState ?? '-', leg.orderId ?? ''].join(' ').trim()),
  ]);
  return table([[...head, 'order'], ...rows], [3, 4, 5, 6, 7, 8]);
}

/** The numbers stand with what failed; what passed says them in its sentence. */
function failureLines(trade: TradeDetails): string[] {
  return trade.failures
    .filter((verdict) => !verdict.passed)
    .flatMap((verdict) => [
      `${verdict.code}  ${printable(verdict.detail)}`,
      ...Object.entries(verdict.numbers).map(
        ([name, number]) => `  ${printable(name)} ${printable(number)}`,
      ),
    ]);
}

function passedLines({ verdicts }: TradeDetails): string[] {
  const rows = verdicts
    .filter(({ passed }) => passed)
    .map(({ code, detail }) => [code, printable(detail)]);
  return rows.length === 0 ? [] : table(rows);
}

function approvalLines({ id, approval, approvalUntil }: TradeDetails): string[] {
  if (approval === null) return [];
  if (approval.approvedBy !== null) {
    const said = `by ${approval.approvedBy}, ${time(approval.approvedAt)}: ${approval.reason ?? ''}`;
    return [printable(said)];
  }
  if (approvalUntil === null) return [`nobody approved it until ${time(approval.until)}`];
  return [
    `waits until ${time(approvalUntil)} for: ballast approve ${printable(id)} --reason "..."`,
  ];
}

function resolutionLine(one: TradeDetails['resolutions'][number]): string {
  const atMost = one.maxLoss === null ? '' : `, losing at most ${usd(one.maxLoss)}`;
  const came = one.endedAt === null ? `until ${time(one.until)}` : (one.outcome ?? 'ended');
  return printable(
    `${one.action}${atMost}, by ${one.by}, ${time(one.askedAt)}: ${one.reason} (${came})`,
  );
}

function fillLines({ fills }: TradeDetails): string[] {
  if (fills.length === 0) return [];
  const rows = fills.map((fill) => [
    time(fill.filledAt),
    String(fill.leg),
    fill.reverts === null ? fill.action : `${fill.action} TAKEN BACK`,
    fill.quantity,
    fill.price,
    usd(fill.fee),
    printable(fill.id),
  ]);
  return table([['at', 'leg', 'what', 'contracts', 'price', 'fee', 'fill'], ...rows], [3, 4, 5]);
}

function holdLines({ holds }: TradeDetails): string[] {
  const left = holds.filter((hold) => !/^0(\.0*)?$/.test(hold.left));
  const rows = left.map((hold) => {
    const show = hold.unit === 'usd' ? usd : printable;
    return [printable(hold.target), String(hold.leg), show(hold.left), show(hold.amount)];
  });
  return rows.length === 0 ? [] : table([['what', 'leg', 'left', 'of'], ...rows], [2, 3]);
}
