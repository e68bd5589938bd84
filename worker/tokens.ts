/** The role tokens: given by the environment, or made once and kept in the data directory. */
import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { link, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Tokens } from '../contracts/roles.ts';
import { TokenError } from '../contracts/roles.ts';
import { isOpenToOthers } from './file-mode.ts';

const TOKEN_BYTES = 32;

const tokenField = z.string().regex(/^[\x21-\x7e]{16,}$/);
const tokensSchema = z
  .strictObject({ trader: tokenField, operator: tokenField, admin: tokenField })
  .refine(({ trader, operator, admin }) => new Set([trader, operator, admin]).size === 3);

/**
 * Returns the tokens of all roles: those of the environment, and for the others those of
 * `<dataDir>/tokens.json`, which is made (mode 0600) at the first call that needs it. Processes
 * that start at once end with the same tokens.
 * @throws TokenError when the file is damaged or open to other users
 */
export async function loadTokens(
  dataDir: string,
  fromEnvironment: Partial<Tokens>,
): Promise<Tokens> {
  const { trader, operator, admin } = fromEnvironment;
  if (trader !== undefined && operator !== undefined && admin !== undefined) {
    return { trader, operator, admin };
  }
  const stored = (await readTokens(dataDir)) ?? (await makeTokens(dataDir));
  return {
    trader: trader ?? stored.trader,
    operator: operator ?? stored.operator,
    admin: admin ?? stored.admin,
  };
}

/**
 * Reads the stored tokens.
 * @returns undefined where none were made yet
 * @throws TokenError when the file is damaged or open to other users
 */
export async function readTokens(dataDir: string): Promise<Tokens | undefined> {
  const path = tokensPath(dataDir);
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (hasCode(error, 'EACCES') || hasCode(error, 'EPERM')) {
      throw new TokenError(
        `${path} cannot be read by this user; run the command as the user that started Ballast`,
      );
    }
    throw error;
  }
  try {
    await refuseForeign(file, path);
    return parseTokens(await file.readFile('utf8'), path);
  } finally {
    await file.close();
  }
}

/** Where the tokens are kept. */
export function tokensPath(dataDir: string): string {
  return join(dataDir, 'tokens.json');
}

/** Checks the open file, not its name: the name may point elsewhere a moment later. */
async function refuseForeign(file: FileHandle, path: string): Promise<void> {
  // Windows keeps no such bits; there the directory's access list has to do.
  if (process.platform === 'win32') return;
  const { mode, uid } = await file.stat();
  if (isOpenToOthers({ mode })) {
    throw new TokenError(
      `${path} is open to other users (mode ${(mode & 0o777).toString(8)}); ` +
        `if nobody else can have read it: chmod 600 ${path}; ` +
        'otherwise stop Ballast, delete the file and start again, which makes new tokens',
    );
  }
  const self = process.getuid?.();
  if (self !== undefined && self !== 0 && uid !== self) {
    throw new TokenError(
      `${path} belongs to another user; run the command as the user that started Ballast`,
    );
  }
}

function parseTokens(text: string, path: string): Tokens {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(path);
  }
  const parsed = tokensSchema.safeParse(value);
  if (!parsed.success) throw damaged(path);
  return parsed.data;
}

function damaged(path: string): TokenError {
  return new TokenError(
    `${path} is damaged: it must hold three different tokens, "trader", "operator" and "admin"; ` +
      'restore it from a backup; or stop Ballast, delete it and start again: that makes new tokens',
  );
}

/** Links a finished file to its name: that succeeds for one process only, and never half. */
async function makeTokens(dataDir: string): Promise<Tokens> {
  await mkdir(dataDir, { recursive: true });
  const path = tokensPath(dataDir);
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  const tokens: Tokens = { trader: newToken(), operator: newToken(), admin: newToken() };
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(tokens, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(temporary, path);
    return tokens;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const stored = await readTokens(dataDir);
    if (stored === undefined) throw new TokenError(`${path} was deleted meanwhile; start again`);
    return stored;
  } finally {
    await unlink(temporary);
  }
}

function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
