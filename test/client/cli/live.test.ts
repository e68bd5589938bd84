/** The way to live at the command line: who may, what is printed, how it ends. */
import { describe, expect, test } from '@jest/globals';
import type { ArmedView, PhaseView, VenueSetUpView } from '../../../contracts/live.ts';
import type { CliPorts } from '../../../client/ports.ts';
import { cli } from './harness.ts';

const CHECK = { name: 'kalshi key', ok: true, detail: 'a signed request was taken' };
const SET_UP: VenueSetUpView = {
  venue: 'kalshi',
  book: 'rehearsal',
  host: '127.0.0.1:4000',
  account: 'user:u-1/0',
  binding: 'bound',
  fuse: { kind: 'orderGroup', id: 'group-1', contractsMax: '10000', armed: 'new' },
  checks: [CHECK],
  keyDerived: false,
};
const LIVE: PhaseView = { phase: 'live', book: 'rehearsal', changed: true };
const ARMED: ArmedView = {
  book: 'rehearsal',
  armedUntil: '2026-11-23T12:15:00.000Z',
  accounts: [{ venue: 'kalshi', cashAtVenue: '1000.00', cashInLedger: '999.995', openOrders: 2 }],
};
const REASON = ['--reason', 'rehearsal of Monday'];
const VERBS: [argv: string[], port: keyof CliPorts, answer: unknown, role: string][] = [
  [['venue', 'setup', 'kalshi'], 'setUpVenue', SET_UP, 'admin'],
  [['rollout', 'promote'], 'promote', LIVE, 'admin'],
  [['rollout', 'abort'], 'abort', { phase: 'paper', book: 'paper', changed: true }, 'operator'],
  [['arm'], 'arm', ARMED, 'admin'],
];
const port = (name: keyof CliPorts, answer: unknown, asked: unknown[] = []) => ({
  [name]: (given: unknown) => {
    asked.push(given);
    return Promise.resolve(answer);
  },
});

describe.each(VERBS)('%p', (argv, name, answer, role) => {
  test(`needs the ${role}'s token, asked for before anything is done`, async () => {
    const roles: string[] = [];
    const token = (of: string) => {
      roles.push(of);
      return undefined;
    };
    const ended = await cli([...argv, ...REASON], { token });
    expect(ended).toMatchObject({ code: 4, err: expect.stringContaining(`the ${role}'s token`) });
    expect(roles).toEqual([role]);
  });

  test('--json prints the answer as it is', async () => {
    const ended = await cli([...argv, ...REASON, '--json'], port(name, answer));
    expect([ended.code, JSON.parse(ended.out)]).toEqual([0, answer]);
  });

  test.each([[[]], [['--reason', ' ']]])(
    'without a reason %p it is a usage error',
    async (rest) => {
      expect((await cli([...argv, ...rest])).code).toBe(2);
    },
  );

  test('hands on the reason', async () => {
    const asked: unknown[] = [];
    await cli([...argv, ...REASON], port(name, answer, asked));
    expect(JSON.stringify(asked)).toContain('rehearsal of Monday');
  });
});

describe('what is printed', () => {
  test.each([
    [{}, 'the rehearsal book is bound to account user:u-1/0 at 127.0.0.1:4000', 0],
    [{ binding: 'known' }, 'was bound before to', 0],
    [{}, 'fuse group-1: at most 10000 contracts in 15 s, new', 0],
    [
      { fuse: { kind: 'expiry', detail: 'orders end by themselves' } },
      'fuse: orders end by themselves',
      0,
    ],
    [
      { fuse: { kind: 'orderGroup', id: 'group-1', contractsMax: '10000', armed: 'reset' } },
      'reset: it lets orders in',
      0,
    ],
    [{ keyDerived: true }, 'restart a desk that runs', 0],
    [{ checks: [{ ...CHECK, ok: false, detail: 'too slow' }] }, 'too slow', 8],
  ])('of a set-up: %p', async (changes, says, code) => {
    const answer = { ...SET_UP, ...changes };
    const ended = await cli(['venue', 'setup', 'kalshi', ...REASON], port('setUpVenue', answer));
    expect([ended.code, ended.out]).toEqual([code, expect.stringContaining(says)]);
  });

  test.each([
    [['promote'], LIVE, 'trades the rehearsal book; next: ballast arm'],
    [['promote'], { ...LIVE, changed: false }, 'in phase live already'],
    [['abort'], { phase: 'paper', book: 'paper', changed: true }, 'what is open settles'],
  ])('of a rollout: %p', async ([verb], answer, says) => {
    const ended = await cli(['rollout', verb!, ...REASON], port(verb as 'promote', answer));
    expect([ended.code, ended.out]).toEqual([0, expect.stringContaining(says)]);
  });

  test('of an arming: what was compared, to the micro-dollar', async () => {
    const ended = await cli(['arm', ...REASON], port('arm', ARMED));
    expect(ended.out).toMatch(/kalshi +\$?1,?000\.00 +\$?999\.995 +2/);
    expect(ended.out).toContain('armed until 2026-11-23T12:15:00.000Z');
  });

  test('of a venue that is none, a usage error', async () => {
    expect((await cli(['venue', 'setup', 'binance', ...REASON])).code).toBe(2);
  });
});

test('failure case 17: no flag of the command line makes a start live', async () => {
  for (const flag of ['--live', '--live-trading', '--LIVE_TRADING=true']) {
    expect((await cli(['start', flag])).code).toBe(2);
    expect((await cli(['worker', flag])).code).toBe(2);
  }
});

test('doctor --live adds the accounts to the other checks, and a failed one ends with 8', async () => {
  const checks = [CHECK, { name: 'kalshi clock', ok: false, detail: '9000 ms behind' }];
  const liveDoctor = () => Promise.resolve(checks);
  const doctor = () => Promise.resolve([]);
  const ended = await cli(['doctor', '--live'], { doctor, liveDoctor });
  expect([ended.code, ended.out]).toEqual([8, expect.stringContaining('9000 ms behind')]);
  const raw = await cli(['doctor', '--live', '--json'], { doctor, liveDoctor });
  expect([raw.code, JSON.parse(raw.out)]).toEqual([8, { checks }]);
});
