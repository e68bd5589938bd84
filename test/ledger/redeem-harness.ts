/** Polymarket trades in the rehearsal book, where what is won must be redeemed. */
import type { ReserveOutcome } from '../../ledger/verbs/reserve.ts';
import { micros } from '../../domain/money.ts';
import type { VenueRedemption } from '../../domain/market.ts';
import type { CashSeen } from '../../ledger/verbs/redemptions.ts';
import { balanceOf } from './books-in-sql.ts';
import type { LedgerUnderTest } from './harness.ts';
import { codesOf, equal, usd } from './harness.ts';
import type { Wish } from './wishes.ts';
import { factsOf } from './wishes.ts';

export const AT = { book: 'rehearsal', venue: 'polymarket' } as const;
const BY = { actor: 'ann', reason: 'a rehearsal' };

/** Binds, promotes: the desk trades `dollars` of rehearsal money at Polymarket from here on. */
export async function goToRehearsal(it: LedgerUnderTest, dollars = 1_000): Promise<void> {
  await it.setUp();
  const account = { ...AT, host: 'loopback', account: '0xf00', keyId: 'key' };
  await it.ledger.bindVenue({ ...account, ...BY }, it.reading());
  const accounts = [{ venue: AT.venue, cashMicros: usd(dollars) }];
  const promoted = { ...BY, liveBook: AT.book, accounts };
  equal(await it.ledger.promoteDesk('main', promoted, it.reading()), { kind: 'moved' });
}

/** Proposes a Polymarket trade on fresh facts, the desk armed. */
export async function propose(
  it: LedgerUnderTest,
  id: string,
  wish: Wish = {},
): Promise<ReserveOutcome> {
  const { atMs } = it.reading();
  const armed = { ...BY, untilMs: atMs + 900_000 };
  equal(await it.ledger.armDesk('main', armed, it.reading()), { kind: 'moved' });
  const asked = { ...wish, venue: AT.venue };
  equal(await it.receive(id, asked), { kind: 'received' });
  const balance = { cashMicros: usd(1_000_000) };
  await it.ledger.storeFacts(AT.book, { ...factsOf(id, asked, atMs), balance });
  return it.reserve(id);
}

/** Opens a position of 100 contracts at 0.50, unless the wish says otherwise. */
export async function open(it: LedgerUnderTest, id: string, wish: Wish = {}): Promise<void> {
  equal(codesOf(await propose(it, id, wish)), ['accepted']);
  await it.openReserved(id, wish);
}

let redemptions = 0;

/** The venue's record of a redemption, now, with an id of its own. */
export function redemptionOf(
  it: LedgerUnderTest,
  market: string,
  dollars: number,
  changes: Partial<VenueRedemption> = {},
): VenueRedemption {
  redemptions += 1;
  return {
    redemptionId: `0x${redemptions}`,
    marketId: market,
    amountMicros: micros(Math.round(dollars * 1_000_000)),
    redeemedAtMs: it.reading().atMs,
    ...changes,
  };
}

/** Cash enough at the venue for whatever is redeemed. */
export const PLENTY: CashSeen = { inLedgerMicros: 0, atVenueMicros: Number.MAX_SAFE_INTEGER };

/** Books a redemption whose cash is there. @returns whether it was booked now */
export async function redeem(
  it: LedgerUnderTest,
  market: string,
  dollars: number,
  changes: Partial<VenueRedemption> = {},
): Promise<boolean> {
  return bookPaid(it, redemptionOf(it, market, dollars, changes));
}

/** Books this redemption, its cash being there. @returns whether it was booked now */
export async function bookPaid(it: LedgerUnderTest, fact: VenueRedemption): Promise<boolean> {
  const outcome = await it.ledger.bookRedemption(AT, fact, { seen: PLENTY, reading: it.reading() });
  return outcome.kind === 'booked';
}

/** Cash, what is redeemable, the venue's credit: dollars. */
export async function money(it: LedgerUnderTest, market: string) {
  const of = async (name: string) => {
    const { balance } = await balanceOf(it.db, `${AT.book}/${AT.venue}/${name}`);
    return balance / 1_000_000;
  };
  return {
    cash: await of('cash'),
    redeemable: await of(`redeemable/${market}`),
    credit: 0 - (await of(`venue-credit/${market}`)),
  };
}

/** Codes of the alerts that are open, the oldest first. */
export async function openAlerts(it: LedgerUnderTest): Promise<string[]> {
  const rows = await it.db
    .selectFrom('alert')
    .select('code')
    .where('resolved_at_ms', 'is', null)
    .orderBy('id')
    .execute();
  return rows.map(({ code }) => code);
}
