/** The venues' real clients, opened with their keys: for the engine, and for the short processes. */
import { readFileSync, statSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Config } from '../contracts/config.ts';
import { ConfigError } from '../contracts/config.ts';
import type { FieldProblem } from '../contracts/proposal.ts';
import type { Clock } from '../domain/clock.ts';
import type { LiveBook } from '../domain/desk.ts';
import type { VenueId } from '../domain/venue-id.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { readOrdersAtVenue, readOrderTerms } from '../ledger/read/order-terms.ts';
import { endpointOf, environmentOfHost } from '../venues/kalshi/hosts.ts';
import type { Check } from '../contracts/http.ts';
import type { KalshiVenueOptions } from '../venues/kalshi/account.ts';
import { kalshiAccountChecks } from '../venues/kalshi/account-checks.ts';
import type { KalshiVenue } from '../venues/kalshi/kalshi-venue.ts';
import { createKalshiVenue } from '../venues/kalshi/kalshi-venue.ts';
import { Secret } from '../venues/secret.ts';

/** A venue's client with what a book is bound to, and the names of its settings. */
export interface LiveVenue {
  readonly venue: KalshiVenue;
  /** Everything a live account depends on, read once; none of it is sent to be changed. */
  readonly checks: () => Promise<Check[]>;
  readonly host: string;
  readonly keyId: string;
  readonly settings: { readonly key: string; readonly host: string };
}

/** What tests change about a live venue. */
export type LiveTuning = Pick<
  KalshiVenueOptions,
  'unknownHorizonMs' | 'readTokensPerSecond' | 'deadlines' | 'pollIntervalMs'
>;

interface LiveParts extends LiveTuning {
  readonly book: LiveBook;
  readonly clock: Clock;
  readonly log: Logger;
  /** What orders of ours were for; without it a venue's records are told in its own words. */
  readonly ledger?: Ledger;
  /** The order group new orders join. */
  readonly fuseOf?: (venue: VenueId) => Promise<string | undefined>;
}

/** Names that people leave where a key belongs. */
const PLACEHOLDER = /^(your|my|test|demo|example|changeme|placeholder|xxx|<)/i;
/** Group and others: none of these bits may be set on a file of secrets. */
const MODE_OTHERS = 0o077;

/** The book of the venues' hosts: real money only where every one of them is production. */
export function liveBookOf({ environment }: Pick<Config, 'environment'>): LiveBook {
  return environmentOfHost(environment.KALSHI_BASE_URL) === 'production' ? 'live' : 'rehearsal';
}

/** What is missing before the traded venues' real clients can be opened; never a secret's text. */
export function liveProblems({ environment, venues }: Config): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const add = (field: string, problem: string) => problems.push({ field, problem });
  if (venues.includes('polymarket')) {
    add(
      'BALLAST_VENUES',
      'Polymarket trades on paper only in this version: set BALLAST_VENUES=kalshi',
    );
  }
  const { KALSHI_API_KEY: keyId, KALSHI_PRIVATE_KEY_PATH: path } = environment;
  if (environmentOfHost(environment.KALSHI_BASE_URL) === 'unknown') {
    add('KALSHI_BASE_URL', 'is no host of Kalshi and no loopback address');
  }
  if (keyId === undefined) add('KALSHI_API_KEY', 'is not set: the id of an API key of the account');
  else if (PLACEHOLDER.test(keyId))
    add('KALSHI_API_KEY', `${JSON.stringify(keyId)} is a placeholder`);
  const file =
    path === undefined ? 'is not set: the file with the private key' : keyFileProblem(path);
  if (file !== undefined) add('KALSHI_PRIVATE_KEY_PATH', file);
  return problems;
}

function keyFileProblem(path: string): string | undefined {
  try {
    const { mode } = statSync(path);
    if ((mode & MODE_OTHERS) !== 0) return `${path} is open to other users: chmod 600 ${path}`;
    return /PRIVATE KEY/.test(readFileSync(path, 'utf8'))
      ? undefined
      : `${path} holds no private key in PEM form`;
  } catch (error) {
    return `${path} cannot be read: ${error instanceof Error ? error.message : 'failed'}`;
  }
}

/**
 * Opens the clients of every traded venue. Nothing is asked of a venue yet.
 * @throws ConfigError where something is missing or a key is none
 */
export function openLiveVenues(config: Config, parts: LiveParts): LiveVenue[] {
  const problems = liveProblems(config);
  if (problems.length > 0) throw new ConfigError(problems);
  const { environment } = config;
  const { KALSHI_BASE_URL: baseUrl, KALSHI_SUBACCOUNT: subaccount } = environment;
  const keyId = environment.KALSHI_API_KEY!;
  const { book, clock, log, ledger, fuseOf } = parts;
  const { unknownHorizonMs, readTokensPerSecond, deadlines, pollIntervalMs } = parts;
  const pem = new Secret(readFileSync(environment.KALSHI_PRIVATE_KEY_PATH!, 'utf8'));
  const options: KalshiVenueOptions = {
    baseUrl,
    book,
    clock,
    credentials: { keyId, privateKeyPem: pem },
    ...(subaccount === undefined ? {} : { subaccount }),
    ...(ledger && {
      termsOf: (ids: readonly string[]) => readOrderTerms(ledger.db, ids),
      ordersOf: (ids: readonly string[]) =>
        readOrdersAtVenue(ledger.db, { book, venue: 'kalshi' }, ids),
    }),
    ...(fuseOf && { orderGroupId: () => fuseOf('kalshi') }),
    unknownHorizonMs,
    readTokensPerSecond,
    deadlines,
    pollIntervalMs,
    onDoubt: (doubt) => log.warn(doubt, 'a venue contradicts itself'),
  };
  const venue = createKalshiVenue(options);
  const checks = () => kalshiAccountChecks(options);
  const { host, port } = endpointOf(baseUrl);
  const settings = { key: 'KALSHI_API_KEY', host: 'KALSHI_BASE_URL' };
  return [{ venue, checks, host: `${host}:${port}`, keyId, settings }];
}
