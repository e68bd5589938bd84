/** An account before it is armed: what it depends on, and how it stands beside the ledger. */
import type { ArmedView } from '../../contracts/live.ts';
import { formatUsd } from '../../domain/decimal.ts';
import type { LiveBook } from '../../domain/desk.ts';
import { micros } from '../../domain/money.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { readOrderTerms } from '../../ledger/read/order-terms.ts';
import { accountChecks } from './doctor.ts';
import type { LiveVenue } from './live-venue.ts';

/** More than this between a venue's cash and the ledger's is a break. @source DESIGN §4 */
const CASH_DIFFERENCE_MICROS_MAX = 10_000;

/** What one account has, and how it differs from the ledger. */
export interface Compared {
  readonly account: ArmedView['accounts'][number];
  readonly differences: readonly string[];
}

/**
 * Checks one account and compares it with the ledger: everything it depends on is well, cash is the
 * same to the cent, and every open order is one of ours.
 */
export async function compareAccount(
  ledger: Ledger,
  book: LiveBook,
  live: LiveVenue,
): Promise<Compared> {
  const { venue } = live;
  const checks = await accountChecks(live);
  const { cashMicros } = await live.totalBalance();
  const orders = await venue.openOrders();
  const known = await readOrderTerms(
    ledger.db,
    orders.map(({ clientOrderId }) => clientOrderId),
  );
  const ours = await ledger.ledgerCash({ book, venue: venue.id });
  const foreign = orders.filter(({ clientOrderId }) => !known.has(clientOrderId));
  const cashAtVenue = formatUsd(cashMicros);
  const cashInLedger = formatUsd(micros(ours));
  const differences = checks
    .filter(({ ok }) => !ok)
    .map(({ name, detail }) => `${name}: ${detail}`);
  if (Math.abs(cashMicros - ours) > CASH_DIFFERENCE_MICROS_MAX) {
    differences.push(`${venue.id} has ${cashAtVenue}, the ledger ${cashInLedger}`);
  }
  if (foreign.length > 0) {
    differences.push(`${venue.id} has ${foreign.length} open orders that are not this desk's`);
  }
  const account = { venue: venue.id, cashAtVenue, cashInLedger, openOrders: orders.length };
  return { account, differences };
}
