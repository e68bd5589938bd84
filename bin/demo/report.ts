/** What the demo prints: a short story in tables, and one line for programs. */
import Table from 'cli-table3';
import type { DailyReport } from '../../contracts/daily-report.ts';
import type { Problem, StatusView, Submission, TradeView } from '../../contracts/http.ts';

const plain = { style: { head: [], border: [], compact: true } };

/** One line a proposal: accepted with its size, or everything that speaks against it. */
export function answerLine(what: string, body: Submission | Problem): string {
  return `  ${what.padEnd(66)} ${verdictOf(body)}`;
}

function verdictOf(body: Submission | Problem): string {
  if (!('status' in body)) return `${body.code}: ${body.message}`;
  switch (body.status) {
    case 'accepted':
      return `accepted, ${body.quantity} contracts, at most $${body.worstCase}`;
    case 'denied':
      return `denied: ${body.failures.map(({ code }) => code).join(', ')}`;
    case 'awaiting_approval': {
      const codes = body.failures.map(({ code }) => code).join(', ');
      return `waits for a person until ${body.until.slice(11, 19)}Z: ${codes}`;
    }
    case 'pending':
      return body.detail;
  }
}

/** Trades that were reserved, a line a leg; what is the trade's own stands in its first line. */
export function tradeTable(trades: readonly TradeView[]): string {
  const table = new Table({
    head: ['trade', 'market', 'outcome', 'filled', 'cost', 'fees', 'payout', 'P&L', 'status'],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'right', 'right', 'left'],
    ...plain,
  });
  for (const trade of trades) {
    for (const [index, leg] of trade.legs.entries()) {
      const own = (text: string): string => (index === 0 ? text : '');
      table.push([
        own(trade.id),
        `${leg.venue === 'kalshi' ? 'K' : 'P'} ${leg.title.slice(0, 40)}`,
        leg.outcome,
        leg.filledQuantity,
        leg.cost,
        leg.fees,
        own(trade.payout ?? '-'),
        own(trade.realizedPnl ?? '-'),
        own(trade.status),
      ]);
    }
  }
  return table.toString();
}

/** Cash by venue once everything is settled. */
export function cashTable(status: StatusView): string {
  const table = new Table({
    head: ['venue', 'cash', 'reserved', 'open'],
    colAligns: ['left', 'right', 'right', 'right'],
    ...plain,
  });
  for (const { venue, cash, reserved, open } of status.venues) {
    table.push([venue, cash, reserved, open]);
  }
  return table.toString();
}

/** What a closed day came to, in four lines. */
export function dayLines(report: DailyReport): string[] {
  const { date, realized, trades, loss, carried, seal } = report;
  return [
    `  ${date} is closed: P&L ${usd(realized.pnl)} ($${realized.gains} won, $${realized.losses} lost), fees $${report.fees}`,
    `  trades ${trades.used} of ${trades.cap} used · loss $${loss.used} of $${loss.cap} · ${report.proposals.denied} proposals denied`,
    `  carried into ${carried.into}: $${carried.risk} of ${carried.trades} trades · ${report.open.length} positions open`,
    `  sealed with ${seal.transfers} postings; closed days never change`,
  ];
}

/** “-$57.50”: the sign goes before the dollar. */
export function usd(text: string): string {
  return text.startsWith('-') ? `-$${text.slice(1)}` : `$${text}`;
}

export interface DemoSummary {
  /** Proposals that were accepted. */
  readonly trades: number;
  /** How often each code spoke against a denied proposal. */
  readonly denied: Readonly<Record<string, number>>;
  readonly settled: number;
  readonly realizedPnl: string;
  readonly phase: string;
  readonly day: string;
  readonly ledgerBalanced: boolean;
  readonly invariants: Readonly<Record<string, boolean>>;
}

/** Counts what the ledger has; nothing here is remembered from the telling. */
export function summarise(
  trades: readonly TradeView[],
  status: StatusView,
  broken: Readonly<Record<string, readonly string[]>>,
): DemoSummary {
  const denied: Record<string, number> = {};
  for (const trade of trades) {
    if (trade.status !== 'denied') continue;
    for (const { code } of trade.failures) denied[code] = (denied[code] ?? 0) + 1;
  }
  const invariants = Object.fromEntries(
    Object.entries(broken).map(([name, found]) => [name, found.length === 0]),
  );
  return {
    trades: trades.filter((trade) => trade.status !== 'denied').length,
    denied,
    settled: trades.filter((trade) => trade.status === 'settled').length,
    realizedPnl: status.realizedPnl,
    phase: status.desk.phase,
    day: status.day,
    ledgerBalanced: invariants['I6'] === true,
    invariants,
  };
}
