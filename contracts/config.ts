/** The environment, read once at start. Every mistake is reported at once, by name. */
import { z } from 'zod';
import type { Limits } from '../domain/limits.ts';
import type { Micros } from '../domain/money.ts';
import { MICROS_PER_UNIT } from '../domain/money.ts';
import type { VenueId } from '../domain/venue-id.ts';
import { VENUE_IDS } from '../domain/venue-id.ts';
import {
  baseUrl,
  count,
  flag,
  hostOf,
  isLoopback,
  numberField,
  percent,
  text,
  token,
  usd,
} from './config-fields.ts';
import type { FieldProblem } from './proposal.ts';

/** @source https://docs.kalshi.com, API environments (2026-08-22); kalshi-typescript 3.30 */
const KALSHI_BASE_URL_DEFAULT = 'https://external-api.kalshi.com/trade-api/v2';

/** The names of Polymarket's base URLs, by the host each is of. */
const POLYMARKET_URL_NAMES = {
  clob: 'POLYMARKET_BASE_URL',
  gamma: 'POLYMARKET_GAMMA_BASE_URL',
  data: 'POLYMARKET_DATA_BASE_URL',
  site: 'POLYMARKET_SITE_BASE_URL',
  socket: 'POLYMARKET_SOCKET_BASE_URL',
} as const;

export type PolymarketUrlName = keyof typeof POLYMARKET_URL_NAMES;

