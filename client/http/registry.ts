/** Pairs, strategies and approvals: what an admin lets the desk do. */
import { askedSchema } from '../../contracts/http.ts';
import { nameField, tradeIdField } from '../../contracts/proposal.ts';
import {
  approvalViewSchema,
  doneSchema,
  pairRequestSchema,
  pairsViewSchema,
  pairViewSchema,
  strategiesQuery,
  strategiesViewSchema,
  strategyLimitRequestSchema,
} from '../../contracts/requests.ts';
import type { Refused } from '../change-ports.ts';
import type { HttpPorts } from '../ports.ts';
import { HttpProblem } from './problems.ts';
import type { Routes } from './routes.ts';

const asked = { name: 'Asked', schema: askedSchema };
const pair = { name: 'Pair', schema: pairViewSchema };

/** Adds the routes of pairs. */
export function addPairRoutes(routes: Routes, ports: HttpPorts): void {
  routes.add(
    {
      method: 'GET',
      path: '/api/v1/pairs',
      access: 'read',
      summary: 'Registered pairs, and who approved each',
      answer: { name: 'Pairs', schema: pairsViewSchema },
    },
    async () => ({ pairs: await ports.listPairs() }),
  );
  routes.add(
    {
      method: 'POST',
      path: '/api/v1/pairs',
      access: 'admin',
      summary: 'Registers two outcomes, one a venue, as together paying 1 a contract',
      body: { name: 'PairRequest', schema: pairRequestSchema },
      answer: pair,
      problems: ['PAIR_REFUSED', 'VENUE_UNREACHABLE'],
    },
    async ({ body: { by, ...request }, role }) => {
      const added = await ports.addPair({ ...request, actor: by ?? role });
      if (added.kind === 'refused') refusePair(added);
      if (added.kind === 'unheard') {
        throw new HttpProblem('VENUE_UNREACHABLE', { message: added.detail });
      }
      return added.pair;
    },
  );
  routes.add(
    {
      method: 'POST',
      path: '/api/v1/pairs/:id/approve',
      access: 'admin',
      summary: "A named person's word that both markets resolve alike",
      params: { id: nameField('id') },
      body: asked,
      answer: pair,
      missing: 'no such pair',
    },
    async ({ params, body: { by, reason }, role }) => {
      const approved = await ports.approvePair({ id: params.id, actor: by ?? role, reason });
      return approved.kind === 'missing' ? undefined : approved.pair;
    },
  );
}

function refusePair({ detail, field }: Refused): never {
  if (field === undefined) throw new HttpProblem('PAIR_REFUSED', { message: detail });
  throw new HttpProblem('INVALID_REQUEST', { problems: [{ field, problem: detail }] });
}

/** Adds the routes of strategies. */
export function addStrategyRoutes(routes: Routes, ports: HttpPorts): void {
  const name = nameField('name');
  const done = { name: 'Done', schema: doneSchema };
  routes.add(
    {
      method: 'GET',
      path: '/api/v1/strategies',
      access: 'read',
      summary: 'Strategies with their executions, caps and what they have open',
      query: strategiesQuery,
      answer: { name: 'Strategies', schema: strategiesViewSchema },
    },
    async ({ query }) => ({ strategies: await ports.listStrategies(query) }),
  );
  routes.add(
    {
      method: 'POST',
      path: '/api/v1/strategies/:name/enable',
      access: 'admin',
      summary: 'Lets a strategy that was stopped trade again; its count starts anew',
      params: { name },
      body: asked,
      answer: done,
    },
    async ({ params, body: { by, reason }, role }) => {
      await ports.enableStrategy({ name: params.name, actor: by ?? role, reason });
      return { done: `strategy ${params.name} may trade again` };
    },
  );
  routes.add(
    {
      method: 'POST',
      path: '/api/v1/strategies/:name/limit',
      access: 'admin',
      summary: "Sets all of a strategy's own caps; what is absent is capped no more",
      params: { name },
      body: { name: 'StrategyLimitRequest', schema: strategyLimitRequestSchema },
      answer: done,
    },
    async ({ params, body: { by, ...caps }, role }) => {
      await ports.limitStrategy({ ...caps, name: params.name, actor: by ?? role });
      return { done: `the caps of strategy ${params.name} are set` };
    },
  );
}

/** Adds the routes of proposals that wait for a person's word. */
export function addApprovalRoutes(routes: Routes, ports: HttpPorts): void {
  routes.add(
    {
      method: 'POST',
      path: '/api/v1/approvals/:id',
      access: 'admin',
      summary: 'Lets a proposal pass whose return is implausible; every other rule is judged anew',
      params: { id: tradeIdField },
      body: asked,
      answer: { name: 'Approval', schema: approvalViewSchema },
      missing: 'no such proposal',
      problems: ['APPROVAL_REFUSED'],
    },
    async ({ params: { id }, body: { by, reason }, role }) => {
      const outcome = await ports.approveProposal({ id, actor: by ?? role, reason });
      if (outcome.kind === 'missing') return undefined;
      if (outcome.kind === 'approved') return { id, status: 'approved' as const };
      throw new HttpProblem('APPROVAL_REFUSED', { message: outcome.detail });
    },
  );
  routes.add(
    {
      method: 'POST',
      path: '/api/v1/approvals/:id/decline',
      access: 'operator',
      summary: 'Says no to a proposal that waits for a word: it is denied at once',
      params: { id: tradeIdField },
      body: asked,
      answer: { name: 'Approval', schema: approvalViewSchema },
      missing: 'no such proposal',
      problems: ['APPROVAL_REFUSED'],
    },
    async ({ params: { id }, body: { by, reason }, role }) => {
      const outcome = await ports.declineProposal({ id, actor: by ?? role, reason });
      if (outcome.kind === 'missing') return undefined;
      if (outcome.kind === 'declined') return { id, status: 'declined' as const };
      throw new HttpProblem('APPROVAL_REFUSED', { message: outcome.detail });
    },
  );
}
