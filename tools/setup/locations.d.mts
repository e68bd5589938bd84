/** The servers that set-up installs into the cache. */
export type Server = 'temporal' | 'testServer' | 'postgres';

/** One server in `servers.json`; `onPath` is the `temporal` that the PATH held when it was recorded. */
export interface ManifestEntry {
  readonly path: string;
  readonly source: 'path' | 'sdk-download' | 'go-build' | 'maven' | 'npm';
  readonly onPath?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The directory of this checkout, with a slash at its end. */
export const checkout: string;

/** Where servers are kept: `BALLAST_CACHE_DIR`, else /var/cache/ballast for root, else the user's cache. */
export function cacheDir(env?: Environment): string;

/** The npm package of this machine's Postgres binaries, whether or not it is installed. */
export function postgresPackage(root?: string): string;

/** The key of each server in `servers.json`, which is also its directory in the cache: name and pinned version. */
export function serverKeys(
  root?: string,
): Readonly<{ temporal: string; testServer: string; postgres?: string }>;

/** The absolute path of an executable on the PATH. */
export function findOnPath(command: string, env?: Environment): string | undefined;

/** All that `servers.json` records; empty when it is absent or unreadable. */
export function readManifest(cache?: string): Record<string, ManifestEntry>;

/** The absolute path of each server this checkout pins and whose files are there. */
export function installedServers(root?: string, env?: Environment): Partial<Record<Server, string>>;

/** The servers that a run needs and that are not installed yet. */
export function missingServers(options?: {
  readonly test?: boolean;
  readonly root?: string;
  readonly env?: Environment;
}): Server[];
