import { describe, expect, test } from '@jest/globals';
import type { HaltView } from '../../../contracts/halt.ts';
import { cli, cliWithApi } from './harness.ts';

const CLEAR: HaltView['venues'][number] = {
  venue: 'kalshi',
  book: 'paper',
  cancelled: ['o-1'],
  unresolved: [],
  open: [],
  listed: true,
  detail: '',
};
const HALTED: HaltView = {
  state: 'halted',
  epoch: 4,
  unresolved: [],
  latched: true,
  verified: true,
  venues: [CLEAR],
  problems: [],
};
const ARGV = ['halt', '--reason', 'odd orders'];

function ports(rest: object = {}) {
  const done: string[] = [];
  return {
    done,
    token: (role: string) => `${role}-token-0123456789`,
    latch: async (reason: string) => {
      done.push(`latch ${reason}`);
      return '/data/HALT';
    },
    haltDirectly: async (reason: string) => {
      done.push(`direct ${reason}`);
      return HALTED;
    },
    ...rest,
  };
}

describe('ballast halt', () => {
  test('sets the file first, then asks the API with the operator’s token', async () => {
    const with_ = ports();
    const ended = await cliWithApi({ status: 200, body: HALTED }, ARGV, with_);
    expect(ended).toMatchObject({ code: 0, err: '/data/HALT is set' });
    expect(ended.out).toContain('halted (ledger, epoch 4; file HALT)');
    expect(ended.out).toContain('verified: no venue has an open order of ours');
    const asked = ended.seen.find(({ method }) => method === 'POST');
    expect(asked).toMatchObject({ url: '/api/v1/halt' });
    expect(asked?.headers.authorization).toBe('Bearer operator-token-0123456789');
    expect(JSON.parse(asked!.body)).toEqual({ reason: 'odd orders' });
    expect(with_.done).toEqual(['latch odd orders']);
  });

  test.each([
    ['no API answers', undefined],
    ['the API hangs', 'hang'],
    ['the connection breaks', 'break'],
    ['the API fails', { status: 500, body: { code: 'INTERNAL', message: 'broken' } }],
    ['the API could write nothing', { status: 503, body: { code: 'HALT_FAILED', message: 'x' } }],
    ['it is another version’s API', { status: 200, body: { state: 'halted' } }],
  ] as const)('does it all from here where %s', async (_name, reply) => {
    const with_ = ports();
    const ended =
      reply === undefined ? await cli(ARGV, with_) : await cliWithApi(reply, ARGV, with_);
    expect(ended).toMatchObject({ code: 0, err: expect.stringContaining('halting from here') });
    expect(with_.done).toEqual(['latch odd orders', 'direct odd orders']);
  });

  test.each([
    ['there is no token', { token: () => undefined }],
    ['the tokens cannot be read', { token: () => Promise.reject(new Error('tokens.json')) }],
  ])('does it all from here where %s', async (_name, tokens) => {
    const with_ = ports(tokens);
    expect((await cliWithApi({ status: 200, body: HALTED }, ARGV, with_)).code).toBe(0);
    expect(with_.done).toEqual(['latch odd orders', 'direct odd orders']);
  });

  test('an API that does not take its token is not gone around: it may be another desk’s', async () => {
    const reply = { status: 401, body: { code: 'UNAUTHENTICATED', message: 'no valid token' } };
    const ended = await cliWithApi(reply, ARGV, ports());
    expect(ended).toMatchObject({ code: 4, err: expect.stringContaining('no valid token') });
  });

  test('a file that cannot be written stops nothing', async () => {
    const latch = () => Promise.reject(new Error('ENOSPC'));
    const ended = await cliWithApi({ status: 200, body: HALTED }, ARGV, ports({ latch }));
    expect(ended).toMatchObject({ code: 0, err: expect.stringContaining('ENOSPC') });
  });

  const left = { id: 'o-9', why: 'the venue still lists it' };
  const ends: [name: string, view: Partial<HaltView>, code: number, says: string][] = [
    [
      'an order is open',
      { verified: false, venues: [{ ...CLEAR, open: [left] }] },
      1,
      'open at kalshi: o-9: the venue still lists it',
    ],
    [
      'a venue was not reached',
      { verified: false, venues: [{ ...CLEAR, listed: false, detail: 'ECONNREFUSED' }] },
      3,
      'ECONNREFUSED',
    ],
    [
      'an outcome is not known',
      { verified: false, venues: [{ ...CLEAR, unresolved: [left] }] },
      5,
      'unresolved at kalshi: o-9',
    ],
    ['there is no venue', { verified: false, venues: [] }, 1, 'NOT VERIFIED'],
    ['nothing could be written', { latched: false, epoch: null, state: 'active' }, 1, 'NOT HALTED'],
    ['somebody rearmed it meanwhile', { state: 'active' }, 1, 'NOT HALTED'],
    [
      'the ledger is down',
      { epoch: null, problems: ['the ledger: gone'] },
      0,
      'failed: the ledger',
    ],
    ['an order may have left before', { unresolved: ['o-7'] }, 0, 'o-7'],
  ];
  test.each(ends)('where %s', async (_name, view, code, says) => {
    const ended = await cliWithApi({ status: 200, body: { ...HALTED, ...view } }, ARGV, ports());
    expect(ended.code).toBe(code);
    expect(ended.out).toContain(says);
  });

  test('--json prints the answer as it is', async () => {
    const ended = await cliWithApi({ status: 200, body: HALTED }, [...ARGV, '--json'], ports());
    expect(JSON.parse(ended.out)).toEqual(HALTED);
  });

  test.each([[['halt']], [['halt', '--reason', ' ']]])(
    'without a reason it is a usage error, and nothing happens: %p',
    async (argv) => {
      expect((await cli(argv)).code).toBe(2);
    },
  );
});
