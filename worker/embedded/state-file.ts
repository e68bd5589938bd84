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
  const temporary = `${file}.${process.pid}.tmp`;
  // Flushed: a power failure must not leave an empty file under the name.
  const content = `${JSON.stringify(state, undefined, 2)}\n`;
  writeFileSync(temporary, content, { mode: 0o600, flush: true });
  renameSync(temporary, file);
}

/** Removes a state file if it is there. */
export function removeState(file: string): void {
  rmSync(file, { force: true });
}
