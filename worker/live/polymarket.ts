/** Polymarket on the way to live: a signing key and its wallet; its fuse is that orders expire. */
import type { Config } from '../../contracts/config.ts';
import { ConfigError, polymarketUrlName, polymarketUrlsOf } from '../../contracts/config.ts';
import type { PolymarketUrlName } from '../../contracts/config.ts';
import type { FieldProblem } from '../../contracts/proposal.ts';
import { DAY_MS } from '../../domain/day.ts';
import { messageOf } from '../../domain/thrown.ts';
import { readHeldMarkets } from '../../ledger/read/held-markets.ts';
import { readOrdersAtVenue } from '../../ledger/read/order-terms.ts';
import type { PolymarketVenueOptions } from '../../venues/polymarket/account.ts';
import { polymarketAccountChecks } from '../../venues/polymarket/account-checks.ts';
import { deriveApiKey } from '../../venues/polymarket/api-key.ts';
import { endpointOf, environmentOfUrls } from '../../venues/polymarket/hosts.ts';
import { createPolymarketVenue } from '../../venues/polymarket/polymarket-venue.ts';
import type { PolymarketWalletOptions, SignatureType } from '../../venues/polymarket/sign.ts';
import { createWallet, walletProblem } from '../../venues/polymarket/sign.ts';
import { Secret } from '../../venues/secret.ts';
import type { LiveParts, LiveVenue, LiveVenueKind } from './live-venue.ts';
import { isPlaceholder } from './placeholders.ts';
import { apiKeyOf, givenKeyProblems, missingKey, storeKey } from './polymarket-key.ts';

/** @source DESIGN §7 and §8; docs/venues/polymarket.md */
export const POLYMARKET: LiveVenueKind = {
  id: 'polymarket',
  hostSetting: 'POLYMARKET_BASE_URL',
  environmentOf: (environment) => environmentOfUrls(polymarketUrlsOf(environment)),
  problems: (config) => {
    const found = setUpProblems(config);
    return found.length > 0 ? found : [missingKey(config, ownerOf(config)) ?? []].flat();
  },
  prepare,
  open,
};

/** An amended result of a market is looked for this long after it was paid. */
const AMENDED_MS = 7 * DAY_MS;
const KEY = 'POLYMARKET_PRIVATE_KEY';
const TYPE = 'POLYMARKET_SIGNATURE_TYPE';
const TYPES =
  "0 the key's own address (EOA), 1 the proxy wallet of an e-mail login, 2 the Safe of a browser wallet, 3 a deposit wallet (new API accounts)";
/** Hardhat's first account, whose key is in its manual. */
const KNOWN_TO_ALL = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266';
const FUSE = {
  kind: 'expiry',
  detail:
    'every order that rests ends at the venue by itself, some minutes after it was sent or at its own time; nothing had to be armed',
} as const;

/** What a person has to give; the API key may be derived. */
function setUpProblems(config: Config): FieldProblem[] {
  return [...hostProblems(config), ...walletProblems(config), ...givenKeyProblems(config)];
}

function hostProblems({ environment }: Config): FieldProblem[] {
  const urls = polymarketUrlsOf(environment);
  const found = (Object.keys(urls) as PolymarketUrlName[]).flatMap((name): FieldProblem[] => {
    try {
      endpointOf(urls[name]);
      return [];
    } catch (error) {
      return [{ field: polymarketUrlName(name), problem: messageOf(error) }];
    }
  });
  if (found.length > 0 || environmentOfUrls(urls) !== 'unknown') return found;
  const problem = 'the five POLYMARKET_*BASE_URL must all be Polymarket’s own, or all loopback';
  return [{ field: 'POLYMARKET_BASE_URL', problem }];
}

