// Writes numbered lines to a log file that it shares with others.
import { openRotatingFile } from '../../worker/rotating-file.ts';

const [path, name, lines] = process.argv.slice(2);
if (path === undefined || name === undefined)
  throw new Error('usage: log-child.ts <path> <name> <lines>');
const log = openRotatingFile({
  path,
  bytesMax: 4_096,
  kept: 1_000,
  onFailure: (error) => {
    throw error;
  },
});
for (let n = 0; n < Number(lines); n += 1)
  log.write(`${name} ${String(n)} ${'x'.repeat(n % 50)}\n`);
log.close();
