// A set-up's first half in a process of its own: brings the packages of a directory up to date.
import { ensurePackages } from '../../tools/setup/packages.mjs';

const root = process.argv[2];
if (root === undefined) throw new Error('usage: packages-child.ts <directory>');
await ensurePackages(root);
