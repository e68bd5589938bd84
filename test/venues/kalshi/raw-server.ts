/** A loopback HTTP server in the test's hands, and keys to sign with. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../domain/clock.ts';
import type { KalshiVenueOptions } from '../../../venues/kalshi/account.ts';
import { Secret } from '../../../venues/secret.ts';
import type { KalshiCredentials } from '../../../venues/kalshi/sign.ts';

/** Made once: an RSA key takes a good part of a second. */
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const KEY_ID = '4f3c0b56-0b0e-4a42-9c53-0a4f5a3f9f10';

export const RSA_PUBLIC_KEY = RSA.publicKey;
export const RSA_PEM = RSA.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
export const RSA_PEM_PKCS1 = RSA.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string;

export const credentials = (pem = RSA_PEM): KalshiCredentials => ({
  keyId: KEY_ID,
  privateKeyPem: new Secret(pem),
});

/** A clock that stands at `atMs`. */
export const clockAt = (atMs: number): Clock => ({
  read: () => Promise.resolve({ atMs, offsetMs: 0 }),
});

/** Options of a venue on a server of this machine. */
export function venueOptions(
  baseUrl: string,
  changes: Partial<KalshiVenueOptions> = {},
): KalshiVenueOptions {
  return {
    book: 'rehearsal',
    baseUrl,
    credentials: credentials(),
    clock: clockAt(Date.now()),
    readTokensPerSecond: 100_000,
    ...changes,
  };
}

/** One request as it came in. */
export interface SeenRequest {
  readonly method: string;
  /** Below `/trade-api/v2`, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Record<string, string>;
}

export interface RawServer {
  readonly url: string;
  readonly seen: SeenRequest[];
  close(): Promise<void>;
}

const API_PATH = '/trade-api/v2';

/** Answers each request as `answer` says; undefined destroys the socket. */
export async function startServer(
  answer: (request: SeenRequest) => Answer | undefined | Promise<Answer | undefined>,
): Promise<RawServer> {
  const seen: SeenRequest[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const one = {
      method: request.method ?? '',
      path: url.pathname.replace(API_PATH, ''),
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    seen.push(one);
    const told = await answer(one);
    if (told === undefined) return void request.socket.destroy();
    response.writeHead(told.status, { 'content-type': 'application/json', ...told.headers });
    response.end(told.body);
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** JSON with a status. */
export const json = (body: unknown, status = 200): Answer => ({
  status,
  body: JSON.stringify(body),
});

/** What the venue says of what it does not have. */
export const NOT_FOUND: Answer = {
  status: 404,
  body: '{"error":{"code":"not_found","message":"not found","service":"exchange"}}',
};
