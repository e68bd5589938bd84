/**
 * One HTTP exchange over a connected socket. Whether bytes left is always known: nothing is written
 * before the socket is connected and the permit asked, and nothing is ever sent twice.
 */
import http from 'node:http';
import https from 'node:https';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** Where requests go: a URL's origin, its host without brackets. */
export interface HttpEndpoint {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
}

/** One request. `headers` and `mayWrite` are called in the turn in which the bytes leave. */
export interface TransportCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With the query. */
  readonly path: string;
  readonly body?: string | undefined;
  /** Right before the permit: what must be as young as the bytes, signatures above all. */
  headers(): Record<string, string>;
  /** The last question; false writes nothing. */
  mayWrite?(): boolean;
  readonly signal?: AbortSignal | undefined;
}

/** How an exchange ended. */
export type Exchanged =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly text: string;
      /** By the venue's `Date` header, Unix ms of a whole second. */
      readonly dateMs: number | undefined;
      readonly retryAfterMs: number | undefined;
      readonly headers: IncomingHttpHeaders;
    }
  /** No byte left. */
  | { readonly kind: 'notSent'; readonly detail: string; readonly stale?: true }
  /** Bytes left, and no whole answer came: what the venue did is unknown. */
  | { readonly kind: 'lost'; readonly detail: string; readonly reusedSocket: boolean };

export interface TransportDeadlines {
  /** From the start to a connected socket. */
  readonly connectMs: number;
  /** From the first byte to the whole answer. */
  readonly answerMs: number;
}

export type Transport = (call: TransportCall) => Promise<Exchanged>;

export const DEADLINES: TransportDeadlines = { connectMs: 3_000, answerMs: 10_000 };

/** A page of 1,000 orders is less than 1 MB, one of 1,000 markets less than 3. */
const ANSWER_BYTES_MAX = 8_000_000;
/** Shorter than the five seconds after which many servers close an idle connection. */
const IDLE_SOCKET_MS = 4_000;
const STALE_SOCKETS_MAX = 3;

/** Makes the transport of one host; idle sockets do not keep the process alive. */
export function createTransport(endpoint: HttpEndpoint, deadlines: TransportDeadlines): Transport {
  const { secure, host, port } = endpoint;
  const settings = { keepAlive: true, maxFreeSockets: 8, timeout: IDLE_SOCKET_MS };
  const agent = secure ? new https.Agent(settings) : new http.Agent(settings);
  const open = ({ method, path }: TransportCall): ClientRequest =>
    (secure ? https : http).request({ agent, host, port, method, path });
  return async (call) => {
    for (let attempt = 1; ; attempt += 1) {
      const exchanged = await exchange(open(call), call, { secure, deadlines });
      const again =
        exchanged.kind === 'notSent' && exchanged.stale === true && attempt < STALE_SOCKETS_MAX;
      if (!again) return exchanged;
    }
  };
}

function exchange(
  request: ClientRequest,
  call: TransportCall,
  { secure, deadlines }: { readonly secure: boolean; readonly deadlines: TransportDeadlines },
): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    let written = false;
    const end = (exchanged: Exchanged): void => {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', onAbort);
      if (exchanged.kind !== 'answered') request.destroy();
      resolve(exchanged);
    };
    const fail = (detail: string): void =>
      end(
        written
          ? { kind: 'lost', detail, reusedSocket: request.reusedSocket }
          : { kind: 'notSent', detail },
      );
    const onAbort = (): void => fail('it was aborted');
    let timer = setTimeout(
      () => fail(`no connection in ${deadlines.connectMs} ms`),
      deadlines.connectMs,
    );
    const write = (): void => {
      // A socket that died while it was idle: nothing was written to it, another one will do.
      if (request.destroyed || request.socket?.writable !== true) {
        return end({ kind: 'notSent', detail: 'the connection had closed', stale: true });
      }
      try {
        for (const [name, value] of Object.entries(headersOf(call))) request.setHeader(name, value);
        if (call.mayWrite?.() === false) return fail('the permit was refused');
      } catch (error) {
        request.destroy();
        return reject(error instanceof Error ? error : new Error(String(error)));
      }
      written = true;
      clearTimeout(timer);
      timer = setTimeout(() => fail(`no answer in ${deadlines.answerMs} ms`), deadlines.answerMs);
      request.end(call.body);
    };
    request.on('error', (error) => fail(wordsOf(error)));
    request.on('socket', (socket) => {
      if (request.reusedSocket || (!secure && !socket.connecting)) write();
      else socket.once(secure ? 'secureConnect' : 'connect', write);
    });
    request.on('response', (response) => readAnswer(response, end, fail));
    if (call.signal?.aborted === true) return onAbort();
    call.signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function headersOf(call: TransportCall): Record<string, string> {
  const { body } = call;
  return {
    accept: 'application/json',
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    ...call.headers(),
  };
}

function readAnswer(
  response: IncomingMessage,
  end: (exchanged: Exchanged) => void,
  fail: (detail: string) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) fail(`the answer is longer than ${ANSWER_BYTES_MAX} bytes`);
    else chunks.push(chunk);
  });
  response.on('error', (error) => fail(`the answer broke off: ${wordsOf(error)}`));
  response.on('end', () => {
    if (!response.complete) return fail('the answer broke off');
    const { date, 'retry-after': retryAfter } = response.headers;
    const dateMs = date === undefined ? Number.NaN : Date.parse(date);
    const seconds = retryAfter === undefined ? Number.NaN : Number(retryAfter);
    end({
      kind: 'answered',
      status: response.statusCode ?? 0,
      text: Buffer.concat(chunks).toString('utf8'),
      dateMs: Number.isNaN(dateMs) ? undefined : dateMs,
      retryAfterMs: seconds >= 0 ? Math.ceil(seconds * 1000) : undefined,
      headers: response.headers,
    });
  });
}

function wordsOf(error: Error & { readonly code?: string }): string {
  return error.code === undefined ? error.message : `${error.code} ${error.message}`;
}
