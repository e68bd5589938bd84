export function say(line) {
  // On stderr: what a command prints on stdout may be read by a program.
  process.stderr.write(`setup: ${line}\n`);
}

export function elapsed(since) {
  const seconds = Math.round((Date.now() - since) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export async function withProgress(what, work, detail = () => '') {
  const since = Date.now();
  const tty = process.stderr.isTTY === true;
  const line = () => `setup: ${what}, ${elapsed(since)}${detail()}`;
  const timer = setInterval(
    () => {
      process.stderr.write(
        tty ? `\r\x1b[K${line().slice(0, process.stderr.columns)}` : `${line()}\n`,
      );
    },
    tty ? 500 : 10_000,
  );
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (tty) process.stderr.write('\r\x1b[K');
  }
}