/** Every name Ballast reads, with its default. `.env.example` documents each; a test compares. */
export const environmentSchema = z.object({
  LIVE_TRADING: flag.default('false'),
  LIVE_TRADING_INITIAL_BALANCE: usd('the initial balance').prefault('1000'),
  LIVE_TRADING_BET_AMOUNT: usd('the bet amount').prefault('50'),
  LIVE_TRADING_MIN_ROI: percent('the minimum ROI').prefault('2'),
  LIVE_TRADING_MAX_ROI: percent('the maximum ROI').prefault('10'),
  LIVE_TRADING_MAX_POSITION_SIZE: usd('the position limit').prefault('500'),
  LIVE_TRADING_MAX_DAILY_TRADES: count('the daily trade limit', 0, 1_000_000).prefault('5'),
  LIVE_TRADING_DAILY_LOSS_LIMIT: usd('the daily loss limit').prefault('200'),
  LIVE_TRADING_RESET_KEY: text.optional(),
  BALLAST_DATA_DIR: text.optional(),
  BALLAST_CACHE_DIR: text.optional(),
  BALLAST_BACKUP_DIR: text.optional(),
  BALLAST_HOST: text.default('127.0.0.1'),
  BALLAST_PORT: count('the port', 0, 65_535).prefault('5001'),
  BALLAST_VENUES: z
    .string()
    .default(VENUE_IDS.join(','))
    .transform((list, context) => {
      const names = list.split(',').map((name) => name.trim());
      const known = names.filter((name): name is VenueId =>
        (VENUE_IDS as readonly string[]).includes(name),
      );
      if (
        known.length !== names.length ||
        new Set(known).size !== known.length ||
        known.length === 0
      ) {
        context.addIssue({
          code: 'custom',
          message: `must list ${VENUE_IDS.join(' and/or ')}, separated by commas, was ${JSON.stringify(list)}`,
        });
        return z.NEVER;
      }
      return known;
    }),
  BALLAST_PAPER_QUOTES: z
    .enum(['file', 'venue'], {
      error: 'must be file or venue: quotes from simulators are not part of this version',
    })
    .default('file'),
  BALLAST_PAPER_FILE: text.optional(),
  KALSHI_BASE_URL: baseUrl('the base URL').default(KALSHI_BASE_URL_DEFAULT),
  // https://docs.polymarket.com (2026-11); the same as the adapter's, a test compares.
  POLYMARKET_BASE_URL: baseUrl('the base URL').default('https://clob.polymarket.com'),
  POLYMARKET_GAMMA_BASE_URL: baseUrl('the base URL').default('https://gamma-api.polymarket.com'),
  POLYMARKET_DATA_BASE_URL: baseUrl('the base URL').default('https://data-api.polymarket.com'),
  POLYMARKET_SITE_BASE_URL: baseUrl('the base URL').default('https://polymarket.com'),
  POLYMARKET_SOCKET_BASE_URL: baseUrl('the base URL', 'ws').default(
    'wss://ws-subscriptions-clob.polymarket.com',
  ),
  BALLAST_INITIAL_BALANCE_KALSHI: usd("Kalshi's share of the initial balance").optional(),
  BALLAST_MAX_OPEN_EXPOSURE: usd('the exposure limit').optional(),
  BALLAST_MAX_EVENT_EXPOSURE: usd('the exposure limit of one event').optional(),
  BALLAST_QUOTE_AGE_MS_MAX: count('the age of a quote in ms', 100, 600_000).prefault('5000'),
  BALLAST_STRATEGY_EXECUTIONS_MAX: count('executions of a strategy', 1, 1_000_000).prefault('5'),
  BALLAST_STRATEGY_WINDOW_SECONDS: count('the window in seconds', 1, 86_400).prefault('600'),
  BALLAST_LEG_SECONDS: count("the life of a leg's order in seconds", 1, 60).prefault('3'),
  BALLAST_MAX_UNHEDGED_SECONDS: count('the unhedged time in seconds', 1, 3600).prefault('20'),
  BALLAST_MAX_UNWIND_LOSS: usd('the loss of completing or unwinding a pair').prefault('10'),
  BALLAST_TRADER_TOKEN: token.optional(),
  BALLAST_OPERATOR_TOKEN: token.optional(),
  BALLAST_ADMIN_TOKEN: token.optional(),
  BALLAST_CLOCK: numberField(
    'the clock offset in seconds',
    (value) => value % MICROS_PER_UNIT === 0,
    'whole seconds, e.g. -3600',
  )
    .prefault('0')
    .transform((value) => value / 1000),
  BALLAST_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
      error: 'must be trace, debug, info, warn, error or silent',
    })
    .default('info'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
    .optional(),
  TEMPORAL_ADDRESS: text.optional(),
  KALSHI_API_KEY: text.optional(),
  KALSHI_PRIVATE_KEY_PATH: text.optional(),
  KALSHI_SUBACCOUNT: count('the subaccount', 0, 32).optional(),
  // Checked where they are needed: somebody's placeholder must not keep paper from starting.
  POLYMARKET_PRIVATE_KEY: text.optional(),
  POLYMARKET_FUNDER: text.optional(),
  POLYMARKET_SIGNATURE_TYPE: text.optional(),
  POLYMARKET_API_KEY: text.optional(),
  POLYMARKET_SECRET: text.optional(),
  POLYMARKET_PASSPHRASE: text.optional(),
});

export type Environment = z.output<typeof environmentSchema>;

/** Configuration as the program uses it: integers with units, nothing optional but what may be absent. */
export interface Config {
  readonly environment: Environment;
  readonly liveTrading: boolean;
  readonly venues: readonly VenueId[];
  readonly limits: Limits;
  readonly clockOffsetMs: number;
}