/** No text of the key stands in any of these. */
function walletProblems({ environment }: Config): FieldProblem[] {
  const { POLYMARKET_PRIVATE_KEY: key, POLYMARKET_SIGNATURE_TYPE: type } = environment;
  const found: FieldProblem[] = [];
  if (key === undefined) {
    found.push({ field: KEY, problem: 'is not set: 0x and 64 hex digits, the key that signs' });
  } else if (isPlaceholder(key) || /^0x(.)\1{63}$/.test(key)) {
    found.push({ field: KEY, problem: 'is a placeholder' });
  } else if (!/^0x[0-9a-fA-F]{64}$/.test(key)) {
    found.push({ field: KEY, problem: 'must be 0x and 64 hex digits' });
  }
  if (type === undefined) {
    found.push({ field: TYPE, problem: `is not set: the wallet that holds the money: ${TYPES}` });
  } else if (!/^[0-3]$/.test(type)) {
    found.push({ field: TYPE, problem: `must be 0, 1, 2 or 3: ${TYPES}` });
  }
  if (found.length > 0) return found;
  const wallet = walletOf(environment);
  const problem = walletProblem(wallet);
  if (problem !== undefined) {
    return [{ field: /private key/.test(problem) ? KEY : 'POLYMARKET_FUNDER', problem }];
  }
  const isReal = environmentOfUrls(polymarketUrlsOf(environment)) === 'production';
  return isReal && createWallet(wallet).address.toLowerCase() === KNOWN_TO_ALL
    ? [{ field: KEY, problem: 'is a test key that everybody knows' }]
    : [];
}

/** Called only with a key and a type. */
function walletOf(environment: Config['environment']): PolymarketWalletOptions {
  const { POLYMARKET_FUNDER: funder } = environment;
  return {
    privateKey: new Secret(environment.POLYMARKET_PRIVATE_KEY!),
    signatureType: Number(environment.POLYMARKET_SIGNATURE_TYPE) as SignatureType,
    ...(funder === undefined ? {} : { funder }),
  };
}

function ownerOf({ environment }: Config): { address: string; host: string } {
  const { host, port } = endpointOf(environment.POLYMARKET_BASE_URL);
  return { address: createWallet(walletOf(environment)).address, host: `${host}:${port}` };
}

/** Derives the API key where the environment gives none and none is stored. */
async function prepare(config: Config): Promise<boolean> {
  const problems = setUpProblems(config);
  if (problems.length > 0) throw new ConfigError(problems);
  const owner = ownerOf(config);
  if (apiKeyOf(config, owner) !== undefined) return false;
  const { environment } = config;
  const urls = polymarketUrlsOf(environment);
  storeKey(config, owner, await deriveApiKey({ urls, wallet: walletOf(environment) }));
  return true;
}

function open(config: Config, parts: LiveParts): LiveVenue {
  const { book, clock, log, ledger } = parts;
  const { readTokensPerSecond, unknownHorizonMs, deadlines, pollIntervalMs } = parts;
  const { modeHoldMsMax, resultIntervalMs } = parts;
  const wallet = walletOf(config.environment);
  const owner = ownerOf(config);
  const at = { book, venue: 'polymarket' } as const;
  const options: PolymarketVenueOptions = {
    urls: polymarketUrlsOf(config.environment),
    book,
    clock,
    credentials: { ...wallet, ...apiKeyOf(config, owner)! },
    ...(ledger && {
      ordersOf: (ids: readonly string[]) => readOrdersAtVenue(ledger.db, at, ids),
      heldMarkets: async () =>
        readHeldMarkets(ledger.db, at, (await clock.read()).atMs - AMENDED_MS),
    }),
    unknownHorizonMs,
    readsPerSecond: readTokensPerSecond,
    deadlines,
    pollIntervalMs,
    modeHoldMsMax,
    resultIntervalMs,
    onDoubt: (doubt) => log.warn(doubt, 'a venue contradicts itself'),
  };
  const venue = createPolymarketVenue(options);
  return {
    venue,
    checks: () => polymarketAccountChecks(options),
    host: owner.host,
    // The address of the key: an API key may be derived anew, and is nobody's business.
    keyId: owner.address.toLowerCase(),
    settings: { key: KEY, host: 'POLYMARKET_BASE_URL' },
    accountId: () => venue.accountId(),
    configured: { account: createWallet(wallet).maker.toLowerCase(), setting: 'POLYMARKET_FUNDER' },
    totalBalance: () => venue.totalBalance(),
    armFuse: () => Promise.resolve(FUSE),
  };
}
