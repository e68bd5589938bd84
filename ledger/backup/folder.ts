/** Where backups lie, how they are named, and which are kept. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A month of daily backups. */
export const BACKUPS_KEPT = 30;
const PARTIAL = '.partial';
const NAME = /^(\d{8}T\d{6}Z)-([0-9a-f]{8})(?:-(\d+))?$/;
const ID_DIGITS = 8;
/** An unfinished backup of this age is nobody's work any more. */
const PARTIAL_AGE_MS_MAX = 86_400_000;

/** Sorts by age: `20261122T000005Z-1a2b3c4d`. */
function nameOf(atMs: number, ledgerId: string): string {
  return `${stampOf(atMs)}-${shortId(ledgerId)}`;
}

function stampOf(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

function shortId(ledgerId: string): string {
  return ledgerId.replaceAll(/[^0-9a-f]/g, '').slice(0, ID_DIGITS);
}

/** Makes the directory a new backup is written in; another of the same second gets a number. */
export async function makePartial(
  parent: string,
  at: { atMs: number; ledgerId: string },
): Promise<{ partial: string; final: string }> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const taken = new Set(await readdir(parent));
  const base = nameOf(at.atMs, at.ledgerId);
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (taken.has(name) || taken.has(`${name}${PARTIAL}`)) continue;
    const partial = join(parent, `${name}${PARTIAL}`);
    await mkdir(partial, { mode: 0o700 });
    return { partial, final: join(parent, name) };
  }
}

/** Finished backups in `parent`, newest first; of one ledger where its id is given. */
export async function listBackups(parent: string, ledgerId?: string): Promise<string[]> {
  const entries = await readdir(parent).catch(() => []);
  return entries
    .flatMap((name) => {
      const [, stamp, id, number = '1'] = NAME.exec(name) ?? [];
      const wanted = ledgerId === undefined || id === shortId(ledgerId);
      return stamp === undefined || !wanted ? [] : [{ name, stamp, number: Number(number) }];
    })
    .toSorted((a, b) => (a.stamp === b.stamp ? b.number - a.number : a.stamp < b.stamp ? 1 : -1))
    .map(({ name }) => join(parent, name));
}

/** Removes all but the newest backups of this ledger, and what was never finished. */
export async function prune(
  parent: string,
  at: { atMs: number; ledgerId: string },
): Promise<string[]> {
  const old = (await listBackups(parent, at.ledgerId)).slice(BACKUPS_KEPT);
  const before = stampOf(at.atMs - PARTIAL_AGE_MS_MAX);
  const unfinished = (await readdir(parent))
    .filter((name) => name.endsWith(PARTIAL) && NAME.test(name.slice(0, -PARTIAL.length)))
    .filter((name) => name.slice(0, before.length) < before)
    .map((name) => join(parent, name));
  const removed = [...old, ...unfinished];
  for (const path of removed) await rm(path, { recursive: true, force: true });
  return removed;
}
