import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { z } from 'zod';

/** Reads a state file; undefined when it is absent, damaged or of another shape. */
export function readState<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** Writes a state file whole or not at all, for its owner's eyes only: it may hold a password. */
export function writeState(file: string, state: unknown): void {
  writeFileSync(`${file}.tmp`, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}

/** Removes a state file if it is there. */
export function removeState(file: string): void {
  rmSync(file, { force: true });
}
