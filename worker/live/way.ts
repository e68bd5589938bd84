/** What a start makes of the live book: trade it, wind it down, or leave it alone. */
import type { Logger } from 'pino';
import type { Config } from '../../contracts/config.ts';
import { ConfigError } from '../../contracts/config.ts';
import type { FieldProblem } from '../../contracts/proposal.ts';
import { assert } from '../../domain/assert.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Desk, DeskId, LiveBook } from '../../domain/desk.ts';
import { bookOf, isLiveBook } from '../../domain/desk.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { readDesk } from '../../ledger/verbs/desk.ts';
import type { Venue } from '../../venues/venue.ts';
import { openBoundVenues } from './bound-venues.ts';
import type { LiveTuning } from './live-venue.ts';
import { liveBookOf } from './venues.ts';

/** The live half of a process: none, trading, or winding down. */
export interface LiveWay {
  readonly venues: readonly Venue[];
  readonly isWoundDown: (book: Book) => boolean;
  /** What the start line says of the desk as it stands. @source DESIGN §6 */
  readonly startLine: (desk: Desk) => string;
}

interface Parts extends LiveTuning {
  readonly desk: DeskId;
  readonly config: Config;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Logger;
}

const PAPER_LINE = 'PAPER TRADING (LIVE_TRADING=false)';

/**
 * Without `LIVE_TRADING=true` a desk beyond paper goes back to paper, audited, and its unhedged
 * pairs are given to a person; an empty live book then loads no key at all, and one that still
 * holds something gets clients that read, cancel and settle. With it the clients are there, and
 * trade once the phase allows. Nothing here asks a venue anything.
 * @throws ConfigError where keys are missing or belong to another account than the book's
 */
export async function openLiveWay(parts: Parts): Promise<LiveWay> {
  const { config, ledger, log } = parts;
  if (!config.liveTrading) await fallBackToPaper(parts);
  const inUse = await liveUseOf(ledger, parts.desk);
  const none = { venues: [], isWoundDown: () => false };
  const left = (inUse?.venues ?? []).filter((venue) => !config.venues.includes(venue));
  if (left.length > 0) {
    const problem = `leaves out ${left.join(' and ')}, where the ${inUse!.book} book still holds something (ballast positions, ballast cash)`;
    throw new ConfigError([{ field: 'BALLAST_VENUES', problem }]);
  }
  if (!config.liveTrading) {
    if (inUse === undefined) return { ...none, startLine: () => PAPER_LINE };
    const venues = (await openBoundVenues(parts, inUse.book)).map(({ venue }) => venue);
    const line = `LIVE_TRADING=false: ${inUse.open} live positions open, wind-down only`;
    return { venues, isWoundDown: isLiveBook, startLine: () => line };
  }
  try {
    const at = inUse?.book ?? liveBookOf(config);
    const opened = await openBoundVenues({ ...parts, mayBeUnbound: inUse === undefined }, at);
    const venues = opened.map(({ venue }) => venue);
    return { venues, isWoundDown: () => false, startLine: (now) => lineOf(now, []) };
  } catch (error) {
    if (inUse !== undefined || !(error instanceof ConfigError)) throw error;
    const { problems } = error;
    log.warn({ problems }, 'no live venue is opened');
    return { ...none, startLine: (now) => lineOf(now, problems) };
  }
}

/** A live book in use. */
interface LiveUse {
  readonly book: LiveBook;
  /** How much is open there: trades, and winnings that are not redeemed. */
  readonly open: number;
  /** Where, each once. */
  readonly venues: readonly VenueId[];
}

/** The live book that is traded or still holds something; undefined: none is in use. */
export async function liveUseOf(ledger: Ledger, id: DeskId): Promise<LiveUse | undefined> {
  const { desk } = await readDesk(ledger.db, id);
  const open = await ledger.openInLiveBooks();
  if (open[0] !== undefined) {
    const venues = [...new Set(open.flatMap((one) => one.venues))];
    return { book: open[0].book, open: open.length, venues };
  }
  if (desk.phase === 'paper') return undefined;
  const book = bookOf(desk);
  assert(isLiveBook(book), `desk ${id} is in phase ${desk.phase} and trades the ${book} book`);
  return { book, open: 0, venues: [] };
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

async function fallBackToPaper({ desk, ledger, clock, log }: Parts): Promise<void> {
  const by = { actor: 'start', reason: 'LIVE_TRADING is not true in the environment' };
  if (!(await ledger.demoteDesk(desk, by, await clock.read()))) return;
  log.warn(by, 'desk goes back to paper');
  for (const { id, isUnhedged } of await ledger.openInLiveBooks()) {
    if (!isUnhedged) continue;
    const found = { why: by.reason, detail: 'one leg of the pair stands alone: nothing is sent' };
    await ledger.strandTrade(id, found, await clock.read());
  }
}
