import { printable } from '../domain/printable.ts';
import type { DailyReport } from './daily-report.ts';

/** The report as Markdown, for its file and for a terminal; the JSON has everything. */
export function dailyReportText(report: DailyReport): string {
  const { book, date, revision, desk, realized } = report;
  const corrected = revision === 1 ? '' : ` (revision ${revision})`;
  const sections = [
    `# ${date} (UTC), ${book} book${corrected}`,
    `Realised P&L **${signed(realized.pnl)}**: ${signed(realized.gains)} won, ${usd(realized.losses)} lost; fees paid ${usd(report.fees)}.`,
    facts([
      ['Opened', report.openedAt],
      ['Closed', report.closedAt],
      ['Desk', `${desk.id}, phase ${desk.phase}, ${deskState(desk)}`],
      ['Proposals', proposals(report)],
      ['Trades', trades(report)],
      ['Loss of the day', `${usd(report.loss.used)} of ${usd(report.loss.cap)}`],
      ['Carried', carried(report)],
      ['Cash', report.cash.map(cashOf).join(', ')],
      ['Orders of unknown outcome', list(report.unknownOrders)],
      ['Audit log', `${report.auditHead.seq} entries before this closing`],
    ]),
    `## Settled (${report.settled.length})`,
    settled(report),
    `## Open at the end of the day (${report.open.length})`,
    open(report),
    `## Discrepancies (${report.discrepancies.length})`,
    discrepancies(report),
  ];
  return `${sections.join('\n\n')}\n`;
}

function deskState({ state, reason }: DailyReport['desk']): string {
  return state === 'active' ? state : `${state}: ${reason}`;
}

function proposals({ proposals: { accepted, denied, denials } }: DailyReport): string {
  const codes = Object.entries(denials).map(([code, times]) => `${code} ${times}`);
  const why = codes.length === 0 ? '' : ` (${codes.join(', ')})`;
  return `${accepted} accepted, ${denied} denied${why}`;
}

function trades({ trades: { used, cap, sent, byStatus } }: DailyReport): string {
  const statuses = Object.entries(byStatus).map(([status, times]) => `${times} ${status}`);
  const now = statuses.length === 0 ? '' : `; of those reserved: ${statuses.join(', ')}`;
  return `${used} of ${cap} used, ${sent} sent${now}`;
}

function cashOf({ venue, cash, redeemable }: DailyReport['cash'][number]): string {
  const owed = /[1-9]/.test(redeemable) ? ` and ${usd(redeemable)} to be redeemed` : '';
  return `${venue} ${usd(cash)}${owed}`;
}

function carried({ carried: { into, trades: count, risk } }: DailyReport): string {
  return count === 0 ? `nothing into ${into}` : `${usd(risk)} of ${count} trades into ${into}`;
}

/** One line a leg; what is the trade's own stands in its first line. */
function settled(report: DailyReport): string {
  return table(
    ['trade', 'market', 'outcome', 'contracts', 'cost', 'fees', 'payout', 'P&L'],
    report.settled.flatMap((trade) =>
      trade.legs.map((leg, index) => [
        ...legCells(trade.id, leg, index),
        leg.quantity,
        usd(leg.cost),
        usd(leg.fees),
        index === 0 ? (trade.status === 'closed' ? 'sold' : usd(trade.payout)) : '',
        index === 0 ? signed(trade.realizedPnl) : '',
      ]),
    ),
    3,
  );
}

function open(report: DailyReport): string {
  return table(
    ['trade', 'market', 'outcome', 'status', 'settles about', 'contracts', 'cost', 'worst loss'],
    report.open.flatMap((trade) =>
      trade.legs.map((leg, index) => [
        ...legCells(trade.id, leg, index),
        index === 0 ? trade.status : '',
        index === 0 ? (trade.expectedSettlement ?? 'unknown') : '',
        leg.quantity,
        usd(leg.cost),
        index === 0 ? usd(trade.worstLoss) : '',
      ]),
    ),
    5,
  );
}

function legCells(
  id: string,
  leg: DailyReport['open'][number]['legs'][number],
  index: number,
): string[] {
  return [index === 0 ? id : '', `${leg.venue}: ${leg.title}`, leg.outcome];
}

function discrepancies(report: DailyReport): string {
  const rows = report.discrepancies.map((one) => [one.recordedAt, one.venue, one.detail]);
  return table(['recorded', 'venue', 'what'], rows, 3);
}

function facts(rows: readonly (readonly [string, string])[]): string {
  return rows
    .map(([name, value]) => `- ${name}: ${printable(value === '' ? 'none' : value)}`)
    .join('\n');
}

/** @param textColumns how many columns, from the left, are text; the others are numbers */
function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns: number,
): string {
  if (rows.length === 0) return 'None.';
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => printable(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  const ruler = head.map((_, index) => (index < textColumns ? '---' : '---:'));
  return [line(head), line(ruler), ...rows.map(line)].join('\n');
}

function list(items: readonly string[]): string {
  return items.length === 0 ? 'none' : items.join(', ');
}

function usd(text: string): string {
  return text.startsWith('-') ? `-$${text.slice(1)}` : `$${text}`;
}

function signed(text: string): string {
  return !text.startsWith('-') && /[1-9]/.test(text) ? `+${usd(text)}` : usd(text);
}
