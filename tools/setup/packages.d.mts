/** What a node_modules that fits this checkout and machine carries in `.ballast-stamp`. */
export function expectedStamp(root: string): string;

/** Whether node_modules holds what package-lock.json says; `unstamped` if npm was called by hand and it does. */
export function packagesState(root: string): 'current' | 'unstamped' | 'stale' | 'missing';

/** Makes the library links of a Postgres package where npm's install scripts were switched off. */
export function ensurePostgresLinks(directory: string): void;

/** Brings node_modules up to date by `npm ci` if it is not; throws when npm fails. */
export function ensurePackages(root: string): Promise<void>;
