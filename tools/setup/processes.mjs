import { readFileSync } from 'node:fs';

/** The fields of /proc/<pid>/stat from the state on; undefined where there is no such file. */
function procStat(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name in brackets may hold spaces and brackets itself, so count from the last one.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

export function isAlive(pid) {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  // In a container whose first process reaps nobody, the dead stay behind as zombies.
  const state = procStat(pid)?.[0];
  return state !== 'Z' && state !== 'X';
}

export function startTime(pid) {
  return procStat(pid)?.[19] ?? '';
}
