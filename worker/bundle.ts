import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@temporalio/worker';
import { bundleWorkflowCode } from '@temporalio/worker';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * The workflows' bundle, made once for each state of the sources: bundling takes seconds, and
 * every worker process and test needs it.
 * @param cacheDir where bundles are kept, outside the checkout
 * @returns the path of the bundle
 */
export async function workflowBundle(cacheDir: string, logger?: Logger): Promise<string> {
  const path = join(cacheDir, 'bundles', `${await sourceHash()}.js`);
  if (existsSync(path)) return path;
  const { code } = await bundleWorkflowCode({
    // Runs from sources under tsx and jest, and from dist with the compiled ending.
    workflowsPath: join(ROOT, 'workflows', `index${extname(fileURLToPath(import.meta.url))}`),
    ...(logger === undefined ? {} : { logger }),
  });
  await mkdir(join(cacheDir, 'bundles'), { recursive: true });
  // Written aside and renamed: a reader never sees half a bundle.
  const partial = `${path}.${process.pid}`;
  await writeFile(partial, code);
  await rename(partial, path);
  return path;
}

/** Everything the bundle is made of: our sources, and the SDK and libraries by their versions. */
async function sourceHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of ['domain', 'workflows']) {
    const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const paths = files.map((file) => join(file.parentPath, file.name)).toSorted();
    for (const path of paths) hash.update(path.slice(ROOT.length)).update(await readFile(path));
  }
  const require = createRequire(import.meta.url);
  for (const name of ['@temporalio/worker', '@temporalio/workflow', 'xstate']) {
    hash.update(await readFile(require.resolve(`${name}/package.json`)));
  }
  return hash.digest('hex').slice(0, 32);
}
