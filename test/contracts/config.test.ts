/** The environment: the checklist's block loads as it stands, every mistake is named at once. */
import { parseEnv } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { ConfigError, environmentSchema, readConfig } from '../../contracts/config.ts';
import { CHECKLIST_ENV } from '../support/checklist-env.ts';

const LIMITS = {
  initialBalanceMicros: { kalshi: 500_000_000, polymarket: 500_000_000 },
  betAmountMicros: 50_000_000,
  minRoiMillionths: 20_000,
  maxRoiMillionths: 100_000,
  positionMicrosMax: 500_000_000,
  dailyTradesMax: 5,
  dailyLossMicrosMax: 200_000_000,
  openExposureMicrosMax: 800_000_000,
  eventExposureMicrosMax: 500_000_000,
  quoteAgeMsMax: 5000,
  strategyExecutionsMax: 5,
  strategyWindowMs: 600_000,
  legMs: 3_000,
  unhedgedMsMax: 20_000,
  unwindLossMicrosMax: 10_000_000,
};

const POLYMARKET_HERE = {
  POLYMARKET_BASE_URL: 'http://127.0.0.1:8081',
  POLYMARKET_GAMMA_BASE_URL: 'http://127.0.0.1:8081/gamma',
  POLYMARKET_DATA_BASE_URL: 'http://127.0.0.1:8081/data-api',
  POLYMARKET_SITE_BASE_URL: 'http://127.0.0.1:8081/site',
  POLYMARKET_SOCKET_BASE_URL: 'ws://127.0.0.1:8081',
};

function problemsOf(
  variables: Record<string, string>,
): readonly { field: string; problem: string }[] {
  try {
    readConfig(variables);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  test('of the checklist’s block is paper with its limits', () => {
    const config = readConfig(parseEnv(CHECKLIST_ENV));
    expect(config.liveTrading).toBe(false);
    expect(config.venues).toEqual(['kalshi', 'polymarket']);
    expect(config.clockOffsetMs).toBe(0);
    expect(config.limits).toEqual(LIMITS);
    expect(config.environment).toMatchObject({
      LIVE_TRADING_RESET_KEY: 'your_secure_key',
      BALLAST_HOST: '127.0.0.1',
      BALLAST_PORT: 5001,
      BALLAST_PAPER_QUOTES: 'file',
    });
  });

  test('of an empty environment is the same', () => {
    expect(readConfig({}).limits).toEqual(LIMITS);
  });

  test('reads fractions exactly', () => {
    const { limits } = readConfig({
      LIVE_TRADING_MIN_ROI: '2.5',
      LIVE_TRADING_BET_AMOUNT: '0.1',
      LIVE_TRADING_MAX_DAILY_TRADES: '0',
    });
    expect(limits).toMatchObject({
      minRoiMillionths: 25_000,
      betAmountMicros: 100_000,
      dailyTradesMax: 0,
    });
  });

  test.each([
    ['600', { kalshi: 600_000_000, polymarket: 400_000_000 }],
    ['1000', { kalshi: 1_000_000_000, polymarket: 0 }],
  ])('gives Kalshi its share of %s and the rest to Polymarket', (share, shares) => {
    const { limits } = readConfig({ BALLAST_INITIAL_BALANCE_KALSHI: share });
    expect(limits.initialBalanceMicros).toEqual(shares);
  });

  test('gives the one venue that is traded everything', () => {
    const { limits } = readConfig({ BALLAST_VENUES: 'polymarket' });
    expect(limits.initialBalanceMicros).toEqual({ kalshi: 0, polymarket: 1_000_000_000 });
  });

  test('halves an odd balance without losing a micro-dollar', () => {
    const { limits } = readConfig({ LIVE_TRADING_INITIAL_BALANCE: '100.000001' });
    expect(limits.initialBalanceMicros).toEqual({ kalshi: 50_000_000, polymarket: 50_000_001 });
  });

  test.each([
    [{}, 'https://external-api.kalshi.com/trade-api/v2'],
    [{ KALSHI_BASE_URL: 'http://127.0.0.1:8080/x/' }, 'http://127.0.0.1:8080/x'],
    [{ KALSHI_BASE_URL: 'http://[::1]:8080/x' }, 'http://[::1]:8080/x'],
  ])('of %j has Kalshi at %s', (variables, url) => {
    expect(readConfig(variables).environment.KALSHI_BASE_URL).toBe(url);
  });

  test('takes an offset of the clock in seconds', () => {
    expect(readConfig({ BALLAST_CLOCK: '-3600' }).clockOffsetMs).toBe(-3_600_000);
  });
});

