import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, startTime } from './processes.mjs';

// A lock is a directory with one file whose name says who owns it. It is made by renaming a
// directory onto the lock's name, and taken over from the dead by renaming that file: both are
// atomic, so of two contenders exactly one wins.
const me = () => `${process.pid}_${startTime(process.pid)}_${randomUUID()}`;

function ownerOf(lock) {
  try {
    return readdirSync(lock)[0];
  } catch {
    return undefined;
  }
}

function ownerPid(owner) {
  const [pid, started] = owner.split('_');
  return isAlive(Number(pid)) && startTime(Number(pid)) === started ? Number(pid) : undefined;
}

function attempt(change) {
  try {
    change();
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) return false;
    throw error;
  }
}

function create(lock, owner) {
  const own = `${lock}.${owner}`;
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, owner), '');
  const won = attempt(() => renameSync(own, lock));
  if (!won) rmSync(own, { recursive: true, force: true });
  return won;
}

function tryAcquire(lock, owner) {
  const other = ownerOf(lock);
  if (other === undefined) return create(lock, owner);
  if (ownerPid(other) !== undefined) return false;
  return attempt(() => renameSync(join(lock, other), join(lock, owner)));
}

function release(lock, owner) {
  rmSync(join(lock, owner), { force: true });
  attempt(() => rmdirSync(lock));
}

export function tryLock(lock) {
  const owner = me();
  if (tryAcquire(lock, owner)) return { held: true, release: () => release(lock, owner) };
  const other = ownerOf(lock);
  return { held: false, ownerPid: other === undefined ? undefined : ownerPid(other) };
}

export async function withLock(lock, work, onWait = () => {}) {
  const owner = me();
  mkdirSync(dirname(lock), { recursive: true });
  for (let waited = false; !tryAcquire(lock, owner); waited = true) {
    const other = ownerOf(lock);
    if (!waited && other !== undefined) onWait(ownerPid(other));
    await delay(100);
  }
  try {
    return await work();
  } finally {
    release(lock, owner);
  }
}
