import { describe, expect, test } from '@jest/globals';
import { cli, cliWithApi } from './harness.ts';

const PAUSED = { state: 'paused', epoch: 4, unresolved: [] };
const tokens = { token: (role: string) => `${role}-token-0123456789` };

describe('ballast pause', () => {
  test('asks the API with the operator’s token and says that the stop holds', async () => {
    const ended = await cliWithApi(
      { status: 200, body: PAUSED },
      ['pause', '--reason', 'feed looks wrong'],
      tokens,
    );
    expect(ended.code).toBe(0);
    expect(ended.out).toContain('paused (epoch 4)');
    expect(ended.seen).toMatchObject([{ method: 'POST', url: '/api/v1/pause' }]);
    expect(ended.seen[0]?.headers.authorization).toBe('Bearer operator-token-0123456789');
    expect(JSON.parse(ended.seen[0]!.body)).toEqual({ reason: 'feed looks wrong' });
  });

  test('lists the orders that may still have left', async () => {
    const body = { ...PAUSED, unresolved: ['o-1', 'o-2'] };
    const ended = await cliWithApi({ status: 200, body }, ['pause', '--reason', 'x'], tokens);
    expect(ended.out.split('\n').slice(1)).toEqual(['  o-1', '  o-2']);
  });

  test('pauses the ledger itself where no API answers, and says so', async () => {
    const asked: string[] = [];
    const ended = await cli(['pause', '--reason', 'x'], {
      ...tokens,
      pauseDirectly: async (reason) => {
        asked.push(reason);
        return { state: 'paused', epoch: 9, unresolved: [] };
      },
    });
    expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('epoch 9') });
    expect(ended.err).toContain('pausing the ledger itself');
    expect(asked).toEqual(['x']);
  });

  test('pauses the ledger itself where the connection breaks', async () => {
    const pauseDirectly = async () => ({ state: 'paused', epoch: 9, unresolved: [] }) as const;
    const ended = await cliWithApi('break', ['pause', '--reason', 'x'], {
      ...tokens,
      pauseDirectly: async () => ({ ...(await pauseDirectly()), unresolved: [] }),
    });
    expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('epoch 9') });
  });

  test('a refusal of the API is not gone around', async () => {
    const reply = { status: 401, body: { code: 'UNAUTHENTICATED', message: 'no valid token' } };
    const ended = await cliWithApi(reply, ['pause', '--reason', 'x'], tokens);
    expect(ended).toMatchObject({ code: 4, err: expect.stringContaining('no valid token') });
  });

  test.each([[['pause']], [['pause', '--reason', ' ']], [['resume']]])(
    'without a reason it is a usage error: %p',
    async (argv) => {
      expect((await cli(argv)).code).toBe(2);
    },
  );
});

describe('ballast resume', () => {
  test('with the operator’s token; after a breach with the admin’s, on purpose', async () => {
    const reply = { status: 200, body: { state: 'active' } };
    const plain = await cliWithApi(reply, ['resume', '--reason', 'x'], tokens);
    expect(plain).toMatchObject({ code: 0, out: 'active: entries go on' });
    expect(plain.seen[0]?.headers.authorization).toContain('operator');
    const lifting = await cliWithApi(reply, ['resume', '--after-breach', '--reason', 'x'], tokens);
    expect(lifting.seen[0]?.headers.authorization).toContain('admin');
  });

  test('refused after a breach: 9, why, and the command that helps', async () => {
    const reply = {
      status: 409,
      body: { code: 'RESUME_REFUSED', message: 'it stopped by itself' },
    };
    const ended = await cliWithApi(reply, ['resume', '--reason', 'x'], tokens);
    expect(ended.code).toBe(9);
    expect(ended.err).toContain('it stopped by itself');
    expect(ended.err).toContain('--after-breach');
  });

  test('with Temporal away: 8', async () => {
    const reply = { status: 503, body: { code: 'ENGINE_UNREACHABLE', message: 'no answer' } };
    expect((await cliWithApi(reply, ['resume', '--reason', 'x'], tokens)).code).toBe(8);
  });

  test('without an API: 3', async () => {
    expect((await cli(['resume', '--reason', 'x'], tokens)).code).toBe(3);
  });
});
