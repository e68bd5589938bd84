/** What the way to live needs of a venue, whichever it is: one module a venue fills it in. */
import type { Logger } from 'pino';
import type { Config, Environment } from '../../contracts/config.ts';
import type { Check } from '../../contracts/http.ts';
import type { VenueSetUpView } from '../../contracts/live.ts';
import type { FieldProblem } from '../../contracts/proposal.ts';
import type { Clock } from '../../domain/clock.ts';
import type { LiveBook } from '../../domain/desk.ts';
import type { MicroContracts } from '../../domain/money.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { TransportDeadlines } from '../../venues/http/transport.ts';
import type { Venue, VenueBalance } from '../../venues/venue.ts';

/** What trading on a venue's hosts means: real money, mock money, or a process of this machine. */
export type HostEnvironment = 'production' | 'demo' | 'loopback' | 'unknown';

/** What tests change about a live venue. */
export interface LiveTuning {
  readonly unknownHorizonMs?: number | undefined;
  readonly readTokensPerSecond?: number | undefined;
  readonly deadlines?: TransportDeadlines | undefined;
  readonly pollIntervalMs?: number | undefined;
  readonly modeHoldMsMax?: number | undefined;
  readonly resultIntervalMs?: number | undefined;
}

/** What a venue's client is opened with. */
export interface LiveParts extends LiveTuning {
  readonly book: LiveBook;
  readonly clock: Clock;
  readonly log: Logger;
  /** What orders of ours were for; without it a venue's records are told in its own words. */
  readonly ledger?: Ledger;
  /** The fuse new orders join, where the venue has one. */
  readonly fuseOf?: (venue: VenueId) => Promise<string | undefined>;
}

/** What stops orders at the venue itself, whatever becomes of this machine. */
export type VenueFuse = VenueSetUpView['fuse'];

/** A venue's client with what a book is bound to, and the names of its settings. */
export interface LiveVenue {
  readonly venue: Venue;
  /** Everything a live account depends on, read once; none of it is sent to be changed. */
  readonly checks: () => Promise<readonly Check[]>;
  /** Host and port of the account. */
  readonly host: string;
  /** Names the key in use, without telling anything of it. */
  readonly keyId: string;
  readonly settings: { readonly key: string; readonly host: string };
  /** Names the account: the same for every key of it. */
  readonly accountId: () => Promise<string>;
  /** The same where the configuration alone says it: one key may then be used with several accounts. */
  readonly configured?: { readonly account: string; readonly setting: string };
  /** All its cash, over every part of the venue. */
  readonly totalBalance: () => Promise<VenueBalance>;
  /** Sees that the venue's fuse is there and lets orders in; a known one is kept where it fits. */
  readonly armFuse: (asked: {
    readonly known: string | undefined;
    readonly limit: MicroContracts;
  }) => Promise<VenueFuse>;
}

/** One venue on the way to live. */
export interface LiveVenueKind {
  readonly id: VenueId;
  /** The setting that names its host. */
  readonly hostSetting: string;
  /** What its hosts stand for; `unknown` where they are no hosts of it, or not of one kind. */
  readonly environmentOf: (environment: Environment) => HostEnvironment;
  /** What is missing before it can be opened; never a secret's text. */
  readonly problems: (config: Config) => readonly FieldProblem[];
  /**
   * Makes what `open` needs and the venue gives, and keeps it in the data directory; only
   * `venue setup` asks for it. Answers whether anything was made.
   * @throws ConfigError, VenueRefused, VenueUnreachable
   */
  readonly prepare?: (config: Config) => Promise<boolean>;
  /** Opens the client; nothing is asked of the venue. Called only where there are no problems. */
  readonly open: (config: Config, parts: LiveParts) => LiveVenue;
}
