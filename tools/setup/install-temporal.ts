import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { intoCache, MachineLacks } from './cache.ts';
import { checkout, findOnPath, type ManifestEntry } from './locations.mjs';
import { elapsed, say, withProgress } from './progress.mjs';
import { run, works } from './run.ts';
import { sdkDownload } from './sdk-download.ts';

const HELP = `There is no Temporal server on this machine, and it could not be downloaded. Either
  - install the Temporal CLI, so that "temporal" is on the PATH (https://docs.temporal.io/cli), or
  - set TEMPORAL_ADDRESS to a Temporal server of your own (npm test needs one of the other two), or
  - install Go 1.25 or newer (https://go.dev/dl), and the server is built from its pinned source`;

async function build(output: string): Promise<void> {
  let packages = 0;
  let doing = 'downloading';
  const args = ['build', '-v', '-mod=readonly', '-trimpath', '-ldflags=-s -w', '-o', output];
  await withProgress(
    'building the Temporal server',
    () =>
      run('go', [...args, 'github.com/temporalio/cli/cmd/temporal'], {
        cwd: join(checkout, 'tools/temporal-cli'),
        env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
        onLine: (line) => {
          const download = line.startsWith('go: ');
          if (!download) packages += 1;
          doing = download ? line.slice(4) : `${String(packages)} packages compiled`;
        },
      }),
    () => `, ${doing}`,
  );
}

async function downloadOrBuild(executable: string): Promise<ManifestEntry['source']> {
  if (await sdkDownload('dev-server', executable)) {
    if (works(executable, '--version')) return 'sdk-download';
    rmSync(executable);
  }
  if (!works('go', 'version')) throw new MachineLacks(HELP);
  say('the Temporal server cannot be downloaded here, so it is built: about 7 minutes, once');
  const since = Date.now();
  try {
    await build(executable);
  } catch (error) {
    throw new MachineLacks(`${error instanceof Error ? error.message : String(error)}\n${HELP}`);
  }
  if (!works(executable, '--version')) throw new MachineLacks(`the server built fails.\n${HELP}`);
  say(`Temporal server built in ${elapsed(since)}`);
  return 'go-build';
}

/** Finds the Temporal server on the PATH, or puts it into the cache by download or build. */
export async function installTemporal(cache: string, key: string): Promise<ManifestEntry> {
  const onPath = findOnPath('temporal');
  if (onPath !== undefined && works(onPath, '--version')) {
    return { path: onPath, source: 'path', onPath };
  }
  let source: ManifestEntry['source'] = 'go-build';
  const directory = join(cache, key);
  const executable = join(directory, 'temporal');
  // Built before, and forgotten only because another `temporal` was on the PATH for a while.
  if (!works(executable, '--version')) {
    await intoCache(cache, key, async (temporary) => {
      source = await downloadOrBuild(join(temporary, 'temporal'));
    });
  }
  return { path: executable, source, onPath: onPath ?? '' };
}
