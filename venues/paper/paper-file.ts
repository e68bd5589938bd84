/** Reads the file the paper exchange quotes from, again whenever it changed. */
import { readFile, stat } from 'node:fs/promises';
import type { PaperFile } from '../../contracts/paper-file.ts';
import { paperFileSchema } from '../../contracts/paper-file.ts';
import { messageOf } from '../../domain/thrown.ts';

/** A paper file that may be written anew at any time. */
export interface PaperFileSource {
  /**
   * The file as it is now; the same object as long as it did not change.
   * @throws PaperFileError when it cannot be read or is damaged
   */
  read(): Promise<PaperFile>;
}

/** The file cannot be read or is no paper file; the message names the file and the first problem. */
export class PaperFileError extends Error {
  override readonly name = 'PaperFileError';
}

/**
 * Opens the paper file at `path`; nothing is read before the first `read()`. Whoever edits the
 * file should write a new one and rename it over the old: half a file is refused, not guessed at.
 */
export function openPaperFile(path: string): PaperFileSource {
  let latest: { version: string; file: PaperFile } | undefined;
  return {
    async read() {
      const version = await versionOf(path);
      if (latest?.version === version) return latest.file;
      const file = parseFile(path, await readText(path));
      // Kept under the version seen before the reading: a change during it is read next time.
      latest = { version, file };
      return file;
    },
  };
}

async function versionOf(path: string): Promise<string> {
  try {
    const { mtimeNs, ctimeNs, size, ino } = await stat(path, { bigint: true });
    return [mtimeNs, ctimeNs, size, ino].join(':');
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): PaperFileError {
  const reason = messageOf(cause);
  return new PaperFileError(`paper file ${path}: cannot be read: ${reason}`, { cause });
}

function parseFile(path: string, text: string): PaperFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new PaperFileError(`paper file ${path}: is no JSON: ${reason}`, { cause });
  }
  const parsed = paperFileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = fieldName(issue?.path ?? []);
  throw new PaperFileError(`paper file ${path}: ${field}: ${issue?.message ?? 'is damaged'}`);
}

function fieldName(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the whole file';
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}