describe('mistakes', () => {
  test('are listed all at once, by name', () => {
    const problems = problemsOf({
      LIVE_TRADING: 'yes',
      LIVE_TRADING_BET_AMOUNT: '-5',
      LIVE_TRADING_MIN_ROI: '1e3',
      LIVE_TRADING_DAILY_LOSS_LIMIT: 'NaN',
      LIVE_TRADING_MAX_DAILY_TRADES: '2.5',
      BALLAST_VENUES: 'kalshi,betfair',
      BALLAST_PORT: '70000',
      BALLAST_TRADER_TOKEN: 'short',
      BALLAST_PAPER_QUOTES: 'simulator',
      KALSHI_BASE_URL: 'kalshi.com',
      DATABASE_URL: 'mysql://x',
      LIVE_TRADING_MAX_TRADES: '5',
    });
    expect(problems.map(({ field }) => field).toSorted()).toEqual([
      'BALLAST_PAPER_QUOTES',
      'BALLAST_PORT',
      'BALLAST_TRADER_TOKEN',
      'BALLAST_VENUES',
      'DATABASE_URL',
      'KALSHI_BASE_URL',
      'LIVE_TRADING',
      'LIVE_TRADING_BET_AMOUNT',
      'LIVE_TRADING_DAILY_LOSS_LIMIT',
      'LIVE_TRADING_MAX_DAILY_TRADES',
      'LIVE_TRADING_MAX_TRADES',
      'LIVE_TRADING_MIN_ROI',
    ]);
  });

  test('stand in the error’s message, one a line', () => {
    expect(() => readConfig({ LIVE_TRADING: 'yes', BALLAST_PORT: 'x' })).toThrow(
      /^the configuration has 2 mistakes:\n {2}LIVE_TRADING: .*"yes"\n {2}BALLAST_PORT: /,
    );
  });

  test.each([
    ['BALLAST_QUOTE_AGE', 'is not a setting of Ballast; did you mean BALLAST_QUOTE_AGE_MS_MAX?'],
    ['BALLAST_CLOCK_OFFSET', 'is not a setting of Ballast; did you mean BALLAST_CLOCK?'],
    ['BALLAST_ZZZ', 'is not a setting of Ballast; see .env.example'],
  ])('an unknown name %s is refused with a suggestion', (name, problem) => {
    expect(problemsOf({ [name]: '1' })).toEqual([{ field: name, problem }]);
  });

  test('names of other programs are left alone', () => {
    expect(problemsOf({ PATH: '/bin', KALSHI_API_KEY: 'x', POLYMARKET_API_KEY: 'x' })).toEqual([]);
  });

  test.each(['', ' ', '1,000', '0x10', '１０', 'Infinity', '10 USD', '1e2', '.5', '007'])(
    'a balance of "%s" is no number',
    (text) => {
      expect(problemsOf({ LIVE_TRADING_INITIAL_BALANCE: text })).toMatchObject([
        { field: 'LIVE_TRADING_INITIAL_BALANCE' },
      ]);
    },
  );

  test.each([
    ['LIVE_TRADING_DAILY_LOSS_LIMIT', '0'],
    ['LIVE_TRADING_MAX_POSITION_SIZE', '0'],
    ['LIVE_TRADING_MIN_ROI', '101'],
    ['LIVE_TRADING_MIN_ROI', '-1'],
    ['BALLAST_VENUES', ''],
    ['BALLAST_VENUES', 'kalshi,kalshi'],
    ['BALLAST_TRADER_TOKEN', 'with a space in it 0123'],
    ['BALLAST_CLOCK', '0.5'],
    ['LIVE_TRADING', 'TRUE'],
    ['LIVE_TRADING_RESET_KEY', ''],
  ])('%s=%s is refused', (name, value) => {
    expect(problemsOf({ [name]: value })).toMatchObject([{ field: name }]);
  });

  test('a secret’s value is not repeated', () => {
    const [problem] = problemsOf({ BALLAST_ADMIN_TOKEN: 'hunter 2' });
    expect(JSON.stringify(problem)).not.toContain('hunter');
  });

  test.each([
    ['ftp://kalshi.com', 'starts with ftp:'],
    ['http://kalshi.com/trade-api/v2', 'is not encrypted, and kalshi.com is not this machine'],
    ['http://127.0.0.1.kalshi.com', 'is not encrypted'],
    ['https://me:hunter2@kalshi.com', 'holds a user name or a password'],
    ['https://kalshi.com/?key=hunter2', 'holds a query or a fragment'],
    ['', 'is no URL'],
  ])('Kalshi at "%s" is refused: %s', (url, problem) => {
    const [found, ...others] = problemsOf({ KALSHI_BASE_URL: url });
    expect(found).toMatchObject({ field: 'KALSHI_BASE_URL' });
    expect(found?.problem).toContain(problem);
    expect(found?.problem).not.toContain('hunter2');
    expect(others).toEqual([]);
  });

  test('a clock that is set off is refused with quotes from a real venue', () => {
    const set = { BALLAST_CLOCK: '-3600', BALLAST_PAPER_QUOTES: 'venue' };
    expect(problemsOf(set)).toMatchObject([{ field: 'BALLAST_CLOCK' }]);
    const kalshi = { ...set, KALSHI_BASE_URL: 'http://127.0.0.1:8080' };
    expect(problemsOf(kalshi)).toMatchObject([{ field: 'BALLAST_CLOCK' }]);
    expect(problemsOf({ ...kalshi, BALLAST_VENUES: 'kalshi' })).toEqual([]);
    expect(problemsOf({ ...kalshi, ...POLYMARKET_HERE })).toEqual([]);
  });

  test('Polymarket’s five base URLs are on this machine together, or none of them', () => {
    expect(problemsOf(POLYMARKET_HERE)).toEqual([]);
    const { POLYMARKET_SITE_BASE_URL: _site, ...four } = POLYMARKET_HERE;
    expect(problemsOf(four)).toEqual([
      {
        field: 'POLYMARKET_SITE_BASE_URL',
        problem: expect.stringContaining('no loopback address while POLYMARKET_BASE_URL is one'),
      },
    ]);
    expect(problemsOf({ POLYMARKET_SOCKET_BASE_URL: 'ws://localhost:1' })).toMatchObject([
      { field: 'POLYMARKET_SOCKET_BASE_URL' },
    ]);
    expect(
      problemsOf({ ...POLYMARKET_HERE, POLYMARKET_SOCKET_BASE_URL: 'http://127.0.0.1:8081/x' }),
    ).toMatchObject([{ field: 'POLYMARKET_SOCKET_BASE_URL' }]);
  });

  test('keys that are none do not keep paper from starting', () => {
    const keys = Object.fromEntries(
      Object.keys(environmentSchema.shape)
        .filter((name) => /^POLYMARKET_(?!.*URL)/.test(name))
        .map((name) => [name, 'your_value_here']),
    );
    expect(Object.keys(keys)).toHaveLength(6);
    expect(problemsOf(keys)).toEqual([]);
  });

  test('live trading with more open at once than its initial balance is refused', () => {
    const above = { BALLAST_MAX_OPEN_EXPOSURE: '1000.01' };
    expect(problemsOf({ ...above, LIVE_TRADING: 'true' })).toMatchObject([
      { field: 'BALLAST_MAX_OPEN_EXPOSURE' },
    ]);
    expect(problemsOf({ BALLAST_MAX_OPEN_EXPOSURE: '1000', LIVE_TRADING: 'true' })).toEqual([]);
    expect(problemsOf(above)).toEqual([]);
  });

  test('Kalshi’s share above the whole is refused', () => {
    expect(problemsOf({ BALLAST_INITIAL_BALANCE_KALSHI: '1000.01' })).toMatchObject([
      { field: 'BALLAST_INITIAL_BALANCE_KALSHI' },
    ]);
  });

  test('an address other than loopback needs all three tokens, and they must differ', () => {
    const token = '0123456789abcdef';
    const tokens = {
      BALLAST_TRADER_TOKEN: `${token}t`,
      BALLAST_OPERATOR_TOKEN: `${token}o`,
      BALLAST_ADMIN_TOKEN: `${token}a`,
    };
    expect(problemsOf({ BALLAST_HOST: '0.0.0.0' })).toMatchObject([{ field: 'BALLAST_HOST' }]);
    expect(problemsOf({ BALLAST_HOST: '0.0.0.0', ...tokens })).toEqual([]);
    expect(problemsOf({ ...tokens, BALLAST_ADMIN_TOKEN: `${token}t` })).toHaveLength(1);
    expect(problemsOf({ BALLAST_HOST: '::1' })).toEqual([]);
  });
});
