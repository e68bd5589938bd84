import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedServerError } from './errors.ts';
import { commandLine, processIds } from './process-list.ts';
import { until } from './processes.ts';

const CHILDREN_END_WITHIN_MS = 20_000;

/** The name that the processes of a cluster carry in the process list. */
export function clusterName(cluster: string): string {
  return `ballast-${createHash('sha256').update(cluster).digest('hex').slice(0, 12)}`;
}

function isServer(words: readonly string[], cluster: string): boolean {
  return words[0]?.endsWith('postgres') === true && words.includes(cluster);
}

function processesOf(cluster: string): number[] {
  const child = `postgres: ${clusterName(cluster)}: `;
  return processIds().filter((pid) => {
    const words = commandLine(pid);
    return isServer(words, cluster) || words[0]?.startsWith(child) === true;
  });
}

/** Whether a living process is the server of this cluster; where the system does not say, it is. */
export function isServerOf(cluster: string, pid: number): boolean {
  return process.platform !== 'linux' || isServer(commandLine(pid), cluster);
}

/**
 * Removes the pid file of a server that was killed. Postgres would not start while the id in it
 * belongs to another program, as it may after a restart of the machine, or to a zombie.
 * Waits until the server's children have ended too, and throws EmbeddedServerError if they do not.
 */
export async function clearAway(cluster: string): Promise<void> {
  // Elsewhere Postgres itself decides, with less to go by.
  if (process.platform !== 'linux') return;
  if (!(await until(() => processesOf(cluster).length === 0, CHILDREN_END_WITHIN_MS))) {
    throw new EmbeddedServerError(
      `Processes of a Postgres that was killed still run: ${processesOf(cluster).join(', ')}`,
    );
  }
  rmSync(join(cluster, 'postmaster.pid'), { force: true });
}
