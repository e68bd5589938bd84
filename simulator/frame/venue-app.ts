/** A venue's routes, run in this process: the frame owns the sockets, the venue the answers. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { FastifyInstance, InjectOptions } from 'fastify';
import fastify from 'fastify';
import type { SimulatedRequest, VenueSimulator } from '../venue-simulator.ts';

/** A request with its body as it came. */
export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** What the venue's handler answered. */
export interface VenueAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly bytes: Buffer;
}

/** What a fault leaves on a request for the venue's routes. */
export type Marks = Pick<SimulatedRequest, 'staleMs' | 'fault'>;

/** A venue's routes; each call runs the handler once. */
export interface VenueApp {
  handle(request: RawRequest, marks: Marks): Promise<VenueAnswer>;
  close(): Promise<void>;
}

/** Of one connection, or recomputed by the side that writes the bytes. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date'];

/** Registers a venue's routes and makes them callable. */
export async function venueApp(venue: VenueSimulator): Promise<VenueApp> {
  const app: FastifyInstance = fastify({ logger: false });
  const marksOfCall = new AsyncLocalStorage<Marks>();
  app.addHook('onRequest', async (request) => {
    Object.assign(request, marksOfCall.getStore());
  });
  venue.register(app);
  await app.ready();
  const call = async ({ method, url, headers, bytes }: RawRequest): Promise<VenueAnswer> => {
    const answer = await app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url,
      headers: withoutHopByHop(headers),
      ...(bytes.length === 0 ? {} : { payload: bytes }),
    });
    const { statusCode: status, rawPayload } = answer;
    return { status, headers: withoutHopByHop(answer.headers), bytes: rawPayload };
  };
  return {
    handle: (request, marks) => marksOfCall.run(marks, () => call(request)),
    close: () => app.close(),
  };
}

function withoutHopByHop<Headers extends OutgoingHttpHeaders>(headers: Headers): Headers {
  const kept = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name));
  return Object.fromEntries(kept) as Headers;
}
