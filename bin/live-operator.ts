/** The short processes of the way to live: set up an account, promote, abort, arm. */
import { pino } from 'pino';
import type { Config } from '../contracts/config.ts';
import { ConfigError } from '../contracts/config.ts';
import type { ArmedView, PhaseView, VenueSetUpView } from '../contracts/live.ts';
import { formatDecimal, formatUsd } from '../domain/decimal.ts';
import type { LiveBook } from '../domain/desk.ts';
import { bookOf } from '../domain/desk.ts';
import type { MicroContracts } from '../domain/money.ts';
import { micros, microContracts } from '../domain/money.ts';
import type { VenueId } from '../domain/venue-id.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { readOrderTerms } from '../ledger/read/order-terms.ts';
import { readDesk } from '../ledger/verbs/desk.ts';
import { machineClock } from './clock.ts';
import { NotAllowed } from './errors.ts';
import { accountChecks } from './live-doctor.ts';
import type { LiveVenue } from './live-venues.ts';
import { liveBookOf, openLiveVenues } from './live-venues.ts';
import { openBoundVenues } from './live-way.ts';
import { DESK } from './settings.ts';
import { withLedger } from './with-ledger.ts';

const ARMED_MS = 15 * 60_000;
/** More than this between a venue's cash and the ledger's is a break. @source DESIGN §4 */
const CASH_DIFFERENCE_MICROS_MAX = 10_000;
/** The fuse lets through what the position limit buys at this price within its window. µ$ */
const FUSE_PRICE_MICROS = 50_000;

const silent = pino({ level: 'silent' });

/**
 * Reads the account with its key, binds the book to it, and sees that its fuse is there and lets
 * orders in: one that has tripped is reset by it. A running desk's orders join it within a second.
 * @throws ConfigError where keys are missing, NotAllowed where the book belongs to another account:
 *   nothing is written there
 */
export async function setUpVenue(
  config: Config,
  { venue: id, reason }: { venue: VenueId; reason: string },
): Promise<VenueSetUpView> {
  const clock = machineClock(config.clockOffsetMs);
  const book = liveBookOf(config);
  const live = openLiveVenues(config, { book, clock, log: silent }).find(
    ({ venue }) => venue.id === id,
  );
  if (live === undefined) {
    throw new ConfigError([{ field: 'BALLAST_VENUES', problem: `${id} is not traded here` }]);
  }
  const { venue, host, keyId } = live;
  const checks = await accountChecks(live);
  const account = await venue.accountId();
  return withLedger(config, async (ledger) => {
    const another = (is: { host: string; account: string }): NotAllowed =>
      new NotAllowed(
        `the ${book} book is bound to account ${is.account} at ${is.host}, and this is ${account} at ${host}; another account needs a data directory of its own (BALLAST_DATA_DIR)`,
      );
    const bound = (await ledger.readBindings(book)).find((one) => one.venue === id);
    if (bound !== undefined && (bound.host !== host || bound.account !== account)) {
      throw another(bound);
    }
    const fuse = await armFuse(venue, bound?.fuseId, fuseLimitOf(config));
    const asked = { book, venue: id, host, account, keyId, fuseId: fuse.id, actor: 'cli', reason };
    const outcome = await ledger.bindVenue(asked, await clock.read());
    if (outcome.kind === 'differs') throw another(outcome);
    return { venue: id, book, host, account, binding: outcome.kind, fuse, checks };
  });
}

function fuseLimitOf({ limits }: Config): MicroContracts {
  return microContracts(Math.ceil(limits.positionMicrosMax / FUSE_PRICE_MICROS) * 1_000_000);
}

/** The group there is, let in orders again; a new one where there is none of this limit. */
async function armFuse(
  venue: LiveVenue['venue'],
  known: string | undefined,
  limit: MicroContracts,
): Promise<NonNullable<VenueSetUpView['fuse']>> {
  const contractsMax = formatDecimal(limit);
  const found = known === undefined ? undefined : await venue.orderGroup(known);
  if (found === undefined || found.limit !== limit) {
    return { id: await venue.createOrderGroup(limit), contractsMax, armed: 'new' };
  }
  // The venue does not tell whether it has tripped.
  await venue.resetOrderGroup(found.id);
  return { id: found.id, contractsMax, armed: 'reset' };
}

