/** `/api/v1/trades`: propose, try, list, look up, resolve. */
import { z } from 'zod';
import { dryRunViewSchema } from '../../contracts/dry-run.ts';
import { problemSchema, submissionSchema, tradeViewSchema } from '../../contracts/http.ts';
import { proposalSchema, tradeIdField } from '../../contracts/proposal.ts';
import { resolveRequestSchema, resolveViewSchema } from '../../contracts/requests.ts';
import { tradeDetailsSchema } from '../../contracts/trade-details.ts';
import { limitQuery } from '../../contracts/view-fields.ts';
import type { HttpPorts } from '../ports.ts';
import { HttpProblem } from './problems.ts';
import type { Routes } from './routes.ts';
import { batchOf, proposalOf, submitOne, submitSeveral } from './submissions.ts';

const submission = { name: 'Submission', schema: submissionSchema };
const resultSchema = z.object({
  status: z.int(),
  body: z.union([submissionSchema, problemSchema]),
});
/** What a body with proposals may be; each proposal of several is checked by itself. */
const proposalsSchema = z.union([proposalSchema, z.array(proposalSchema)]);

/** Adds the routes of trades. `failed` turns what a port throws into a problem. */
export function addTradeRoutes(
  routes: Routes,
  ports: HttpPorts,
  failed: (error: unknown, context: string) => HttpProblem,
): void {
  addSubmission(routes, ports, failed);
  routes.add(
    {
      method: 'POST',
      path: '/api/v1/trades/dry-run',
      access: 'trader',
      summary: "Judges one proposal on fresh facts: every rule's verdict and a ladder of sizes",
      body: { name: 'Proposal', schema: proposalSchema },
      mistakes: 'INVALID_PROPOSAL',
      answer: { name: 'DryRun', schema: dryRunViewSchema },
    },
    async ({ request }) => ports.dryRun(proposalOf(request.body)),
  );
  routes.add(
    {
      method: 'GET',
      path: '/api/v1/trades',
      access: 'read',
      summary: 'The newest proposals and trades, denied ones included',
      query: {
        limit: limitQuery,
        status: tradeViewSchema.shape.status.optional(),
        before: tradeIdField.optional().describe('only those received before this one'),
      },
      answer: { name: 'Trades', schema: z.object({ trades: z.array(tradeViewSchema) }) },
    },
    async ({ query: { limit, status, before } }) => ({
      trades: await ports.listTrades({
        limit,
        ...(status === undefined ? {} : { status }),
        ...(before === undefined ? {} : { before }),
      }),
    }),
  );
  routes.add(
    {
      method: 'GET',
      path: '/api/v1/trades/:id',
      access: 'read',
      summary: 'One trade with its orders, fills, verdicts and holds',
      params: { id: tradeIdField },
      answer: { name: 'TradeDetails', schema: tradeDetailsSchema },
      missing: 'no such trade',
    },
    ({ params }) => ports.findTrade(params.id),
  );
  addResolution(routes, ports);
}

function addSubmission(
  routes: Routes,
  ports: HttpPorts,
  failed: (error: unknown, context: string) => HttpProblem,
): void {
  routes.add(
    {
      method: 'POST',
      path: '/api/v1/trades',
      access: 'trader',
      summary: 'Takes one proposal, or several, each answered alone',
      headers: {
        'idempotency-key': tradeIdField
          .optional()
          .describe("the proposal's id where it has none; must equal it otherwise"),
      },
      body: { name: 'Proposals', schema: proposalsSchema },
      bodyTypes: ['application/x-ndjson'],
      mistakes: 'INVALID_PROPOSAL',
      answer: {
        name: 'SubmissionOrResults',
        schema: z.union([submissionSchema, z.object({ results: z.array(resultSchema) })]),
      },
      others: { 202: submission, 422: submission },
      problems: [
        'ID_CONFLICT',
        'DESK_PAUSED',
        'DESK_HALTED',
        'LEDGER_UNREACHABLE',
        'ENGINE_UNREACHABLE',
      ],
    },
    async ({ request, reply }) => {
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
    },
  );
}

function addResolution(routes: Routes, ports: HttpPorts): void {
  routes.add(
    {
      method: 'POST',
      path: '/api/v1/trades/:id/resolve',
      access: 'operator',
      summary: 'Orders what becomes of a pair of which one leg stands alone',
      params: { id: tradeIdField },
      body: { name: 'ResolveRequest', schema: resolveRequestSchema },
      answer: { name: 'Resolution', schema: resolveViewSchema },
      missing: 'no such trade',
      problems: ['RESOLVE_REFUSED'],
    },
    async ({ params, body, role }) => {
      const { by, ...asked } = body;
      const taken = await ports.resolveTrade({ ...asked, id: params.id, actor: by ?? role });
      if (taken.kind === 'missing') return undefined;
      if (taken.kind === 'refused') {
        throw new HttpProblem('RESOLVE_REFUSED', { message: taken.detail });
      }
      return { resolutionId: taken.resolutionId };
    },
  );
}
