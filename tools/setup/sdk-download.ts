import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkout } from './locations.mjs';
import { elapsed, withProgress } from './progress.mjs';

/** How long a download may stand still before it is given up. */
const PATIENCE_MS = 20_000;

function bytesIn(directory: string): number {
  return readdirSync(directory)
    .map((file) => statSync(join(directory, file), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0);
}

async function endedOrStuck(child: ChildProcess, directory: string): Promise<void> {
  const exited = once(child, 'exit');
  let bytes = 0;
  let lastGrowth = Date.now();
  while (child.exitCode === null && child.signalCode === null) {
    await Promise.race([exited, delay(250)]);
    const now = bytesIn(directory);
    if (now > bytes) lastGrowth = Date.now();
    bytes = now;
    if (Date.now() - lastGrowth > PATIENCE_MS) {
      // The whole process group: the SDK may just have started the server it downloaded.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      await exited;
    }
  }
}

function downloadedFile(directory: string): string | undefined {
  return readdirSync(directory).find((file) => {
    const { mode, size } = statSync(join(directory, file));
    return !file.endsWith('.downloading') && (mode & 0o100) !== 0 && size > 1_000_000;
  });
}

/**
 * Lets the Temporal SDK download one of its servers and moves the executable to `target`.
 * Returns false when that does not work, which is the ordinary case without a way to the internet.
 */
export async function sdkDownload(
  kind: 'dev-server' | 'time-skipping',
  target: string,
): Promise<boolean> {
  const directory = `${target}.download`;
  mkdirSync(directory);
  const script = join(checkout, 'tools/setup/sdk-download-child.ts');
  const since = Date.now();
  try {
    const child = spawn(process.execPath, ['--import', 'tsx', script, kind, directory], {
      cwd: checkout,
      detached: true,
      stdio: 'ignore',
    });
    await withProgress(
      `asking the Temporal SDK to download its ${kind}`,
      () => endedOrStuck(child, directory),
      () => (elapsed(since) === '0:00' ? '' : `, ${String(bytesIn(directory) >> 20)} MB`),
    );
    const file = child.exitCode === 0 ? downloadedFile(directory) : undefined;
    if (file === undefined) return false;
    renameSync(join(directory, file), target);
    return true;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
