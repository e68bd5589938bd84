/** A log file that is written synchronously, kept small, and shared by several processes. */
import { closeSync, fstatSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { tryLock } from '../tools/setup/lock.mjs';

/** Where log lines go. */
export interface LineWriter {
  /** Writes at once; never throws. */
  write(line: string): void;
  close(): void;
}

export interface RotatingFileOptions {
  readonly path: string;
  /** The file is set aside when a line would make it larger than this. */
  readonly bytesMax: number;
  /** How many files set aside are kept; `<path>.1` is the newest. */
  readonly kept: number;
  /** Hears of the first of several failures in a row, such as a full disk. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Opens `path` for appending. Not pino's own destination, which ends the process when the disk is
 * full; nor its rotating transport, a thread in which the last lines before a crash would stay.
 */
export function openRotatingFile(options: RotatingFileOptions): LineWriter {
  const { path } = options;
  let fd: number | undefined;
  let failing = false;
  const close = (): void => {
    if (fd !== undefined) closeSync(fd);
    fd = undefined;
  };
  /** Another process may have set the file aside: then the one that has its name now. */
  const opened = (): number => {
    if (fd !== undefined && fstatSync(fd).ino === inodeOf(path)) return fd;
    close();
    fd = openSync(path, 'a', 0o600);
    return fd;
  };
  const append = (bytes: Buffer): void => {
    const { size, ino } = fstatSync(opened());
    if (size > 0 && size + bytes.length > options.bytesMax) setAside(options, ino);
    const file = opened();
    for (let from = 0; from < bytes.length;) from += writeSync(file, bytes, from);
  };
  return {
    write: (line) => {
      try {
        append(Buffer.from(line));
        failing = false;
      } catch (error) {
        if (!failing) options.onFailure(error);
        failing = true;
      }
    },
    close,
  };
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

/** Leaves the work to whoever is at it already; until that is done, lines go where they went. */
function setAside({ path, kept }: RotatingFileOptions, inode: number): void {
  const lock = tryLock(`${path}.lock`);
  if (!lock.held) return;
  try {
    // Done by another process between our look and our lock.
    if (inodeOf(path) !== inode) return;
    for (let n = kept - 1; n >= 1; n -= 1) {
      if (inodeOf(`${path}.${n}`) !== undefined) renameSync(`${path}.${n}`, `${path}.${n + 1}`);
    }
    renameSync(path, `${path}.1`);
  } finally {
    lock.release();
  }
}
