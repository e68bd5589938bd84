/** The short processes of the way to live, wired: configuration, clock, ledger. */
import type { Config } from '../contracts/config.ts';
import type { ArmedView, PhaseView, VenueSetUpView } from '../contracts/live.ts';
import type { VenueId } from '../domain/venue-id.ts';
import type { Ledger } from '../ledger/ledger.ts';
import * as operator from '../worker/live/operator.ts';
import { machineClock } from './clock.ts';
import { DESK } from './settings.ts';
import { withLedger } from './with-ledger.ts';

const ACTOR = 'cli';

/** Reads the account with its real key and binds the book to it. @throws ConfigError, NotAllowed */
export async function setUpVenue(
  config: Config,
  { venue, reason }: { venue: VenueId; reason: string },
): Promise<VenueSetUpView> {
  const clock = machineClock(config.clockOffsetMs);
  const seen = await operator.seeAccount({ config, clock }, venue);
  return onDesk(config, (parts) => operator.bindAccount(parts, seen, { actor: ACTOR, reason }));
}

/** Takes the desk from paper to live. @throws ConfigError, NotAllowed */
export async function promote(config: Config, reason: string): Promise<PhaseView> {
  return onDesk(config, (parts) => operator.promote(parts, { actor: ACTOR, reason }));
}

/** Takes the desk back to paper; needs no key. */
export async function abort(config: Config, reason: string): Promise<PhaseView> {
  return onDesk(config, (parts) => operator.abort(parts, { actor: ACTOR, reason }));
}

/** Arms the desk. @throws NotAllowed, VenueUnreachable */
export async function arm(config: Config, reason: string): Promise<ArmedView> {
  return onDesk(config, (parts) => operator.arm(parts, { actor: ACTOR, reason }));
}

type Parts = { config: Config; ledger: Ledger; desk: typeof DESK } & {
  clock: ReturnType<typeof machineClock>;
};

async function onDesk<View>(config: Config, run: (parts: Parts) => Promise<View>): Promise<View> {
  const clock = machineClock(config.clockOffsetMs);
  return withLedger(config, (ledger) => run({ config, clock, ledger, desk: DESK }));
}
