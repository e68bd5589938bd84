/** Kalshi on the way to live: an API key with a private key file; its fuse is an order group. */
import { readFileSync, statSync } from 'node:fs';
import type { Config } from '../../contracts/config.ts';
import type { FieldProblem } from '../../contracts/proposal.ts';
import { formatDecimal } from '../../domain/decimal.ts';
import { messageOf } from '../../domain/thrown.ts';
import { readOrdersAtVenue, readOrderTerms } from '../../ledger/read/order-terms.ts';
import type { KalshiVenueOptions } from '../../venues/kalshi/account.ts';
import { kalshiAccountChecks } from '../../venues/kalshi/account-checks.ts';
import { endpointOf, environmentOfHost } from '../../venues/kalshi/hosts.ts';
import type { KalshiVenue } from '../../venues/kalshi/kalshi-venue.ts';
import { createKalshiVenue } from '../../venues/kalshi/kalshi-venue.ts';
import { Secret } from '../../venues/secret.ts';
import { isOpenToOthers } from '../file-mode.ts';
import type { LiveParts, LiveVenue, LiveVenueKind, VenueFuse } from './live-venue.ts';
import { isPlaceholder } from './placeholders.ts';

/** @source DESIGN §6 to §8; docs/venues/kalshi.md */
export const KALSHI: LiveVenueKind = {
  id: 'kalshi',
  hostSetting: 'KALSHI_BASE_URL',
  environmentOf: ({ KALSHI_BASE_URL }) => environmentOfHost(KALSHI_BASE_URL),
  problems,
  open,
};

function problems({ environment }: Config): FieldProblem[] {
  const found: FieldProblem[] = [];
  const add = (field: string, problem: string) => found.push({ field, problem });
  const { KALSHI_API_KEY: keyId, KALSHI_PRIVATE_KEY_PATH: path } = environment;
  if (environmentOfHost(environment.KALSHI_BASE_URL) === 'unknown') {
    add('KALSHI_BASE_URL', 'is no host of Kalshi and no loopback address');
  }
  if (keyId === undefined) add('KALSHI_API_KEY', 'is not set: the id of an API key of the account');
  else if (isPlaceholder(keyId)) add('KALSHI_API_KEY', `${JSON.stringify(keyId)} is a placeholder`);
  const file =
    path === undefined ? 'is not set: the file with the private key' : keyFileProblem(path);
  if (file !== undefined) add('KALSHI_PRIVATE_KEY_PATH', file);
  return found;
}

function keyFileProblem(path: string): string | undefined {
  try {
    if (isOpenToOthers(statSync(path))) return `${path} is open to other users: chmod 600 ${path}`;
    return /PRIVATE KEY/.test(readFileSync(path, 'utf8'))
      ? undefined
      : `${path} holds no private key in PEM form`;
  } catch (error) {
    return `${path} cannot be read: ${messageOf(error)}`;
  }
}

function open({ environment }: Config, parts: LiveParts): LiveVenue {
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
  const { host, port } = endpointOf(baseUrl);
  return {
    venue,
    checks: () => kalshiAccountChecks(options),
    host: `${host}:${port}`,
    keyId,
    settings: { key: 'KALSHI_API_KEY', host: 'KALSHI_BASE_URL' },
    accountId: () => venue.accountId(),
    totalBalance: () => venue.totalBalance(),
    armFuse: (asked) => armGroup(venue, asked),
  };
}

/** The group there is, let in orders again; a new one where there is none of this limit. */
async function armGroup(
  venue: KalshiVenue,
  { known, limit }: Parameters<LiveVenue['armFuse']>[0],
): Promise<VenueFuse> {
  const told = { kind: 'orderGroup', contractsMax: formatDecimal(limit) } as const;
  const found = known === undefined ? undefined : await venue.orderGroup(known);
  if (found === undefined || found.limit !== limit) {
    return { ...told, id: await venue.createOrderGroup(limit), armed: 'new' };
  }
  // The venue does not tell whether it has tripped.
  await venue.resetOrderGroup(found.id);
  return { ...told, id: found.id, armed: 'reset' };
}
