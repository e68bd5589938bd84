/** Finds a Temporal server by its command line, where nobody wrote down that it was started. */
import { commandLine, processIds } from './process-list.ts';
import { identify, type ProcessIdentity } from './processes.ts';

/** The argument that names a server's file; no two servers on one machine share it. */
export function databaseArgument(dbFile: string): string {
  return `--db-filename=${dbFile}`;
}

/** A running server, with the ports it was told to use; `uiPort` is absent where it is headless. */
export type FoundTemporal = ProcessIdentity & { readonly port: number; readonly uiPort?: number };

/**
 * The server that works on a file. Undefined where there is none, where it is in memory only, and
 * on systems that do not tell command lines.
 */
export function findTemporalOn(dbFile: string): FoundTemporal | undefined {
  for (const pid of processIds()) {
    const words = commandLine(pid);
    if (!words.includes('start-dev') || !words.includes(databaseArgument(dbFile))) continue;
    const port = numberOf(words, '--port=');
    const uiPort = numberOf(words, '--ui-port=');
    if (port !== undefined) {
      return { ...identify(pid), port, ...(uiPort === undefined ? {} : { uiPort }) };
    }
  }
  return undefined;
}

function numberOf(words: readonly string[], option: string): number | undefined {
  const word = words.find((one) => one.startsWith(option));
  return word === undefined ? undefined : Number(word.slice(option.length));
}
