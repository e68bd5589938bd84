/** Winnings that nobody redeems, and redemptions whose cash does not come. */
import { sql } from 'kysely';
import type { ClockReading } from '../../domain/clock.ts';
import { formatUsd } from '../../domain/decimal.ts';
import { micros } from '../../domain/money.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb } from '../database.ts';
import { toNumber } from '../database.ts';
import { readReceivables } from '../read/redeemable.ts';
import type { RaisedAlert } from './alerts.ts';
import { raiseAlert, resolveAlert } from './alerts.ts';

interface At {
  readonly book: Book;
  readonly venue: VenueId;
}

/** Winnings that are not redeemed for so long need a person: auto-redeeming takes minutes. */
const REMIND_AFTER_MS = 24 * 60 * 60_000;
/** The venue tells a redemption after its block: cash that is not there by then went elsewhere. */
const UNPAID_AFTER_MS = 10 * 60_000;

/**
 * Raises an alert for each market whose winnings nobody has redeemed for a day and for each
 * redemption whose cash was not seen for ten minutes, keeps their amounts up to date, and resolves
 * those that are over. A repeat changes nothing.
 */
export async function remindRedeemable(db: LedgerDb, at: At, reading: ClockReading): Promise<void> {
  const due = [...(await overdueWinnings(db, at, reading)), ...(await unpaidFor(db, at, reading))];
  const open = await openReminders(db, at);
  const gone = [...open.keys()].filter((key) => !due.some((alert) => alert.key === key));
  const fresh = due.filter(({ key, detail }) => open.get(key) !== detail);
  if (gone.length === 0 && fresh.length === 0) return;
  await db.transaction().execute(async (tx) => {
    for (const key of gone) await resolveAlert(tx, key, reading);
    for (const alert of fresh) await raiseAlert(tx, alert, reading);
  });
}

const instant = (atMs: number): string => new Date(atMs).toISOString();

async function overdueWinnings(db: LedgerDb, at: At, { atMs }: ClockReading) {
  const overdue = (await readReceivables(db, at)).filter(
    ({ sinceMs }) => atMs - sinceMs >= REMIND_AFTER_MS,
  );
  return overdue.map(({ market, amountMicros, sinceMs }): RaisedAlert => {
    const detail = `$${formatUsd(amountMicros)} won on ${at.venue} ${market} has not been redeemed since ${instant(sinceMs)}`;
    const key = `redeemable/${at.book}/${at.venue}/${market}`;
    return { code: 'REDEEMABLE_WAITING', key, book: at.book, detail };
  });
}

async function unpaidFor(db: LedgerDb, at: At, { atMs }: ClockReading) {
  const rows = await db
    .selectFrom('redemption_unpaid')
    .select(['redemption_id', 'market', 'amount', 'redeemed_at_ms'])
    .where('book', '=', at.book)
    .where('venue', '=', at.venue)
    .where('seen_at_ms', '<=', BigInt(atMs - UNPAID_AFTER_MS))
    .orderBy('redemption_id')
    .execute();
  return rows.map((row): RaisedAlert => {
    const amount = formatUsd(micros(toNumber(row.amount)));
    const detail = `redemption ${row.redemption_id} of ${row.market} is to have paid $${amount} at ${instant(toNumber(row.redeemed_at_ms))}, and the cash at ${at.venue} does not show it: nothing is booked`;
    const key = `redemption/${at.book}/${at.venue}/${row.redemption_id}`;
    return { code: 'REDEMPTION_UNPAID', key, book: at.book, detail };
  });
}

/** What open reminders say, by key. */
async function openReminders(db: LedgerDb, { book, venue }: At): Promise<Map<string, string>> {
  const ofVenue = (kind: string) => sql<boolean>`starts_with(key, ${`${kind}/${book}/${venue}/`})`;
  const rows = await db
    .selectFrom('alert')
    .select(['key', 'detail'])
    .where('code', 'in', ['REDEEMABLE_WAITING', 'REDEMPTION_UNPAID'])
    .where('resolved_at_ms', 'is', null)
    .where(sql<boolean>`(${ofVenue('redeemable')} OR ${ofVenue('redemption')})`)
    .execute();
  return new Map(rows.map(({ key, detail }) => [key, detail]));
}
