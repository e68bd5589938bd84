/** What `/api/v1/trades` takes and answers. */
import { describe, expect, test } from '@jest/globals';
import { createServer } from '../../../client/http/server.ts';
import type { SubmissionAnswer } from '../../../contracts/http.ts';
import { ACCEPTED, asTrader, SINGLE_LEG, stubPorts } from './stub-ports.ts';
import type { StubPorts } from './stub-ports.ts';

const NO_ID = { ...SINGLE_LEG, id: undefined };

function post(ports: StubPorts, payload: object | string, headers: Record<string, string> = {}) {
  return createServer(ports).inject({
    method: 'POST',
    url: '/api/v1/trades',
    headers: { 'content-type': 'application/json', ...asTrader, ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
}

describe('one proposal', () => {
  const answers: SubmissionAnswer[] = [
    ACCEPTED,
    { ...ACCEPTED, status: 200 },
    { status: 202, body: { status: 'pending', id: 'fed-1', detail: 'no decision in 10 s' } },
    { status: 409, body: { code: 'ID_USED', message: 'the id belongs to another proposal' } },
    { status: 422, body: { status: 'denied', id: 'fed-1', failures: [] } },
    { status: 423, body: { code: 'DESK_PAUSED', message: 'the desk is paused' } },
    { status: 503, body: { code: 'NOT_READY', message: 'the ledger does not answer' } },
  ];

  test.each(answers)('is answered with the desk’s own $status and body', async (answer) => {
    const response = await post(stubPorts({ submit: async () => answer }), SINGLE_LEG);
    expect(response.statusCode).toBe(answer.status);
    expect(response.json()).toEqual(answer.body);
  });

  test('reaches the desk in integers, with its id beside it', async () => {
    const ports = stubPorts();
    await post(ports, SINGLE_LEG);
    expect(ports.submitted).toMatchObject([
      { id: 'fed-1', proposal: { legs: [{ limitPrice: 410_000 }], budget: 20_000_000 } },
    ]);
  });

  test('without an id leaves the making of one to the desk', async () => {
    const ports = stubPorts();
    await post(ports, NO_ID);
    expect(Object.keys(ports.submitted[0] ?? {})).toEqual(['proposal']);
  });

  test('a failure of the desk is a 500 that tells the caller only where to look', async () => {
    const ports = stubPorts({ submit: () => Promise.reject(new Error('password is hunter2')) });
    const response = await post(ports, SINGLE_LEG);
    expect(response.statusCode).toBe(500);
    expect(response.json()).toMatchObject({ code: 'INTERNAL' });
    expect(response.body).not.toContain('hunter2');
    const [report] = ports.reports;
    expect(report?.error).toEqual(new Error('password is hunter2'));
    const requestId = report?.context.split(' ').at(-1) ?? 'none';
    expect(response.json<{ message: string }>().message).toContain(requestId);
  });

  test('a port’s error is never taken for the caller’s, whatever fields it has', async () => {
    const error = Object.assign(new Error('from a library'), { statusCode: 400, code: 'X' });
    const response = await post(stubPorts({ submit: () => Promise.reject(error) }), SINGLE_LEG);
    expect(response.statusCode).toBe(500);
  });
});

describe('Idempotency-Key', () => {
  test('is the id where the body has none', async () => {
    const ports = stubPorts();
    await post(ports, NO_ID, { 'idempotency-key': 'key-1' });
    expect(ports.submitted).toMatchObject([{ id: 'key-1', proposal: { id: 'key-1' } }]);
  });

  test('may repeat the id of the body', async () => {
    const response = await post(stubPorts(), SINGLE_LEG, { 'idempotency-key': 'fed-1' });
    expect(response.statusCode).toBe(202);
  });

  test.each([
    ['differs from the id of the body', SINGLE_LEG, 'fed-2'],
    ['is no valid id', NO_ID, '-starts-with-a-dash'],
    ['is empty', NO_ID, ''],
    ['comes with an array', [NO_ID], 'key-1'],
  ])('is refused by name when it %s', async (_name, body, key) => {
    const ports = stubPorts();
    const response = await post(ports, body, { 'idempotency-key': key });
    expect(response.statusCode).toBe(422);
    expect(response.json()).toMatchObject({
      code: 'INVALID_PROPOSAL',
      problems: [{ field: 'Idempotency-Key' }],
    });
    expect(ports.submitted).toEqual([]);
  });
});

describe('several proposals', () => {
  const three = [SINGLE_LEG, { ...SINGLE_LEG, id: 'fed-2', budget: 5 }, { ...NO_ID }];
  const ndjson = { 'content-type': 'application/x-ndjson' };

  test.each([
    ['an array', JSON.stringify(three), {}],
    ['NDJSON', three.map((one) => JSON.stringify(one)).join('\n'), ndjson],
    [
      'NDJSON with blank lines and CRLF',
      three.map((one) => JSON.stringify(one)).join('\r\n\r\n'),
      ndjson,
    ],
  ])('in %s are answered one by one, in order', async (_name, payload, headers) => {
    const response = await post(stubPorts(), payload, headers);
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({
      results: [
        { status: 202, body: { status: 'accepted' } },
        { status: 422, body: { code: 'INVALID_PROPOSAL', problems: [{ field: 'budget' }] } },
        { status: 202, body: { status: 'accepted' } },
      ],
    });
  });

  test('an array of one is a list still', async () => {
    const response = await post(stubPorts(), [SINGLE_LEG]);
    expect(response.json()).toEqual({ results: [ACCEPTED] });
  });

  test('an unreadable line is named and leaves the others alone', async () => {
    const payload = `${JSON.stringify(SINGLE_LEG)}\n{oops\n${JSON.stringify(NO_ID)}`;
    const response = await post(stubPorts(), payload, ndjson);
    expect(response.json()).toMatchObject({
      results: [
        { status: 202 },
        { status: 400, body: { problems: [{ field: 'line 2', problem: 'is not JSON' }] } },
        { status: 202 },
      ],
    });
  });

  test('one that fails in the desk leaves the others alone', async () => {
    const ports = stubPorts({
      submit: ({ id }) =>
        id === 'fed-1' ? Promise.reject(new Error('broken')) : Promise.resolve(ACCEPTED),
    });
    const response = await post(ports, [SINGLE_LEG, NO_ID]);
    expect(response.json()).toMatchObject({
      results: [{ status: 500, body: { code: 'INTERNAL' } }, { status: 202 }],
    });
    expect(ports.reports).toHaveLength(1);
  });

  test('are submitted at most 16 at a time, and answered in order all the same', async () => {
    let running = 0;
    let most = 0;
    const ports = stubPorts({
      submit: async ({ id = '' }) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => {
          setTimeout(resolve, Number(id.slice(1)) % 7);
        });
        running -= 1;
        return { status: 202, body: { status: 'pending', id, detail: '' } };
      },
    });
    const ids = Array.from({ length: 100 }, (_, index) => `t${index}`);
    const response = await post(
      ports,
      ids.map((id) => ({ ...SINGLE_LEG, id })),
    );
    const { results } = response.json<{ results: { body: { id: string } }[] }>();
    expect(results.map(({ body }) => body.id)).toEqual(ids);
    expect(most).toBe(16);
  });

  test.each([
    ['none in an array', '[]', {}],
    ['none in NDJSON', '\n\n', ndjson],
    ['more than 100', JSON.stringify(Array.from({ length: 101 }, () => NO_ID)), {}],
  ])('%s are refused as a whole', async (_name, payload, headers) => {
    const ports = stubPorts();
    const response = await post(ports, payload, headers);
    expect(response.statusCode).toBe(422);
    expect(response.json()).toMatchObject({ problems: [{ field: 'body' }] });
    expect(ports.submitted).toEqual([]);
  });
});

describe('the body', () => {
  test.each([
    ['cut off', '{"strategy":'],
    ['empty', ''],
    ['reaching for the prototype', '{"__proto__":{"id":"x"}}'],
  ])('%s is 400 with a problem', async (_name, payload) => {
    const response = await post(stubPorts(), payload);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      code: 'INVALID_PROPOSAL',
      problems: [{ field: 'body' }],
    });
  });

  test('above 256 KB is 413', async () => {
    const response = await post(stubPorts(), { ...SINGLE_LEG, event: 'x'.repeat(256 * 1024) });
    expect(response.statusCode).toBe(413);
    expect(response.json()).toMatchObject({ code: 'BODY_TOO_LARGE' });
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
    'of type "%s" is 415',
    async (type) => {
      const ports = stubPorts();
      const response = await post(ports, SINGLE_LEG, { 'content-type': type });
      expect(response.statusCode).toBe(415);
      expect(response.json()).toMatchObject({ code: 'CONTENT_TYPE_NOT_SUPPORTED' });
      expect(ports.submitted).toEqual([]);
    },
  );

  test('without a content type is 415 even when there is no body', async () => {
    const url = '/api/v1/trades';
    const app = createServer(stubPorts());
    const response = await app.inject({ method: 'POST', url, headers: asTrader });
    expect(response.statusCode).toBe(415);
  });
});

