import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';

const LISTEN = '0A';

/** Whether something listens at a TCP port of the loopback address. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 });
    const answer = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => {
      answer(true);
    });
    socket.once('timeout', () => {
      answer(false);
    });
    socket.once('error', () => {
      answer(false);
    });
  });
}

/** The sockets that listen at a port, as /proc names them; undefined on systems without it. */
function listeningSockets(port: number): Set<string> | undefined {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  try {
    const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
      readFileSync(file, 'utf8').split('\n').slice(1),
    );
    const listening = lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === LISTEN && local?.endsWith(suffix) === true);
    return new Set(listening.map((columns) => `socket:[${String(columns[9])}]`));
  } catch {
    return undefined;
  }
}

function holdsOne(pid: number, sockets: ReadonlySet<string>): boolean {
  const directory = `/proc/${String(pid)}/fd`;
  return readdirSync(directory).some((fd) => {
    try {
      return sockets.has(readlinkSync(`${directory}/${fd}`));
    } catch {
      // Closed since the directory was read.
      return false;
    }
  });
}

/**
 * Whether this very process listens at a TCP port of the loopback address. A connection alone
 * does not tell: another server may hold the port while this one is about to fail for that reason.
 * Where the system does not say whose a port is, any listener counts.
 */
export async function listensAt(pid: number, port: number): Promise<boolean> {
  const sockets = listeningSockets(port);
  if (sockets === undefined) return accepts(port);
  try {
    return sockets.size > 0 && holdsOne(pid, sockets);
  } catch {
    return false;
  }
}
