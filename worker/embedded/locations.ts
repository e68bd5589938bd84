import { cacheDir, installedServers, type Server } from '../../tools/setup/locations.mjs';
import { EmbeddedServerError } from './errors.ts';

export { cacheDir };

/**
 * The absolute path of what set-up installed: the executable of `temporal` and `testServer`, the
 * directory above `bin` of `postgres`. Throws EmbeddedServerError when set-up has not run.
 */
export function serverLocation(server: Server): string {
  const path = installedServers()[server];
  if (path === undefined) {
    throw new EmbeddedServerError(
      `The ${server} server is not installed according to ${cacheDir()}/servers.json: run npm run setup`,
    );
  }
  return path;
}
