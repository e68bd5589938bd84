/**
 * `<dataDir>/HALT`: a halt that needs neither Postgres nor Temporal. While the file is there, no
 * process of the data directory writes an order's bytes, whatever is in the file.
 */
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeState } from './embedded/state-file.ts';

const latchSchema = z.object({ by: z.string(), reason: z.string(), at: z.string() });

/** Who halted, why, and when (ISO, UTC). */
export type HaltLatch = z.output<typeof latchSchema>;

/** Where the latch of a data directory is. */
export function latchPath(dataDir: string): string {
  return join(dataDir, 'HALT');
}

/**
 * Sets the latch; a later one takes the place of an earlier one. On disk, directory entry and all,
 * when this returns.
 * @throws Error of the file system, also where there is no such directory
 */
export function setLatch(dataDir: string, latch: HaltLatch): void {
  writeState(latchPath(dataDir), latch);
  const directory = openSync(dataDir, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/**
 * Whether orders are stopped, read synchronously right before an order's bytes leave. What cannot
 * be told is a yes: a data directory that is gone, or one that may not be read.
 */
export function isLatched(dataDir: string): boolean {
  try {
    if (statSync(latchPath(dataDir), { throwIfNoEntry: false }) !== undefined) return true;
    return statSync(dataDir, { throwIfNoEntry: false }) === undefined;
  } catch {
    return true;
  }
}

/** The latch that is set; a file somebody made by hand says that much. Undefined where none is. */
export function readLatch(dataDir: string): HaltLatch | undefined {
  if (!isLatched(dataDir)) return undefined;
  try {
    const parsed = latchSchema.safeParse(JSON.parse(readFileSync(latchPath(dataDir), 'utf8')));
    if (parsed.success) return parsed.data;
  } catch {
    // Said below.
  }
  const reason = `${latchPath(dataDir)} is there and says nothing that can be read`;
  return { by: 'somebody', reason, at: 'an unknown time' };
}

/** What a latch says, for people. */
export function latchText(dataDir: string, { by, reason, at }: HaltLatch): string {
  return `halted by ${by} at ${at}: ${reason} (${latchPath(dataDir)}; ballast rearm removes it)`;
}

/**
 * Removes the latch that was seen. One that was set meanwhile stays.
 * @returns whether no latch is left
 */
export function removeLatch(dataDir: string, seen: HaltLatch): boolean {
  const now = readLatch(dataDir);
  if (now === undefined) return true;
  if (now.at !== seen.at || now.by !== seen.by || now.reason !== seen.reason) return false;
  rmSync(latchPath(dataDir), { force: true });
  return true;
}
