/** A backup's files: written once, synced, hashed on the way, and checked before use. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BackupFile, Manifest } from '../../contracts/backup.ts';
import { BACKUP_FORMAT, manifestSchema } from '../../contracts/backup.ts';
import { canonicalJson, sha256Hex } from '../identity.ts';
import { BackupUnusable } from './errors.ts';

const MANIFEST = 'manifest.json';

/** For their owner's eyes only: a backup holds all there is to know about the trading. */
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** Writes one file of a backup and makes sure that it is on the disk. */
export async function writeBackupFile(
  folder: string,
  path: string,
  ...streams: [Readable, ...Transform[]]
): Promise<Pick<BackupFile, 'path' | 'bytes' | 'sha256'>> {
  const target = join(folder, path);
  await mkdir(dirname(target), { recursive: true, mode: DIRECTORY_MODE });
  const hash = createHash('sha256');
  let bytes = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const file = createWriteStream(target, { mode: FILE_MODE, flags: 'wx', flush: true });
  await pipeline([...streams, counting, file]);
  return { path, bytes, sha256: hash.digest('hex') };
}

/** Makes the names in a directory durable; some systems cannot and need not. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } catch (error) {
    if (process.platform !== 'win32') throw error;
  } finally {
    await directory.close();
  }
}

/** Adds the checksum that tells an edited manifest, and writes it. */
export async function writeManifest(
  folder: string,
  content: Omit<Manifest, 'checksum'>,
): Promise<Manifest> {
  const manifest = { ...content, checksum: checksumOf(content) };
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
  const file = await open(join(folder, MANIFEST), 'wx', FILE_MODE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return manifest;
}

function checksumOf(content: Omit<Manifest, 'checksum'>): string {
  return sha256Hex(canonicalJson(content));
}

/**
 * Reads a backup's manifest and checks every file it names.
 * @throws BackupUnusable naming the first thing that is wrong
 */
export async function readBackup(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder);
  for (const file of manifest.files) await checkFile(folder, file);
  return manifest;
}

async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST);
  let found: unknown;
  try {
    found = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is damaged' : 'cannot be read';
    throw unusable(folder, `${path} ${why}; name the directory of a finished backup`);
  }
  const format: unknown = Reflect.get(Object(found), 'format');
  if (format !== BACKUP_FORMAT) {
    const detail = `its format is ${String(format)}, this version reads ${BACKUP_FORMAT}`;
    throw unusable(folder, `${detail}; restore it with the version of Ballast that wrote it`);
  }
  const parsed = manifestSchema.safeParse(found);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw unusable(folder, `${path}: ${issue?.path.join('.')} ${issue?.message}`);
  }
  const { checksum, ...content } = parsed.data;
  if (checksum !== checksumOf(content)) {
    throw unusable(folder, `${path} was changed after it was written`);
  }
  return parsed.data;
}

async function checkFile(folder: string, file: BackupFile): Promise<void> {
  const path = join(folder, file.path);
  const size = await stat(path).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined) throw unusable(folder, `${path} is missing`);
  if (size !== file.bytes) throw unusable(folder, `${path} has ${size} bytes, not ${file.bytes}`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  if (hash.digest('hex') !== file.sha256) {
    throw unusable(folder, `${path} was changed after it was written`);
  }
}

function unusable(folder: string, detail: string): BackupUnusable {
  return new BackupUnusable(
    `${folder} cannot be restored: ${detail}; nothing was changed, try an older backup`,
  );
}
