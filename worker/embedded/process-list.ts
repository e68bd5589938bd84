/** The processes of this machine, as /proc lists them. */
import { readdirSync, readFileSync } from 'node:fs';

/** The ids of all processes; none on systems without /proc. */
export function processIds(): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

/** The words a process was started with; none where it has ended or may not be seen. */
export function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
