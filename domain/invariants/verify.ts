/** All checkers that need no journal of a run, over one reading of the ledger and the venues. */
import type { AuditRow } from '../audit.ts';
import type { CounterRow, HeldAccountRow, HoldRow, TransferRow } from './books.ts';
import { checkI2, checkI6, checkI7 } from './books.ts';
import type { AuditHeadRow } from './chain.ts';
import { checkI9 } from './chain.ts';
import type { AcceptedRow, DatedTransferRow, DayRow, ReportRow } from './days.ts';
import { checkI8 } from './days.ts';
import { checkI5Fills, fillKey } from './fills.ts';
import type { LedgerOrderRow, VenueFillRow, VenueOrderRow } from './orders.ts';
import { checkI1 } from './orders.ts';
import type { BookedFillRow, LegRow, SettlementRow, TradeTransferRow } from './trades.ts';
import { checkI6Settlements, checkI6Trades } from './trades.ts';
import type { RedemptionRow } from './redemptions.ts';
import { checkI6Redemptions } from './redemptions.ts';

/** What each invariant says, as `ballast verify` prints it. @source DESIGN §9 */
export const INVARIANTS = {
  I1: 'at most one effect at the venue per order identity',
  I2: 'used + held stay within cap + overrun, and holds account for all that is held',
  I5: 'every fill at the venue is booked exactly once',
  I6: "balances, costs and P&L follow from transfers, fills and the venues' results",
  I7: 'the holds of an ended trade are captured or released',
  I8: 'one trading day per UTC date, no trade counted twice, closed days unchanged',
  I9: 'the audit log is unbroken',
} as const;
export type InvariantId = keyof typeof INVARIANTS;

/** What was found wrong, by invariant; an absent one was not checked. */
export type Findings = Partial<Record<InvariantId, string[]>>;

/** The ledger at one instant. */
export interface LedgerRows {
  readonly accounts: readonly HeldAccountRow[];
  readonly transfers: readonly (TransferRow & TradeTransferRow & DatedTransferRow)[];
  readonly counters: readonly CounterRow[];
  readonly holds: readonly HoldRow[];
  readonly orders: readonly LedgerOrderRow[];
  readonly legs: readonly LegRow[];
  readonly bookedFills: readonly BookedFillRow[];
  readonly settlements: readonly SettlementRow[];
  readonly redemptions: readonly RedemptionRow[];
  readonly days: readonly DayRow[];
  readonly accepted: readonly AcceptedRow[];
  readonly reports: readonly ReportRow[];
  readonly audit: readonly AuditRow[];
  readonly auditHead: AuditHeadRow | undefined;
  readonly watches: readonly WatchRow[];
}

/** A venue's facts recorded before `cursorMs` were read and booked, at `readAtMs` last; Unix ms. */
export interface WatchRow {
  readonly book: string;
  readonly venue: string;
  readonly cursorMs: bigint;
  readonly readAtMs: bigint;
}
/** A fact is visible to every reader this long after the time it was recorded at. */
const VISIBLE_AFTER_MS = 10_000n;

/** The venues' own records; `recordedAtMs` is when the venue wrote a fact down. */
export interface VenueRecords {
  readonly orders: readonly VenueOrderRow[];
  readonly fills: readonly VenueFillRow[];
  readonly settlements: readonly (SettlementRow & { readonly recordedAtMs: bigint })[];
  /** Books whose venues keep their records to themselves: nothing is compared there. */
  readonly unreadBooks?: readonly string[];
}

/** What the ledger alone can tell: I2, I7, I8, I9, and I6 but for the venues' results. */
export function ledgerFindings(rows: LedgerRows, hashOf: (text: string) => string): Findings {
  return {
    I2: checkI2(rows.counters, rows.holds, rows.accounts),
    I6: [
      ...checkI6(rows.accounts, rows.transfers),
      ...checkI6Trades(rows.legs, rows.transfers, rows.bookedFills),
      ...checkI6Redemptions(rows.legs, rows.transfers, rows.redemptions),
    ],
    I7: checkI7(rows.holds),
    I8: checkI8(rows),
    I9: checkI9(rows.audit, rows.auditHead, hashOf),
  };
}

/** The venues' records read before and after the ledger; the same where nobody writes meanwhile. */
export interface VenueReadings {
  readonly before: VenueRecords;
  readonly after: VenueRecords;
}

/**
 * Ledger and venues together: orders by the earlier reading, since each is in the ledger before it
 * is at the venue; fills and results by the later, since they come the other way. What a venue wrote down after its watch last read it is no fault:
 * the next pass books it.
 * @returns also how many such facts wait
 */
export function allFindings(
  rows: LedgerRows,
  { before, after }: VenueReadings,
  hashOf: (text: string) => string,
): { readonly findings: Findings; readonly waiting: number } {
  const { fills, settlements, waiting } = withoutWaiting(rows, after);
  const alone = ledgerFindings(rows, hashOf);
  const unread = new Set(after.unreadBooks ?? []);
  const compared = <Row extends { readonly book: string }>(all: readonly Row[]): Row[] =>
    all.filter(({ book }) => !unread.has(book));
  const results = checkI6Settlements(compared(rows.legs), compared(rows.settlements), settlements);
  const findings = {
    I1: checkI1(compared(rows.orders), before.orders, before.fills),
    ...alone,
    I5: checkI5Fills(fills, compared(rows.bookedFills)),
    I6: [...(alone.I6 ?? []), ...results],
  };
  return { findings: inOrder(findings), waiting };
}

function inOrder(findings: Findings): Findings {
  return Object.fromEntries(
    Object.entries(findings).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ) as Findings;
}

function withoutWaiting(rows: LedgerRows, records: VenueRecords) {
  const watches = new Map(rows.watches.map((row) => [`${row.book}/${row.venue}`, row]));
  const isRead = (fact: { book: string; venue: string; recordedAtMs: bigint }): boolean => {
    const watch = watches.get(`${fact.book}/${fact.venue}`);
    if (watch === undefined) return false;
    // The newest fact lies on the cursor itself, and another of the same instant may follow it.
    const { cursorMs, readAtMs } = watch;
    return fact.recordedAtMs < cursorMs || fact.recordedAtMs + VISIBLE_AFTER_MS < readAtMs;
  };
  const booked = new Set(rows.bookedFills.map(fillKey));
  const stored = new Set(rows.settlements.map(resultKey));
  const fills = records.fills.filter((fill) => isRead(fill) || booked.has(fillKey(fill)));
  const settlements = records.settlements.filter(
    (result) => isRead(result) || stored.has(resultKey(result)),
  );
  const all = records.fills.length + records.settlements.length;
  return { fills, settlements, waiting: all - fills.length - settlements.length };
}

function resultKey({ book, venue, settlementId }: SettlementRow): string {
  return `${book}/${venue}/${settlementId}`;
}
