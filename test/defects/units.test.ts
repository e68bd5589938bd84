/** The predecessor's defects a and f at the edges: units of prices, and who may reset what. */
import { describe, expect, test } from '@jest/globals';
import { createServer } from '../../client/http/server.ts';
import { proposalSchema } from '../../contracts/proposal.ts';
import { judgeBet } from '../../domain/predecessor-trades.ts';
import type { PredecessorBet } from '../../domain/predecessor-trades.ts';
import { stubPorts, TOKENS } from '../client/http/stub-ports.ts';
import { singleLeg } from '../support/markets.ts';
import { betText } from '../support/predecessor.ts';

describe('defect a: a check for dollars on prices in cents, which refused every live order', () => {
  const priced = (limitPrice: unknown) =>
    proposalSchema.safeParse(singleLeg('a', 'M', { limitPrice: limitPrice as string }));

  test.each(['0.36', '0.365', '0.01', '0.99'])(
    'a price of %s dollars is taken as it is',
    (text) => {
      const { data } = priced(text);
      expect(data?.legs[0]?.limitPrice).toBe(Math.round(Number(text) * 1_000_000));
    },
  );

  test.each(['36', '36.5', '1', '0', '-0.36', '36c', 0.36])(
    'a price of %p is refused by its field, before anything is decided',
    (value) => {
      const { error } = priced(value);
      expect(error?.issues[0]?.path).toEqual(['legs', 0, 'limitPrice']);
    },
  );

  test('the predecessor’s own cents become dollars where its file is imported', () => {
    const judged = judgeBet(betText() as PredecessorBet);
    const prices = judged.kind === 'trade' ? judged.trade.legs.map((leg) => leg.priceMicros) : [];
    expect(prices).toEqual([350_000, 365_000]);
  });
});

describe('defect f: a reset without a key wiped the real ledger', () => {
  const RESETS = ['/api/paper/reset', '/api/trading/reset', '/api/v1/reset'];

  test.each(RESETS)('there is no POST %s, with a key or without', async (url) => {
    const app = createServer(stubPorts());
    for (const token of [undefined, TOKENS.admin]) {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const payload = { confirmation_key: 'anything' };
      const { statusCode } = await app.inject({ method: 'POST', url, headers, payload });
      // Without a token even what does not exist is not told.
      expect(token === undefined ? [401, 404] : [404]).toContain(statusCode);
    }
  });
});