/** @throws ConfigError, NotAllowed where the desk may not be promoted */
export async function promote(config: Config, reason: string): Promise<PhaseView> {
  if (!config.liveTrading) {
    const problem = 'must be true: it is one of the two keys of live trading';
    throw new ConfigError([{ field: 'LIVE_TRADING', problem }]);
  }
  const liveBook = liveBookOf(config);
  if (liveBook === 'live') {
    throw new NotAllowed(
      'KALSHI_BASE_URL names a production host: this version rehearses on demo hosts and simulators only',
    );
  }
  const clock = machineClock(config.clockOffsetMs);
  return withLedger(config, async (ledger) => {
    const venues = await openBoundVenues({ config, ledger, clock, log: silent }, liveBook);
    const accounts = await Promise.all(
      venues.map(async ({ venue }) => ({ venue: venue.id, ...(await venue.totalBalance()) })),
    );
    const asked = { actor: 'cli', reason, liveBook, accounts };
    const outcome = await ledger.promoteDesk(DESK, asked, await clock.read());
    if (outcome.kind === 'refused') throw new NotAllowed(outcome.detail);
    return phaseOf(ledger, true);
  });
}

/** Takes the desk back to paper; needs no key. */
export async function abort(config: Config, reason: string): Promise<PhaseView> {
  const clock = machineClock(config.clockOffsetMs);
  return withLedger(config, async (ledger) => {
    const asked = { actor: 'cli', reason };
    return phaseOf(ledger, await ledger.demoteDesk(DESK, asked, await clock.read()));
  });
}

async function phaseOf(ledger: Ledger, changed: boolean): Promise<PhaseView> {
  const { desk } = await readDesk(ledger.db, DESK);
  return { phase: desk.phase, book: bookOf(desk), changed };
}

/**
 * Arms the desk for 15 minutes, each account being as the ledger has it.
 * @throws NotAllowed naming what differs; VenueUnreachable: what was not heard is not assumed
 */
export async function arm(config: Config, reason: string): Promise<ArmedView> {
  const clock = machineClock(config.clockOffsetMs);
  return withLedger(config, async (ledger) => {
    const { desk } = await readDesk(ledger.db, DESK);
    const book = bookOf(desk) as LiveBook;
    if (desk.phase === 'paper') throw new NotAllowed('the desk is in phase paper: nothing to arm');
    const venues = await openBoundVenues({ config, ledger, clock, log: silent }, book);
    const compared = await Promise.all(venues.map((live) => compare(ledger, book, live)));
    const differences = compared.flatMap(({ difference }) => difference ?? []);
    if (differences.length > 0) throw new NotAllowed(`not armed: ${differences.join('; ')}`);
    const reading = await clock.read();
    const untilMs = reading.atMs + ARMED_MS;
    const outcome = await ledger.armDesk(DESK, { actor: 'cli', reason, untilMs }, reading);
    if (outcome.kind === 'refused') throw new NotAllowed(outcome.detail);
    const accounts = compared.map(({ account }) => account);
    return { book, armedUntil: new Date(untilMs).toISOString(), accounts };
  });
}

/** One account beside the ledger: cash to the cent, and every open order one of ours. */
async function compare(ledger: Ledger, book: LiveBook, { venue }: LiveVenue) {
  const { cashMicros } = await venue.totalBalance();
  const orders = await venue.openOrders();
  const known = await readOrderTerms(
    ledger.db,
    orders.map(({ clientOrderId }) => clientOrderId),
  );
  const ours = await ledger.ledgerCash({ book, venue: venue.id });
  const foreign = orders.filter(({ clientOrderId }) => !known.has(clientOrderId));
  const told = { atVenue: formatUsd(cashMicros), inLedger: formatUsd(micros(ours)) };
  const difference = [
    ...(Math.abs(cashMicros - ours) <= CASH_DIFFERENCE_MICROS_MAX
      ? []
      : [`${venue.id} has ${told.atVenue}, the ledger ${told.inLedger}`]),
    ...(foreign.length === 0
      ? []
      : [`${venue.id} has ${foreign.length} open orders that are not this desk's`]),
  ];
  return {
    ...(difference.length === 0 ? {} : { difference: difference.join(', ') }),
    account: {
      venue: venue.id,
      cashAtVenue: told.atVenue,
      cashInLedger: told.inLedger,
      openOrders: orders.length,
    },
  };
}
