import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest, type ManifestEntry } from './locations.mjs';

/** A machine that lacks something only its owner can provide; the message says what to do. */
export class MachineLacks extends Error {
  override readonly name = 'MachineLacks';
}

/**
 * Fills `<cache>/<key>` through `fill`, which gets a temporary directory that takes the final name
 * only when it is done: a half-made directory is never used, and the next attempt removes it.
 * Call it while holding the set-up lock. Returns the final directory.
 */
export async function intoCache(
  cache: string,
  key: string,
  fill: (directory: string) => Promise<void> | void,
): Promise<string> {
  prepareCache(cache);
  for (const entry of readdirSync(cache)) {
    if (entry.startsWith(`${key}.tmp-`)) rmSync(join(cache, entry), { recursive: true });
  }
  const temporary = join(cache, `${key}.tmp-${String(process.pid)}`);
  mkdirSync(temporary, { mode: 0o755 });
  chmodSync(temporary, 0o755);
  try {
    await fill(temporary);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
  const directory = join(cache, key);
  rmSync(directory, { recursive: true, force: true });
  renameSync(temporary, directory);
  return directory;
}

/** Writes one server's entry into `servers.json`. Call it while holding the set-up lock. */
export function record(cache: string, key: string, entry: ManifestEntry): void {
  prepareCache(cache);
  const file = join(cache, 'servers.json');
  const manifest = { ...readManifest(cache), [key]: entry };
  writeFileSync(`${file}.tmp`, `${JSON.stringify(manifest, undefined, 2)}\n`);
  renameSync(`${file}.tmp`, file);
}

function prepareCache(cache: string): void {
  mkdirSync(cache, { recursive: true });
  // Postgres runs as another user when Ballast runs as root.
  if (process.getuid?.() === 0) chmodSync(cache, 0o755);
}
