/** Asks the venues in use whether they trade: at start, every hour, and sooner while one does not. */
import type { Logger } from 'pino';
import { inTime } from '../activities/in-time.ts';
import type { StatusView } from '../contracts/http.ts';
import type { Clock } from '../domain/clock.ts';
import { messageOf } from '../domain/thrown.ts';
import type { Venue } from '../venues/venue.ts';

/** What was told last, and when. */
type ToldStatus = StatusView['venueStatus'][number];

/** The answers as they stand; asking goes on until it is stopped. */
export interface VenueStatuses {
  latest(): readonly ToldStatus[];
  stop(): Promise<void>;
}

/** Where orders are refused may change with the route out. It is asked at start and hourly. */
const EVERY_MS = 3_600_000;
const WHILE_CLOSED_MS = 60_000;
const ANSWER_MS_MAX = 10_000;

interface Parts {
  /** Those whose books are traded or hold something. */
  readonly venues: () => Promise<readonly Venue[]>;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** Begins to ask and answers at once. Never rejects: what was not heard is told as not trading. */
export function askStatuses({ venues, clock, log }: Parts): VenueStatuses {
  let told: readonly ToldStatus[] = [];
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const askAll = async (): Promise<void> => {
    let heard = false;
    try {
      const next = await Promise.all((await venues()).map((venue) => ask(venue, clock)));
      for (const one of next) {
        if (told.some((before) => isSame(before, one))) continue;
        if (one.trading) log.info(one, 'venue trades');
        else log.warn(one, 'venue does not trade');
      }
      told = next;
      heard = true;
    } catch (error) {
      log.warn({ err: error }, 'venues were not asked whether they trade');
    }
    if (stopped) return;
    const open = heard && told.every(({ trading }) => trading);
    timer = setTimeout(start, open ? EVERY_MS : WHILE_CLOSED_MS);
    timer.unref();
  };
  let asking = Promise.resolve();
  const start = (): void => {
    asking = askAll();
  };
  start();
  return {
    latest: () => told,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await asking;
    },
  };
}

async function ask(venue: Venue, clock: Clock): Promise<ToldStatus> {
  const at = { venue: venue.id, book: venue.book };
  const status = await inTime(ANSWER_MS_MAX, 'the venue', (signal) =>
    venue.status(undefined, signal),
  ).catch((error: unknown) => ({ trading: false, detail: messageOf(error) }));
  const { atMs } = await clock.read();
  const { trading, detail } = status;
  return { ...at, trading, detail, askedAt: new Date(atMs).toISOString() };
}

function isSame(before: ToldStatus, now: ToldStatus): boolean {
  return (
    before.venue === now.venue &&
    before.book === now.book &&
    before.trading === now.trading &&
    before.detail === now.detail
  );
}
