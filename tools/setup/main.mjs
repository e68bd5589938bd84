// The first step of `npm run demo`, `npm start` and `npm test`: makes a bare machine ready.
// Plain JavaScript with Node's own modules only, because no package may be installed yet.
import { spawnSync } from 'node:child_process';
import { checkout, missingServers } from './locations.mjs';
import { ensurePackages } from './packages.mjs';
import { say } from './progress.mjs';

/** The exit code for a machine that lacks something only its owner can provide. */
const MACHINE_LACKS = 4;

function nodeIsTooOld() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major < 20 || (major === 20 && minor < 19);
}

async function main() {
  if (nodeIsTooOld()) {
    say(`Ballast needs Node.js 20.19 or newer, and this is ${process.versions.node}`);
    return MACHINE_LACKS;
  }
  await ensurePackages(checkout);
  const test = process.argv.includes('--test');
  if (missingServers({ test }).length === 0) return 0;
  const args = ['--import', 'tsx', 'tools/setup/servers.ts', ...process.argv.slice(2)];
  const servers = spawnSync(process.execPath, args, { cwd: checkout, stdio: ['ignore', 2, 2] });
  return servers.status ?? 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
