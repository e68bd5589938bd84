/** What a submitter is told, by what became of the proposal. */
import { expect, test } from '@jest/globals';
import { submissionSchema } from '../../contracts/http.ts';
import { proposalSchema } from '../../contracts/proposal.ts';
import type { Received, SubmitDeps } from '../../client/submit.ts';
import { DECISION_WAIT_MS, submitProposal } from '../../client/submit.ts';
import { admit } from '../../domain/risk/admission.ts';
import type { Decision } from '../../ledger/read/decisions.ts';
import { pairViewOf } from '../domain/pair-builders.ts';
import { fiftyAt58 } from '../domain/builders.ts';
import { pairProposal } from '../support/markets.ts';

const proposal = proposalSchema.parse(pairProposal('p', 'g'));

/** Submits a proposal that is received as `received` and finds `decision`. */
async function submit(received: Received, decision: Decision | undefined) {
  const calls: string[] = [];
  const deps: SubmitDeps = {
    receive: async () => received,
    startTrade: async (id) => void calls.push(`start ${id}`),
    decisions: {
      await: async (id, timeoutMs) => {
        calls.push(`await ${id} ${timeoutMs}`);
        return decision;
      },
      close: async () => {},
    },
    isLedgerUnreachable: () => false,
    report: () => {},
  };
  return { answer: await submitProposal(deps, { id: 'p', proposal }), calls };
}

function accepted(view: Parameters<typeof admit>[0]): Decision {
  const admission = admit(view);
  if (!admission.accepted) throw new Error('not accepted');
  return { kind: 'accepted', plan: admission.plan };
}

const until = '2026-11-22T12:10:00.000Z';
const failures = [{ code: 'IMPLAUSIBLE_ROI' as const, passed: false, detail: 'much', numbers: {} }];
const awaiting: Decision = { kind: 'awaiting', untilMs: Date.parse(until), failures };
const awaitingBody = { status: 'awaiting_approval', id: 'p', until, failures };

test('an accepted pair names both legs with the venue’s own words and what each may cost', async () => {
  const { answer } = await submit({ kind: 'received' }, accepted(pairViewOf()));
  expect(answer.status).toBe(202);
  expect(submissionSchema.parse(answer.body)).toEqual({
    status: 'accepted',
    id: 'p',
    quantity: '50',
    worstCase: '48.4369',
    roiPercent: '2.7424',
    outcome: 'Blue Jackets + Panthers',
    legs: [
      {
        venue: 'kalshi',
        market: 'KXNHLGAME-26NOV22CBJFLA-CBJ',
        outcome: 'Blue Jackets',
        limitPrice: '0.36',
        priceMax: '0.36',
        worstCase: '18.8114',
      },
      {
        venue: 'polymarket',
        market: 'nhl-cbj-fla-2026-11-22',
        outcome: 'Panthers',
        limitPrice: '0.58',
        priceMax: '0.58',
        worstCase: '29.6255',
      },
    ],
  });
});

test('an accepted single leg keeps its answer', async () => {
  const { answer } = await submit({ kind: 'received' }, accepted(fiftyAt58()));
  expect(answer.body).toMatchObject({
    quantity: '50',
    worstCase: '29.88',
    roiPercent: '7.1933',
    outcome: 'Panthers',
  });
});

test('what waits for approval is told with 202, until when and why', async () => {
  const { answer, calls } = await submit({ kind: 'received' }, awaiting);
  expect(answer).toEqual({ status: 202, body: awaitingBody });
  expect(submissionSchema.parse(answer.body)).toEqual(awaitingBody);
  expect(calls).toEqual(['start p', `await p ${DECISION_WAIT_MS}`]);
});

test('a repeat while it waits answers 200 with the same, and starts nothing', async () => {
  const { answer, calls } = await submit({ kind: 'awaiting' }, awaiting);
  expect(answer).toEqual({ status: 200, body: awaitingBody });
  expect(calls).toEqual([`await p ${DECISION_WAIT_MS}`]);
});

test('a repeat just after the approval waits for the decision', async () => {
  const { answer } = await submit({ kind: 'awaiting' }, accepted(pairViewOf()));
  expect(answer).toMatchObject({ status: 200, body: { status: 'accepted' } });
});

test('a decided proposal answers from the ledger at once', async () => {
  const { answer, calls } = await submit({ kind: 'decided' }, { kind: 'denied', failures });
  expect(answer).toMatchObject({ status: 200, body: { status: 'denied' } });
  expect(calls).toEqual(['await p 0']);
});