describe('reading', () => {
  const get = (url: string, ports = stubPorts()) => createServer(ports).inject({ url });

  test('lists trades with the query checked and handed on', async () => {
    const ports = stubPorts();
    const response = await get('/api/v1/trades?limit=20&status=denied&before=fed-9', ports);
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ trades: [{ id: 'fed-1' }] });
    expect(ports.queries).toEqual([{ limit: 20, status: 'denied', before: 'fed-9' }]);
  });

  test('lists 50 trades when nothing is asked for', async () => {
    const ports = stubPorts();
    await get('/api/v1/trades', ports);
    expect(ports.queries).toEqual([{ limit: 50 }]);
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['status=resting', 'status'],
    ['before=%27%20or%201', 'before'],
    ['limits=5', 'limits'],
  ])('refuses ?%s naming %s', async (query, field) => {
    const ports = stubPorts();
    const response = await get(`/api/v1/trades?${query}`, ports);
    expect(response.statusCode).toBe(422);
    expect(response.json()).toMatchObject({ code: 'INVALID_QUERY', problems: [{ field }] });
    expect(ports.queries).toEqual([]);
  });

  test('finds a trade by its id', async () => {
    const response = await get('/api/v1/trades/fed-1');
    expect(response.json()).toMatchObject({ id: 'fed-1', legs: [{ fees: '0.3' }] });
  });

  test.each(['fed-9', '-bad', 'x'.repeat(65), 'x'.repeat(500), '%00'])(
    'an unknown trade is 404: %s',
    async (id) => {
      const response = await get(`/api/v1/trades/${id}`);
      expect(response.statusCode).toBe(404);
      expect(response.json()).toMatchObject({ code: 'NOT_FOUND' });
    },
  );
});
