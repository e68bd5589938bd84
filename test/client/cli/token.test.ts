/** `ballast token show`: tokens on the output, all else on the error output. */
import { expect, test } from '@jest/globals';
import { TokenError } from '../../../contracts/roles.ts';
import { cli } from './harness.ts';

const HELD = [
  { role: 'trader', token: 'trader-token-0123456789', source: 'BALLAST_TRADER_TOKEN' },
  { role: 'operator', token: 'operator-token-0123456789', source: '/data/tokens.json' },
  { role: 'admin', token: 'admin-token-0123456789', source: '/data/tokens.json' },
] as const;
const heldTokens = async () => HELD;

test('all tokens are printed with their role, and where each comes from apart', async () => {
  const { code, out, err } = await cli(['token', 'show'], { heldTokens });
  expect(code).toBe(0);
  expect(out.split('\n').map((line) => line.split(/ +/))).toEqual(
    HELD.map(({ role, token }) => [role, token]),
  );
  expect(err.split('\n')).toEqual(HELD.map(({ role, source }) => `${role}: from ${source}`));
});

test.each(HELD)('--role $role prints that token alone, fit for a script', async (held) => {
  const { code, out, err } = await cli(['token', 'show', '--role', held.role], { heldTokens });
  expect([code, out, err]).toEqual([0, held.token, `${held.role}: from ${held.source}`]);
});

test.each([
  ['none were made yet', ['token', 'show'], []],
  ['that one was not made yet', ['token', 'show', '--role', 'admin'], HELD.slice(0, 1)],
])('when %s it ends with 4 and says how to get one', async (_name, argv, held) => {
  const { code, out, err } = await cli(argv, { heldTokens: async () => held });
  expect([code, out]).toEqual([4, '']);
  expect(err).toContain('npm start makes the tokens at its first start');
});

test('a token file that cannot be trusted ends with 4', async () => {
  const refused = () => Promise.reject(new TokenError('tokens.json is open; chmod 600'));
  const { code, out } = await cli(['token', 'show'], { heldTokens: refused });
  expect([code, out]).toEqual([4, '']);
});
