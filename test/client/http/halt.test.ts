import { describe, expect, test } from '@jest/globals';
import { FAILURES_MAX } from '../../../client/http/failures.ts';
import { createServer } from '../../../client/http/server.ts';
import type { HttpPorts } from '../../../client/ports.ts';
import type { HaltView } from '../../../contracts/halt.ts';
import { stubPorts, TOKENS } from './stub-ports.ts';

const HALTED: HaltView = {
  state: 'halted',
  epoch: 7,
  unresolved: ['o-1'],
  latched: true,
  verified: false,
  venues: [
    {
      venue: 'kalshi',
      book: 'paper',
      cancelled: ['o-2'],
      unresolved: [{ id: 'o-1', why: 'the answer was lost' }],
      open: [],
      listed: true,
      detail: '',
    },
  ],
  problems: [],
};

function serverThat(halts: Partial<HaltView> = {}) {
  const asked: Parameters<HttpPorts['halt']>[0][] = [];
  const app = createServer(
    stubPorts({
      halt: async (input) => {
        asked.push(input);
        return { ...HALTED, ...halts };
      },
    }),
  );
  const post = (token: string | undefined, body: unknown = { reason: 'odd orders' }) =>
    app.inject({
      method: 'POST',
      url: '/api/v1/halt',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      payload: JSON.stringify(body),
    });
  return { asked, post };
}

describe('POST /api/v1/halt', () => {
  test.each([
    [undefined, 401],
    [TOKENS.trader, 403],
    [TOKENS.operator, 200],
    [TOKENS.admin, 200],
  ])('with the token %s: %d', async (token, status) => {
    expect((await serverThat().post(token)).statusCode).toBe(status);
  });

  test('answers what is left at each venue, and who asked is the token’s role', async () => {
    const { asked, post } = serverThat();
    expect((await post(TOKENS.operator)).json()).toEqual(HALTED);
    expect(asked).toEqual([{ actor: 'operator', reason: 'odd orders' }]);
  });

  test('I3 nobody can be kept from halting by wrong tokens from the same address', async () => {
    const { post } = serverThat();
    for (let index = 0; index < 3 * FAILURES_MAX; index += 1) {
      // oxlint-disable-next-line no-await-in-loop -- counted one by one
      await post('wrong-token-0123456789');
    }
    expect((await post('wrong-token-0123456789')).statusCode).toBe(429);
    expect((await post(TOKENS.operator)).statusCode).toBe(200);
  });

  test('with the ledger down it is a halt all the same: the file stops orders', async () => {
    const answer = await serverThat({ epoch: null }).post(TOKENS.operator);
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { epoch: null, latched: true }]);
  });

  test('where neither ledger nor file took it: 503, with why', async () => {
    const failed = { epoch: null, latched: false, problems: ['ENOSPC', 'ECONNREFUSED'] };
    const answer = await serverThat(failed).post(TOKENS.operator);
    expect([answer.statusCode, answer.json()]).toMatchObject([
      503,
      { code: 'HALT_FAILED', message: 'ENOSPC; ECONNREFUSED' },
    ]);
  });

  test('a body with mistakes names the field', async () => {
    const { asked, post } = serverThat();
    expect((await post(TOKENS.operator, {})).json()).toMatchObject({
      code: 'INVALID_REQUEST',
      problems: [{ field: 'reason', problem: 'is required' }],
    });
    expect(asked).toEqual([]);
  });
});
