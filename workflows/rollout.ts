/**
 * One desk, for ever: takes pause and resume by signal and by update, and shows where it stands.
 * The desk's row in the ledger is the truth; this workflow is one of the ways to change it.
 */
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  patched,
  proxyLocalActivities,
  setCurrentDetails,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { Acknowledgement, DeskId, DeskRequest } from '../domain/desk.ts';
import type { DeskProgress } from './messages.ts';
import {
  deskChangedSignal,
  deskStatusQuery,
  pauseSignal,
  pauseUpdate,
  rearmUpdate,
  resumeSignal,
  resumeUpdate,
} from './messages.ts';
import { assertRequest, requestOf } from './requests.ts';

const ledgerTo = (summary: string) =>
  proxyLocalActivities<Activities>({
    startToCloseTimeout: '20s',
    retry: { maximumInterval: '5s', nonRetryableErrorTypes: ['DeskMissing'] },
    summary,
  });

const stopping = ledgerTo('stop entries');
const acknowledging = ledgerTo('wait until no order can leave any more');
const resuming = ledgerTo('let entries go on, where that is allowed');
const reading = ledgerTo('read where the desk stands');

type Message = { readonly kind: 'pause' | 'resume'; readonly request: DeskRequest };

/**
 * Serves the desk until it is terminated; a new run goes on from the ledger's row. A workflow task
 * that is lost, and a reset from outside, play a resume again: each carries a number that is the
 * same then, by which the ledger knows it. A pause played again is no harm.
 * @param resumes how many resumes the runs before this one have taken
 */
export async function rollout(desk: DeskId, resumes = 0): Promise<never> {
  const { firstExecutionRunId } = workflowInfo();
  const resume = (request: DeskRequest & { readonly intentId?: string }) => {
    resumes += 1;
    return resuming.resumeDesk(desk, {
      ...request,
      requestId: `${firstExecutionRunId}/${resumes}`,
    });
  };
  const letGoOn = async (request: DeskRequest & { readonly intentId?: string }) => {
    const outcome = await resume(request);
    stale = true;
    return outcome.kind === 'refused' ? outcome : ({ kind: 'resumed' } as const);
  };
  const inbox: Message[] = [];
  let stale = true;
  let progress: DeskProgress = { desk, standing: null };
  // What came before the first task is handed out handler by handler, by this one alone in the
  // order of arrival: a resume followed by a pause must end in a pause.
  if (patched('signals-in-order')) {
    setDefaultSignalHandler((name, raw) => {
      if (name === 'pause' || name === 'resume')
        inbox.push({ kind: name, request: requestOf(raw) });
      else stale = true;
    });
  }
  setHandler(deskStatusQuery, () => progress, { description: 'where the desk stands' });
  setHandler(pauseSignal, (raw) => void inbox.push({ kind: 'pause', request: requestOf(raw) }), {
    description: 'stop entries: {"by": "…", "reason": "…"}',
  });
  setHandler(resumeSignal, (raw) => void inbox.push({ kind: 'resume', request: requestOf(raw) }), {
    description: 'undo an operator’s pause: {"by": "…", "reason": "…"}',
  });
  setHandler(deskChangedSignal, () => void (stale = true), {
    description: 'the desk’s row changed; show it',
  });
  setHandler(
    pauseUpdate,
    async (request) => {
      const answer = await pause(desk, request);
      stale = true;
      return answer;
    },
    { validator: assertRequest, description: 'stop entries; answers when the stop holds' },
  );
  setHandler(resumeUpdate, letGoOn, { validator: assertRequest, description: 'let entries go on' });
  setHandler(rearmUpdate, letGoOn, {
    validator: assertRequest,
    description: 'lift a halt, with an admin’s intent',
  });
  for (;;) {
    await condition(() => inbox.length > 0 || stale || workflowInfo().continueAsNewSuggested);
    for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) {
      if (next.kind === 'pause') await stopping.pauseDesk(desk, next.request);
      else await resume(next.request);
      stale = true;
    }
    if (stale) {
      stale = false;
      progress = { desk, standing: await reading.readStanding(desk) };
      setCurrentDetails(detailsOf(progress));
    }
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      // Nothing between here and the command: what arrives later is the next run's.
      if (inbox.length === 0) await continueAsNew<typeof rollout>(desk, resumes);
    }
  }
}

async function pause(desk: DeskId, request: DeskRequest): Promise<Acknowledgement> {
  await stopping.pauseDesk(desk, request);
  return acknowledging.acknowledgeStop(desk);
}

/** What the signals take. */
const ARGUMENT = '`{"by": "…", "reason": "…"}`';

function detailsOf({ desk, standing }: DeskProgress): string {
  if (standing === null) return `Desk **${desk}**`;
  const { state, phase, reason, changedBy, changedAtMs, epoch, cause } = standing;
  const since = new Date(changedAtMs).toISOString();
  const lines = [
    `Desk **${desk}** is **${state}** in phase **${phase}** (epoch ${epoch})`,
    `since ${since}, by ${changedBy}: ${reason}`,
  ];
  if (state === 'active')
    lines.push(`Signal \`pause\` with ${ARGUMENT} stops entries; exits go on.`);
  else if (state === 'paused' && cause === 'operator')
    lines.push(`Entries wait. Signal \`resume\` with ${ARGUMENT} undoes this.`);
  else if (state === 'halted')
    lines.push('Entries wait. Only `ballast rearm` with the admin’s token lifts this.');
  else
    lines.push(
      'Entries wait. No signal can undo this: `ballast resume` with the admin’s token can.',
    );
  return lines.join('\n\n');
}
