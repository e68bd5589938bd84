/** The submitter's own refusals are in the API's table, with the statuses it answers. */
import { expect, test } from '@jest/globals';
import { HTTP_PROBLEMS } from '../../../client/http/problems.ts';
import type { Received, SubmitDeps } from '../../../client/submit.ts';
import { submitProposal } from '../../../client/submit.ts';
import { proposalSchema } from '../../../contracts/proposal.ts';
import { SINGLE_LEG } from './stub-ports.ts';

const proposal = proposalSchema.parse(SINGLE_LEG);
const lost = new Error('lost');

const deps = (overrides: Partial<SubmitDeps>): SubmitDeps => ({
  receive: async () => ({ kind: 'received' }),
  startTrade: async () => undefined,
  decisions: { await: async () => undefined, close: async () => undefined },
  isLedgerUnreachable: (error) => error === lost,
  report: () => undefined,
  ...overrides,
});
const received = (answer: Received): Partial<SubmitDeps> => ({ receive: async () => answer });

const rows: [code: keyof typeof HTTP_PROBLEMS, overrides: Partial<SubmitDeps>][] = [
  ['ID_CONFLICT', received({ kind: 'conflict' })],
  ['DESK_PAUSED', received({ kind: 'closed', state: 'paused', reason: 'lunch' })],
  ['DESK_HALTED', received({ kind: 'closed', state: 'halted', reason: 'naked' })],
  ['LEDGER_UNREACHABLE', { receive: () => Promise.reject(lost) }],
  ['ENGINE_UNREACHABLE', { startTrade: () => Promise.reject(new Error('no Temporal')) }],
];

test.each(rows)('%s', async (code, overrides) => {
  const answer = await submitProposal(deps(overrides), { id: 'fed-1', proposal });
  expect(answer).toMatchObject({ status: HTTP_PROBLEMS[code].status, body: { code } });
});
