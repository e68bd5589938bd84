/** What a start makes of the live book: trade it, wind it down, or leave it alone. */
import type { Logger } from 'pino';
import type { Config } from '../contracts/config.ts';
import { ConfigError } from '../contracts/config.ts';
import type { FieldProblem } from '../contracts/proposal.ts';
import type { Clock } from '../domain/clock.ts';
import type { Desk, LiveBook } from '../domain/desk.ts';
import { bookOf, isLiveBook } from '../domain/desk.ts';
import type { Book, VenueId } from '../domain/venue-id.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { readDesk } from '../ledger/verbs/desk.ts';
import type { VenueBinding } from '../ledger/verbs/bindings.ts';
import type { Venue } from '../venues/venue.ts';
import type { LiveTuning, LiveVenue } from './live-venues.ts';
import { liveBookOf, liveProblems, openLiveVenues } from './live-venues.ts';
import { DESK } from './settings.ts';

/** The live half of a process: none, trading, or winding down. */
export interface LiveWay {
  readonly venues: readonly Venue[];
  readonly isWoundDown: (book: Book) => boolean;
  /** What the start line says of the desk as it stands. @source DESIGN §6 */
  readonly startLine: (desk: Desk) => string;
}

interface Parts extends LiveTuning {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A fuse that was armed elsewhere counts for orders from this much later on. */
const FUSE_AGE_MS_MAX = 1_000;

const PAPER_LINE = 'PAPER TRADING (LIVE_TRADING=false)';

/**
 * Without `LIVE_TRADING=true` a desk beyond paper goes back to paper, audited, and its unhedged
 * pairs are given to a person; an empty live book then loads no key at all, and one that still
 * holds something gets clients that read, cancel and settle. With it the clients are there, and
 * trade once the phase allows. Nothing here asks a venue anything.
 * @throws ConfigError where keys are missing or belong to another account than the book's
 */
export async function openLiveWay(parts: Parts): Promise<LiveWay> {
  const { config, ledger } = parts;
  if (!config.liveTrading) await fallBackToPaper(parts);
  const { desk } = await readDesk(ledger.db, DESK);
  const open = await ledger.openInLiveBooks();
  const none = { venues: [], isWoundDown: () => false };
  if (!config.liveTrading) {
    if (open.length === 0) return { ...none, startLine: () => PAPER_LINE };
    const venues = (await openBoundVenues(parts, open[0]!.book)).map(({ venue }) => venue);
    const line = `LIVE_TRADING=false: ${open.length} live positions open, wind-down only`;
    return { venues, isWoundDown: isLiveBook, startLine: () => line };
  }
  const inUse = desk.phase !== 'paper' || open.length > 0;
  const problems = liveProblems(config);
  const startLine = (now: Desk) => lineOf(now, problems);
  if (problems.length > 0) {
    if (inUse) throw new ConfigError(problems);
    parts.log.warn({ problems }, 'no live venue is opened');
    return { ...none, startLine };
  }
  const book = inUse ? (open[0]?.book ?? (bookOf(desk) as LiveBook)) : liveBookOf(config);
  const venues = inUse
    ? await openBoundVenues(parts, book)
    : openLiveVenues(config, { ...parts, book, fuseOf: fusesOf(parts, book) });
  return { venues: venues.map(({ venue }) => venue), isWoundDown: () => false, startLine };
}

function lineOf(desk: Desk, problems: readonly FieldProblem[]): string {
  if (desk.phase === 'paper') {
    return problems.length === 0
      ? 'LIVE_TRADING=true but phase is paper: next ballast rollout promote'
      : 'LIVE_TRADING=true but phase is paper: PAPER TRADING; next ballast doctor --live';
  }
  return desk.liveBook === 'live'
    ? 'LIVE TRADING ENABLED'
    : 'LIVE TRADING ENABLED (rehearsal: no production hosts)';
}

async function fallBackToPaper({ ledger, clock, log }: Parts): Promise<void> {
  const by = { actor: 'start', reason: 'LIVE_TRADING is not true in the environment' };
  if (!(await ledger.demoteDesk(DESK, by, await clock.read()))) return;
  log.warn(by, 'desk goes back to paper');
  for (const { id, isUnhedged } of await ledger.openInLiveBooks()) {
    if (!isUnhedged) continue;
    const found = { why: by.reason, detail: 'one leg of the pair stands alone: nothing is sent' };
    await ledger.strandTrade(id, found, await clock.read());
  }
}

/**
 * The book's venues, whose hosts and keys must be those it was bound to.
 * @throws ConfigError naming what is missing or another's
 */
export async function openBoundVenues(parts: Parts, book: LiveBook): Promise<readonly LiveVenue[]> {
  const bindings = await parts.ledger.readBindings(book);
  const venues = openLiveVenues(parts.config, { ...parts, book, fuseOf: fusesOf(parts, book) });
  const wrong = venues.flatMap(({ venue, host, keyId, settings }): FieldProblem[] => {
    const bound = bindings.find((one) => one.venue === venue.id);
    const setUp = `ballast venue setup ${venue.id}`;
    if (bound === undefined) {
      return [
        { field: settings.key, problem: `the ${book} book is bound to no account: ${setUp}` },
      ];
    }
    return [
      ...(bound.host === host
        ? []
        : [
            {
              field: settings.host,
              problem: `the ${book} book is bound to ${bound.host}, not ${host}`,
            },
          ]),
      ...(bound.keyId === keyId
        ? []
        : [
            {
              field: settings.key,
              problem: `the ${book} book knows another key of its account; show that this one is its too: ${setUp}`,
            },
          ]),
    ];
  });
  if (wrong.length > 0) throw new ConfigError(wrong);
  return venues;
}

/** The fuses as the ledger has them, read again after a moment. */
function fusesOf({ ledger }: Parts, book: LiveBook) {
  let read: Promise<readonly VenueBinding[]> | undefined;
  let readAtMs = 0;
  return async (venue: VenueId): Promise<string | undefined> => {
    if (read === undefined || performance.now() - readAtMs > FUSE_AGE_MS_MAX) {
      readAtMs = performance.now();
      const reading = ledger.readBindings(book);
      read = reading;
      // A failure is told to who asked, and the next one asks anew.
      reading.catch(() => {
        if (read === reading) read = undefined;
      });
    }
    return (await read).find((one) => one.venue === venue)?.fuseId;
  };
}