/** Every mistake of the environment, each with its name; the process exits with 4. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly FieldProblem[];
  constructor(problems: readonly FieldProblem[]) {
    super(
      `the configuration has ${problems.length} mistake${problems.length === 1 ? '' : 's'}:\n` +
        problems.map(({ field, problem }) => `  ${field}: ${problem}`).join('\n'),
    );
    this.problems = problems;
  }
}

/**
 * Reads the configuration from environment variables.
 * @throws ConfigError listing every bad value and every unknown `LIVE_TRADING*` or `BALLAST_*` name
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const known = Object.keys(environmentSchema.shape);
  const present = Object.fromEntries(
    known.flatMap((name) => (variables[name] === undefined ? [] : [[name, variables[name]]])),
  );
  const parsed = environmentSchema.safeParse(present);
  const problems: FieldProblem[] = Object.keys(variables)
    .filter((name) => /^(LIVE_TRADING|BALLAST_)/.test(name) && !known.includes(name))
    .map((name) => ({
      field: name,
      problem: `is not a setting of Ballast${suggestion(name, known)}`,
    }));
  if (!parsed.success) {
    problems.push(
      ...parsed.error.issues.map((issue) => ({
        field: issue.path.map(String).join('.'),
        problem: issue.message,
      })),
    );
    throw new ConfigError(problems);
  }
  const environment = parsed.data;
  problems.push(...crossChecks(environment));
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    environment,
    liveTrading: environment.LIVE_TRADING === 'true',
    venues: environment.BALLAST_VENUES,
    limits: limitsOf(environment),
    clockOffsetMs: environment.BALLAST_CLOCK,
  };
}

function crossChecks(environment: Environment): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const share = environment.BALLAST_INITIAL_BALANCE_KALSHI;
  if (share !== undefined && share > environment.LIVE_TRADING_INITIAL_BALANCE) {
    problems.push({
      field: 'BALLAST_INITIAL_BALANCE_KALSHI',
      problem: 'must not be above LIVE_TRADING_INITIAL_BALANCE',
    });
  }
  const exposure = environment.BALLAST_MAX_OPEN_EXPOSURE;
  if (
    environment.LIVE_TRADING === 'true' &&
    exposure !== undefined &&
    exposure > environment.LIVE_TRADING_INITIAL_BALANCE
  ) {
    problems.push({
      field: 'BALLAST_MAX_OPEN_EXPOSURE',
      problem:
        'must not be above LIVE_TRADING_INITIAL_BALANCE, which in live trading caps the capital in use',
    });
  }
  problems.push(...polymarketUrlProblems(environment));
  if (
    environment.BALLAST_CLOCK !== 0 &&
    environment.BALLAST_PAPER_QUOTES === 'venue' &&
    !hostsOf(environment).every((url) => isLoopback(hostOf(new URL(url))))
  ) {
    problems.push({
      field: 'BALLAST_CLOCK',
      problem: 'must be 0 with quotes from a real venue, which has a clock of its own',
    });
  }
  if (environment.BALLAST_LEG_SECONDS > environment.BALLAST_MAX_UNHEDGED_SECONDS) {
    problems.push({
      field: 'BALLAST_LEG_SECONDS',
      problem: 'must not be above BALLAST_MAX_UNHEDGED_SECONDS',
    });
  }
  const tokens = [
    environment.BALLAST_TRADER_TOKEN,
    environment.BALLAST_OPERATOR_TOKEN,
    environment.BALLAST_ADMIN_TOKEN,
  ];
  const given = tokens.filter((value) => value !== undefined);
  if (!isLoopback(environment.BALLAST_HOST) && given.length < tokens.length) {
    problems.push({
      field: 'BALLAST_HOST',
      problem:
        'an address other than loopback needs BALLAST_TRADER_TOKEN, BALLAST_OPERATOR_TOKEN and BALLAST_ADMIN_TOKEN',
    });
  }
  if (new Set(given).size !== given.length) {
    problems.push({ field: 'BALLAST_TRADER_TOKEN', problem: 'the three tokens must differ' });
  }
  return problems;
}

/** Every base URL of the venues that are traded. */
function hostsOf(environment: Environment): string[] {
  const urls: Record<VenueId, string[]> = {
    kalshi: [environment.KALSHI_BASE_URL],
    polymarket: Object.values(polymarketUrlsOf(environment)),
  };
  return environment.BALLAST_VENUES.flatMap((venue) => urls[venue]);
}

