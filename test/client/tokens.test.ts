/** The role tokens: made once, kept secret, never half written. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TokenError } from '../../contracts/roles.ts';
import { loadTokens, readTokens } from '../../worker/tokens.ts';

const GIVEN = {
  trader: 'given-trader-0123456789',
  operator: 'given-operator-0123456789',
  admin: 'given-admin-0123456789',
};

let dataDir = '';
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ballast-tokens-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const file = () => join(dataDir, 'tokens.json');
const store = async (text: string, mode = 0o600) => {
  await writeFile(file(), text);
  await chmod(file(), mode);
};

describe('tokens', () => {
  test('are made at first use: 32 random bytes each, for this user only', async () => {
    const tokens = await loadTokens(dataDir, {});
    for (const token of Object.values(tokens)) {
      expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    }
    expect(new Set(Object.values(tokens)).size).toBe(3);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(await readdir(dataDir)).toEqual(['tokens.json']);
  });

  test('stay the same at the next use', async () => {
    const first = await loadTokens(dataDir, {});
    expect(await loadTokens(dataDir, {})).toEqual(first);
    expect(await readTokens(dataDir)).toEqual(first);
  });

  test('are made in a data directory that does not exist yet', async () => {
    const tokens = await loadTokens(join(dataDir, 'new', 'dir'), {});
    expect(await readTokens(join(dataDir, 'new', 'dir'))).toEqual(tokens);
  });

  test('of the environment win, the others come from the file', async () => {
    const stored = await loadTokens(dataDir, {});
    const { trader } = GIVEN;
    expect(await loadTokens(dataDir, { trader })).toEqual({ ...stored, trader });
    expect(await readTokens(dataDir)).toEqual(stored);
  });

  test('given completely leave no file', async () => {
    expect(await loadTokens(dataDir, GIVEN)).toEqual(GIVEN);
    expect(await readTokens(dataDir)).toBeUndefined();
  });

  test('are undefined for a reader before they are made', async () => {
    expect(await readTokens(join(dataDir, 'missing'))).toBeUndefined();
  });

  test('are the same for all that start at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => loadTokens(dataDir, {})));
    expect(new Set(all.map((tokens) => JSON.stringify(tokens))).size).toBe(1);
    expect(await readdir(dataDir)).toEqual(['tokens.json']);
  });

  test('are the same for processes that start at once', async () => {
    const module = join(import.meta.dirname, '../../worker/tokens.ts');
    const code = `import(${JSON.stringify(module)}).then(async ({ loadTokens }) =>
      process.stdout.write(JSON.stringify(await loadTokens(${JSON.stringify(dataDir)}, {}))))`;
    const run = promisify(execFile);
    const argv = ['--import', 'tsx', '--input-type=module', '-e', code];
    const all = await Promise.all(
      Array.from({ length: 4 }, () => run(process.execPath, argv).then(({ stdout }) => stdout)),
    );
    expect(new Set(all)).toEqual(new Set([JSON.stringify(await readTokens(dataDir))]));
  });
});

describe('a file that cannot be trusted', () => {
  const SECRET = 'a-secret-that-must-not-leak';
  const damaged = [
    ['empty', ''],
    ['cut off', `{"trader": "${SECRET}`],
    ['no object', `"${SECRET}"`],
    ['one role short', JSON.stringify({ trader: SECRET, operator: `${SECRET}2` })],
    ['with a short token', JSON.stringify({ ...GIVEN, admin: 'short' })],
    ['with one token for two roles', JSON.stringify({ ...GIVEN, admin: GIVEN.trader })],
    ['with another field', JSON.stringify({ ...GIVEN, [SECRET]: 1 })],
  ];
  test.each(damaged)('is refused when it is %s, and left as it is', async (_name, text) => {
    await store(text);
    const error = await loadTokens(dataDir, {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TokenError);
    expect((error as TokenError).message).toContain(`${file()} is damaged`);
    expect((error as TokenError).message).toContain('delete it and start again');
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(SECRET);
    expect((error as TokenError).cause).toBeUndefined();
    expect(await readFile(file(), 'utf8')).toBe(text);
  });

  test.each([0o644, 0o640, 0o604, 0o620])('is refused with mode %i', async (mode) => {
    await store(JSON.stringify(GIVEN), mode);
    const error = await readTokens(dataDir).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TokenError);
    expect((error as TokenError).message).toContain(`chmod 600 ${file()}`);
    expect((error as TokenError).message).not.toContain(GIVEN.trader);
  });
});
