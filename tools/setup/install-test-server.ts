import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { intoCache, MachineLacks } from './cache.ts';
import { checkout, type ManifestEntry } from './locations.mjs';
import { withProgress } from './progress.mjs';
import { run, works } from './run.ts';
import { sdkDownload } from './sdk-download.ts';

const HELP = `The tests need Temporal's time-skipping test server, which could not be downloaded.
Install Java 17 or newer and Maven, and it is fetched from Maven Central instead.`;

// The library directory is found from the wrapper's own place, because the cache may be moved.
const WRAPPER = `#!/bin/sh
exec "\${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:TieredStopAtLevel=1 -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"
`;

async function fetchByMaven(directory: string): Promise<void> {
  const lib = join(directory, 'lib');
  mkdirSync(lib);
  const pom = join(checkout, 'tools/test-server/pom.xml');
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${lib}`];
  await withProgress("fetching Temporal's test server from Maven Central", () =>
    run('mvn', ['-q', '-B', '--strict-checksums', '-f', pom, ...goal], {}),
  );
}

/** Puts the time-skipping test server into the cache, from the SDK's download or from Maven. */
export async function installTestServer(cache: string, key: string): Promise<ManifestEntry> {
  const name = 'temporal-test-server';
  let source: ManifestEntry['source'] = 'sdk-download';
  const directory = await intoCache(cache, key, async (temporary) => {
    const executable = join(temporary, name);
    if (await sdkDownload('time-skipping', executable)) return;
    if (!works('mvn', '--version')) throw new MachineLacks(HELP);
    try {
      await fetchByMaven(temporary);
    } catch (error) {
      throw new MachineLacks(`${error instanceof Error ? error.message : String(error)}\n${HELP}`);
    }
    writeFileSync(executable, WRAPPER);
    chmodSync(executable, 0o755);
    source = 'maven';
  });
  return { path: join(directory, name), source };
}