/** Polymarket's base URLs. */
export function polymarketUrlsOf(environment: Environment): Record<PolymarketUrlName, string> {
  return {
    clob: environment.POLYMARKET_BASE_URL,
    gamma: environment.POLYMARKET_GAMMA_BASE_URL,
    data: environment.POLYMARKET_DATA_BASE_URL,
    site: environment.POLYMARKET_SITE_BASE_URL,
    socket: environment.POLYMARKET_SOCKET_BASE_URL,
  };
}

/** The setting of one of Polymarket's base URLs. */
export function polymarketUrlName(of: PolymarketUrlName): string {
  return POLYMARKET_URL_NAMES[of];
}

/** Books of a simulator beside the real exchange's results, or the other way round, are of no use. */
function polymarketUrlProblems(environment: Environment): FieldProblem[] {
  const here = (url: string) => isLoopback(hostOf(new URL(url)));
  const urls = polymarketUrlsOf(environment);
  const first = here(urls.clob);
  return (Object.keys(urls) as PolymarketUrlName[])
    .filter((name) => here(urls[name]) !== first)
    .map((name) => ({
      field: POLYMARKET_URL_NAMES[name],
      problem: `is ${first ? 'no' : 'a'} loopback address while POLYMARKET_BASE_URL is ${first ? 'one' : 'none'}: the five POLYMARKET_*BASE_URL belong together`,
    }));
}

function limitsOf(environment: Environment): Limits {
  const total = environment.LIVE_TRADING_INITIAL_BALANCE;
  return {
    initialBalanceMicros: shares(environment, total),
    betAmountMicros: environment.LIVE_TRADING_BET_AMOUNT as Micros,
    minRoiMillionths: environment.LIVE_TRADING_MIN_ROI,
    maxRoiMillionths: environment.LIVE_TRADING_MAX_ROI,
    positionMicrosMax: environment.LIVE_TRADING_MAX_POSITION_SIZE as Micros,
    dailyTradesMax: environment.LIVE_TRADING_MAX_DAILY_TRADES,
    dailyLossMicrosMax: environment.LIVE_TRADING_DAILY_LOSS_LIMIT as Micros,
    openExposureMicrosMax: (environment.BALLAST_MAX_OPEN_EXPOSURE ??
      Math.floor(total * 0.8)) as Micros,
    eventExposureMicrosMax: (environment.BALLAST_MAX_EVENT_EXPOSURE ??
      environment.LIVE_TRADING_MAX_POSITION_SIZE) as Micros,
    quoteAgeMsMax: environment.BALLAST_QUOTE_AGE_MS_MAX,
    strategyExecutionsMax: environment.BALLAST_STRATEGY_EXECUTIONS_MAX,
    strategyWindowMs: environment.BALLAST_STRATEGY_WINDOW_SECONDS * 1000,
    legMs: environment.BALLAST_LEG_SECONDS * 1000,
    unhedgedMsMax: environment.BALLAST_MAX_UNHEDGED_SECONDS * 1000,
    unwindLossMicrosMax: environment.BALLAST_MAX_UNWIND_LOSS as Micros,
  };
}

/** Half each by default; everything on the one venue where only one is traded. */
function shares(environment: Environment, total: number): Record<VenueId, Micros> {
  const venues = environment.BALLAST_VENUES;
  if (venues.length === 1) {
    return { kalshi: 0 as Micros, polymarket: 0 as Micros, [venues[0]!]: total as Micros };
  }
  const kalshi = environment.BALLAST_INITIAL_BALANCE_KALSHI ?? Math.floor(total / 2);
  return { kalshi: kalshi as Micros, polymarket: (total - kalshi) as Micros };
}

function suggestion(name: string, known: readonly string[]): string {
  const near = known.find(
    (candidate) =>
      candidate.startsWith(name) || (candidate !== 'LIVE_TRADING' && name.startsWith(candidate)),
  );
  return near === undefined ? '; see .env.example' : `; did you mean ${near}?`;
}
