/** `/api/v1/trades`: propose, list, look up. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { tradeViewSchema } from '../../contracts/http.ts';
import { TRADE_ID_PATTERN, tradeIdField } from '../../contracts/proposal.ts';
import type { HttpPorts } from '../ports.ts';
import { HttpProblem, namedProblems } from './problems.ts';
import { batchOf, submitOne, submitSeveral } from './submissions.ts';

const TRADES_PER_PAGE_MAX = 200;

const limitRule = `must be a whole number from 1 to ${TRADES_PER_PAGE_MAX}`;
const querySchema = z.strictObject({
  limit: z
    .string(limitRule)
    .regex(/^[1-9]\d{0,8}$/, limitRule)
    .transform(Number)
    .refine((limit) => limit <= TRADES_PER_PAGE_MAX, limitRule)
    .default(50),
  status: tradeViewSchema.shape.status.optional(),
  before: tradeIdField.optional(),
});

/** Adds the routes of trades to `app`. `failed` turns what a port throws into a problem. */
export function addTradeRoutes(
  app: FastifyInstance,
  ports: HttpPorts,
  failed: (error: unknown, context: string) => HttpProblem,
): void {
  app.post('/api/v1/trades', { config: { access: 'trader' } }, async (request, reply) => {
    const batch = batchOf(request.body);
    const key = request.headers['idempotency-key'];
    if (batch.kind === 'one') {
      const answer = await submitOne(ports, batch.entry, Array.isArray(key) ? key.join() : key);
      return reply.code(answer.status).send(answer.body);
    }
    if (key !== undefined) {
      const problem = 'applies to a single proposal; give each of several its own id';
      throw new HttpProblem('INVALID_PROPOSAL', {
        problems: [{ field: 'Idempotency-Key', problem }],
      });
    }
    const results = await submitSeveral(ports, batch.entries, (error) =>
      failed(error, `POST /api/v1/trades ${request.id}`),
    );
    return reply.code(200).send({ results });
  });

  app.get('/api/v1/trades', { config: { access: 'read' } }, async (request) => ({
    trades: await ports.listTrades(readQuery(request.query)),
  }));

  app.get<{ Params: { id: string } }>(
    '/api/v1/trades/:id',
    { config: { access: 'read' } },
    async (request) => {
      const { id } = request.params;
      const trade = TRADE_ID_PATTERN.test(id) ? await ports.findTrade(id) : undefined;
      if (trade === undefined) throw new HttpProblem('NOT_FOUND', { message: 'no such trade' });
      return trade;
    },
  );
}

function readQuery(query: unknown): { limit: number; status?: string; before?: string } {
  const parsed = querySchema.safeParse(query);
  if (!parsed.success) {
    const problems = namedProblems(parsed.error, 'query', Object.keys(querySchema.shape));
    throw new HttpProblem('INVALID_QUERY', { problems });
  }
  const { limit, status, before } = parsed.data;
  return {
    limit,
    ...(status === undefined ? {} : { status }),
    ...(before === undefined ? {} : { before }),
  };
}
