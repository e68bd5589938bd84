/** The smallest venue there can be behind the simulators' frame. */
import type {
  SimulatedRequest,
  SocketLike,
  VenueSimulator,
} from '../../simulator/venue-simulator.ts';

const ENDPOINTS: Readonly<Record<string, string>> = {
  POST: 'createOrder',
  DELETE: 'cancelOrder',
  GET: 'orders',
};

/** Takes orders by id (a second one with the same id is a 409) and lists them. */
export function echoVenue(): VenueSimulator {
  const orders: string[] = [];
  const sockets = new Set<SocketLike>();
  const idOf = (request: SimulatedRequest): string | undefined =>
    (request.body as { id?: string } | undefined)?.id;
  return {
    id: 'kalshi',
    register: (app) => {
      app.post('/orders', (request, reply) => {
        const id = idOf(request) ?? 'none';
        if (orders.includes(id)) return reply.status(409).send({ error: 'exists' });
        orders.push(id);
        return reply.status(201).send({ id, fault: (request as SimulatedRequest).fault ?? null });
      });
      app.get('/orders', (request) => ({
        orders,
        staleMs: (request as SimulatedRequest).staleMs ?? 0,
      }));
      app.delete('/orders', (_request, reply) => {
        orders.length = 0;
        return reply.status(204).send();
      });
    },
    endpointOf: ({ method, url }) => {
      if (url.startsWith('/broken')) throw new Error('the venue has a defect');
      return ENDPOINTS[method] ?? method;
    },
    identityOf: (request) => idOf(request) ?? request.url,
    admin: {
      open: (body) => {
        const { id } = body as { id?: string };
        if (id === undefined) throw new Error('id: is missing');
        orders.push(id);
        return { id };
      },
      say: (body) => {
        for (const socket of sockets) socket.send(JSON.stringify(body));
      },
    },
    records: () => ({ orders }),
    socket: {
      paths: ['/ws'],
      authorize: ({ headers }) => {
        if (headers['x-key'] === 'defect') throw new Error('the venue has a defect');
        return headers['x-key'] === 'right';
      },
      connected: (socket) => {
        sockets.add(socket);
        socket.on('message', (text) => (text === 'bye' ? socket.close() : socket.send(text)));
        socket.on('close', () => {
          sockets.delete(socket);
        });
      },
    },
    faultKinds: ['ghostFill', 'cancelOnly'],
    faultAnswers: {
      reject429: { status: 429, headers: { 'retry-after': '3' }, body: { error: 'slow down' } },
      cancelOnly: { status: 503, body: { error: 'cancel-only' } },
    },
  };
}
