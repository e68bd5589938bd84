/** What a person does on the way to live: set up an account, promote, abort, arm. */
import { pino } from 'pino';
import type { Config } from '../../contracts/config.ts';
import { ConfigError } from '../../contracts/config.ts';
import type { Check } from '../../contracts/http.ts';
import type { ArmedView, PhaseView, VenueSetUpView } from '../../contracts/live.ts';
import type { Clock } from '../../domain/clock.ts';
import type { DeskId, LiveBook } from '../../domain/desk.ts';
import { bookOf, isLiveBook } from '../../domain/desk.ts';
import type { MicroContracts } from '../../domain/money.ts';
import { microContracts } from '../../domain/money.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { readDesk } from '../../ledger/verbs/desk.ts';
import { compareAccount } from './accounts.ts';
import { openBoundVenues } from './bound-venues.ts';
import { accountChecks } from './doctor.ts';
import { NotAllowed } from './errors.ts';
import type { LiveVenue } from './live-venue.ts';
import { liveBookOf, openLiveVenue, prepareVenue } from './venues.ts';

const ARMED_MS = 15 * 60_000;
/** The fuse lets through what the position limit buys at this price within its window. µ$ */
const FUSE_PRICE_MICROS = 50_000;

const silent = pino({ level: 'silent' });

/** Who asks, and why. */
export interface Asked {
  readonly actor: string;
  readonly reason: string;
}

interface Operated {
  readonly config: Config;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly desk: DeskId;
}

/** A venue's account as its key shows it, before any book is bound to it. */
export interface SeenAccount {
  readonly live: LiveVenue;
  readonly book: LiveBook;
  readonly account: string;
  readonly checks: readonly Check[];
  readonly keyDerived: boolean;
}

/**
 * Reads the account of one venue with its key; what the venue gives for it (an API key derived from
 * a private key) is fetched and kept where it is absent.
 * @throws ConfigError where keys are missing or the venue is not traded
 */
export async function seeAccount(
  { config, clock }: Pick<Operated, 'config' | 'clock'>,
  id: VenueId,
): Promise<SeenAccount> {
  if (!config.venues.includes(id)) {
    throw new ConfigError([{ field: 'BALLAST_VENUES', problem: `${id} is not traded here` }]);
  }
  const keyDerived = await prepareVenue(config, id);
  const book = liveBookOf(config);
  const live = openLiveVenue(config, id, { book, clock, log: silent });
  const checks = await accountChecks(live);
  return { live, book, checks, account: await live.accountId(), keyDerived };
}

/**
 * Binds the book to an account that was seen, and sees that its fuse is there and lets orders in:
 * one that has tripped is reset by it. A running desk's orders join it within a second.
 * @throws NotAllowed where the book belongs to another account: nothing is written there
 */
export async function bindAccount(
  { config, clock, ledger }: Operated,
  { live, book, account, checks, keyDerived }: SeenAccount,
  asked: Asked,
): Promise<VenueSetUpView> {
  const { venue, host, keyId } = live;
  const another = (is: { host: string; account: string }): NotAllowed =>
    new NotAllowed(
      `the ${book} book is bound to account ${is.account} at ${is.host}, and this is ${account} at ${host}; another account needs a data directory of its own (BALLAST_DATA_DIR)`,
    );
  const bound = (await ledger.readBindings(book)).find((one) => one.venue === venue.id);
  if (bound !== undefined && (bound.host !== host || bound.account !== account)) {
    throw another(bound);
  }
  const fuse = await live.armFuse({ known: bound?.fuseId, limit: fuseLimitOf(config) });
  const fuseId = fuse.kind === 'orderGroup' ? fuse.id : undefined;
  const wanted = { book, venue: venue.id, host, account, keyId, fuseId, ...asked };
  const outcome = await ledger.bindVenue(wanted, await clock.read());
  if (outcome.kind === 'differs') throw another(outcome);
  const binding = outcome.kind;
  return { venue: venue.id, book, host, account, binding, fuse, checks, keyDerived };
}

function fuseLimitOf({ limits }: Config): MicroContracts {
  return microContracts(Math.ceil(limits.positionMicrosMax / FUSE_PRICE_MICROS) * 1_000_000);
}

/**
 * Takes the desk from paper to live on the traded venues' accounts.
 * @throws ConfigError, NotAllowed where the desk may not be promoted
 */
export async function promote(parts: Operated, asked: Asked): Promise<PhaseView> {
  const { config, clock, ledger, desk } = parts;
  if (!config.liveTrading) {
    const problem = 'must be true: it is one of the two keys of live trading';
    throw new ConfigError([{ field: 'LIVE_TRADING', problem }]);
  }
  const liveBook = liveBookOf(config);
  if (liveBook === 'live') {
    throw new NotAllowed(
      `${config.venues.join(' and ')}: the base URLs name a production host, and this version rehearses on demo hosts and simulators only`,
    );
  }
  const venues = await openBoundVenues({ config, ledger, clock, log: silent }, liveBook);
  const accounts = await Promise.all(
    venues.map(async ({ venue, totalBalance }) => ({ venue: venue.id, ...(await totalBalance()) })),
  );
  const outcome = await ledger.promoteDesk(
    desk,
    { ...asked, liveBook, accounts },
    await clock.read(),
  );
  if (outcome.kind === 'refused') throw new NotAllowed(outcome.detail);
  return phaseOf(parts, true);
}

/** Takes the desk back to paper; needs no key. */
export async function abort(parts: Operated, asked: Asked): Promise<PhaseView> {
  const { clock, ledger, desk } = parts;
  return phaseOf(parts, await ledger.demoteDesk(desk, asked, await clock.read()));
}

async function phaseOf({ ledger, desk: id }: Operated, changed: boolean): Promise<PhaseView> {
  const { desk } = await readDesk(ledger.db, id);
  return { phase: desk.phase, book: bookOf(desk), changed };
}

/**
 * Arms the desk for 15 minutes, each account being as the ledger has it.
 * @throws NotAllowed naming what differs; VenueUnreachable: what was not heard is not assumed
 */
export async function arm(
  { config, clock, ledger, desk: id }: Operated,
  asked: Asked,
): Promise<ArmedView> {
  const { desk } = await readDesk(ledger.db, id);
  const book = bookOf(desk);
  if (!isLiveBook(book)) throw new NotAllowed('the desk is in phase paper: nothing to arm');
  const venues = await openBoundVenues({ config, ledger, clock, log: silent }, book);
  const compared = await Promise.all(venues.map((live) => compareAccount(ledger, book, live)));
  const differences = compared.flatMap((one) => one.differences);
  if (differences.length > 0) throw new NotAllowed(`not armed: ${differences.join('; ')}`);
  const reading = await clock.read();
  const untilMs = reading.atMs + ARMED_MS;
  const outcome = await ledger.armDesk(id, { ...asked, untilMs }, reading);
  if (outcome.kind === 'refused') throw new NotAllowed(outcome.detail);
  const accounts = compared.map(({ account }) => account);
  return { book, armedUntil: new Date(untilMs).toISOString(), accounts };
}
