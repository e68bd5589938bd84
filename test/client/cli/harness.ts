/** Runs command lines against hand-written ports and a small real API on loopback. */
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runCli } from '../../../client/cli/program.ts';
import type { CliPorts } from '../../../client/ports.ts';

/** One request as the API saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the API answers: a status with a JSON body, plain text, `hang`, or a broken connection. */
export type Reply =
  | { readonly status: number; readonly body?: unknown; readonly text?: string; location?: string }
  | 'hang'
  | 'break';

export interface Api {
  readonly url: string;
  readonly seen: readonly Seen[];
  close(): Promise<void>;
}

/** Starts an API that answers every request alike. */
export async function startApi(reply: Reply): Promise<Api> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      seen.push({ method, url, headers, body });
      if (reply === 'hang') return;
      if (reply === 'break') {
        request.socket.destroy();
        return;
      }
      response.statusCode = reply.status;
      if (reply.location !== undefined) response.setHeader('location', reply.location);
      response.end(reply.text ?? JSON.stringify(reply.body));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** An address where nothing listens any more. */
async function closedUrl(): Promise<string> {
  const api = await startApi('hang');
  await api.close();
  return api.url;
}

/** Runs `argv` with ports of which `overrides` replaces some. */
export async function cli(argv: string[], overrides: Partial<CliPorts> = {}): Promise<Ended> {
  const out: string[] = [];
  const err: string[] = [];
  const nobody = await closedUrl();
  const unexpected = (name: string) => () => Promise.reject(new Error(`${name} was called`));
  const code = await runCli(
    {
      apiUrl: () => nobody,
      token: () => 'trader-token-0123456789',
      start: unexpected('start'),
      stop: unexpected('stop'),
      worker: unexpected('worker'),
      api: unexpected('api'),
      heldTokens: unexpected('heldTokens'),
      readLimits: unexpected('readLimits'),
      doctor: unexpected('doctor'),
      verify: unexpected('verify'),
      backup: unexpected('backup'),
      restore: unexpected('restore'),
      liveDoctor: unexpected('liveDoctor'),
      setUpVenue: unexpected('setUpVenue'),
      promote: unexpected('promote'),
      abort: unexpected('abort'),
      arm: unexpected('arm'),
      importFile: unexpected('importFile'),
      exportFile: unexpected('exportFile'),
      writeOutput: unexpected('writeOutput'),
      simulate: unexpected('simulate'),
      dailyReport: unexpected('dailyReport'),
      pauseDirectly: unexpected('pauseDirectly'),
      latch: unexpected('latch'),
      haltDirectly: unexpected('haltDirectly'),
      applyLimits: unexpected('applyLimits'),
      readInput: unexpected('readInput'),
      ask: unexpected('ask'),
      out: (line) => {
        out.push(line);
      },
      err: (line) => {
        err.push(line);
      },
      isTerminal: false,
      ...overrides,
    },
    argv,
  );
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** Runs `argv` against an API that answers `reply`. */
export async function cliWithApi(
  reply: Reply,
  argv: string[],
  overrides: Partial<CliPorts> = {},
): Promise<Ended & { seen: readonly Seen[] }> {
  const api = await startApi(reply);
  try {
    const ended = await cli(argv, { apiUrl: () => api.url, ...overrides });
    return { ...ended, seen: api.seen };
  } finally {
    await api.close();
  }
}
