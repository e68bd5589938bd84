/** The predecessor's read endpoints over HTTP: paths, field names, JSON numbers. */
import { describe, expect, test } from '@jest/globals';
import { createServer } from '../../../client/http/server.ts';
import { tradingModeSchema, tradingStateSchema } from '../../../contracts/predecessor.ts';
import { MODE, STATE } from '../predecessor-views.ts';
import { stubPorts } from './stub-ports.ts';

const get = (url: string, ports = stubPorts()) => createServer(ports).inject({ url });

test('the mode is the predecessor’s three fields, the phase, and why it is not real', async () => {
  const response = await get('/api/trading/mode');
  expect(response.statusCode).toBe(200);
  expect(tradingModeSchema.parse(response.json())).toEqual(MODE);
  expect(Object.keys(response.json<object>()).toSorted()).toEqual([
    'live_trading_enabled',
    'mode',
    'phase',
    'timestamp',
    'why_not_real',
  ]);
});

test('the state is the predecessor’s nine fields, the phase, and why it is not real', async () => {
  const response = await get('/api/trading/state');
  expect(response.statusCode).toBe(200);
  expect(tradingStateSchema.parse(response.json())).toEqual(STATE);
  expect(Object.keys(response.json<object>()).toSorted()).toEqual([
    'balance',
    'bets',
    'daily_loss',
    'daily_trades',
    'estimated_profit',
    'initial_balance',
    'mode',
    'phase',
    'total_profit',
    'total_trades',
    'why_not_real',
  ]);
});

describe('both', () => {
  const urls = ['/api/trading/mode', '/api/trading/state'];
  test.each(urls)('%s is open to readers on this machine only', async (url) => {
    const app = createServer(stubPorts());
    expect((await app.inject({ url })).statusCode).toBe(200);
    expect((await app.inject({ url, remoteAddress: '10.0.0.7' })).statusCode).toBe(401);
  });

  test.each(urls)(
    '%s tells a caller nothing of an unreachable ledger but where to look',
    async (url) => {
      const broken = (): Promise<never> => Promise.reject(new Error('password is hunter2'));
      const response = await get(url, stubPorts({ tradingMode: broken, tradingState: broken }));
      expect(response.statusCode).toBe(500);
      expect(response.body).not.toContain('hunter2');
    },
  );
});
