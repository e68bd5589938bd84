/** The file HALT as commands and checks meet it; loads nothing of Temporal. */
import { existsSync } from 'node:fs';
import type { Config } from '../contracts/config.ts';
import { latchPath, latchText, readLatch, setLatch } from '../worker/halt-latch.ts';
import { dataDirOf } from './settings.ts';

/**
 * Sets the file HALT at once, before anybody is asked.
 * @returns where; undefined where this configuration has no data directory yet
 */
export function latchHere(config: Config, reason: string): string | undefined {
  const dataDir = dataDirOf(config.environment);
  if (!existsSync(dataDir)) return undefined;
  setLatch(dataDir, { by: 'cli', reason, at: new Date().toISOString() });
  return latchPath(dataDir);
}

/** The check that fails while the file HALT is there. */
export function latchCheck(dataDir: string): Promise<string> {
  const latch = existsSync(dataDir) ? readLatch(dataDir) : undefined;
  if (latch !== undefined) return Promise.reject(new Error(latchText(dataDir, latch)));
  return Promise.resolve(`not halted: no ${latchPath(dataDir)}`);
}

/** A desk's state for people: the file HALT halts it whatever the ledger says. */
export function asLatched<Desk extends { state: string; reason: string }>(
  dataDir: string,
  desk: Desk,
): Desk {
  const latch = readLatch(dataDir);
  if (latch === undefined || desk.state === 'halted') return desk;
  return { ...desk, state: 'halted', reason: latchText(dataDir, latch) };
}
