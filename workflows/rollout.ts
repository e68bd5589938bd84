/**
 * One desk, for ever: takes pause, halt and resume by signal and by update, and shows where it
 * stands.
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
import type { ClearedBook, HaltAnswer } from '../domain/halt.ts';
import { isClear } from '../domain/halt.ts';
import type { DeskProgress } from './messages.ts';
import {
  deskChangedSignal,
  deskStatusQuery,
  haltSignal,
  haltUpdate,
  pauseSignal,
  pauseUpdate,
  rearmUpdate,
  resumeSignal,
  resumeUpdate,
} from './messages.ts';
import { haltAndClear } from './halt.ts';
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

type Message = { readonly kind: 'pause' | 'halt' | 'resume'; readonly request: DeskRequest };

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
  const halt = async (request: DeskRequest): Promise<HaltAnswer> => {
    const answer = await haltAndClear(desk, request);
    progress = { ...progress, halt: answer };
    stale = true;
    return answer;
  };
  takeSignals({
    take: (message) => void inbox.push(message),
    look: () => void (stale = true),
  });
  setHandler(deskStatusQuery, () => progress, { description: 'where the desk stands' });
  setHandler(
    pauseUpdate,
    async (request) => {
      const answer = await pause(desk, request);
      stale = true;
      return answer;
    },
    { validator: assertRequest, description: 'stop entries; answers when the stop holds' },
  );
  setHandler(haltUpdate, halt, {
    validator: assertRequest,
    description: 'stop every order and cancel what is open; answers with what is left',
  });
  setHandler(resumeUpdate, letGoOn, { validator: assertRequest, description: 'let entries go on' });
  setHandler(rearmUpdate, letGoOn, {
    validator: assertRequest,
    description: 'lift a halt, with an admin’s intent',
  });
  for (;;) {
    await condition(() => inbox.length > 0 || stale || workflowInfo().continueAsNewSuggested);
    for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) {
      if (next.kind === 'pause') await stopping.pauseDesk(desk, next.request);
      else if (next.kind === 'halt') await halt(next.request);
      else await resume(next.request);
      stale = true;
    }
    if (stale) {
      stale = false;
      const standing = await reading.readStanding(desk);
      progress = { ...progress, standing };
      setCurrentDetails(detailsOf(progress));
    }
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      // Nothing between here and the command: what arrives later is the next run's.
      if (inbox.length === 0) await continueAsNew<typeof rollout>(desk, resumes);
    }
  }
}

/** Hands on what signals say, in their order; none of them ever throws. */
function takeSignals({
  take,
  look,
}: {
  take: (message: Message) => void;
  /** The desk's row may have changed. */
  look: () => void;
}): void {
  const pausing = (raw: unknown): void => take({ kind: 'pause', request: requestOf(raw) });
  const goingOn = (raw: unknown): void => take({ kind: 'resume', request: requestOf(raw) });
  // A run that was sent a halt before there was one only looked at the desk again.
  const halting = (raw: unknown): void =>
    patched('halt-by-signal') ? take({ kind: 'halt', request: requestOf(raw) }) : look();
  // What came before the first task is handed out handler by handler, by this one alone in the
  // order of arrival: a resume followed by a pause must end in a pause.
  if (patched('signals-in-order')) {
    setDefaultSignalHandler((name, raw) => {
      if (name === 'pause') pausing(raw);
      else if (name === 'resume') goingOn(raw);
      else if (name === 'halt') halting(raw);
      else look();
    });
  }
  setHandler(pauseSignal, pausing, { description: 'stop entries: {"by": "…", "reason": "…"}' });
  setHandler(haltSignal, halting, {
    description: 'stop every order and cancel what is open: {"by": "…", "reason": "…"}',
  });
  setHandler(resumeSignal, goingOn, {
    description: 'undo an operator’s pause: {"by": "…", "reason": "…"}',
  });
  setHandler(deskChangedSignal, look, { description: 'the desk’s row changed; show it' });
}

async function pause(desk: DeskId, request: DeskRequest): Promise<Acknowledgement> {
  await stopping.pauseDesk(desk, request);
  return acknowledging.acknowledgeStop(desk);
}

/** What the signals take. */
const ARGUMENT = '`{"by": "…", "reason": "…"}`';

function detailsOf({ desk, standing, halt }: DeskProgress): string {
  if (standing === null) return `Desk **${desk}**`;
  const { state, phase, reason, changedBy, changedAtMs, epoch, cause } = standing;
  const since = new Date(changedAtMs).toISOString();
  const lines = [
    `Desk **${desk}** is **${state}** in phase **${phase}** (epoch ${epoch})`,
    `since ${since}, by ${changedBy}: ${reason}`,
  ];
  if (state === 'active')
    lines.push(
      `Signal \`pause\` with ${ARGUMENT} stops entries; exits go on. Signal \`halt\` stops every order and cancels what is open.`,
    );
  else if (state === 'paused' && cause === 'operator')
    lines.push(`Entries wait. Signal \`resume\` with ${ARGUMENT} undoes this.`);
  else if (state === 'halted')
    lines.push(
      'Nothing but cancels is sent. Only `ballast rearm` with the admin’s token lifts this.',
      ...(halt === undefined ? [] : halt.venues.map(clearedLine)),
    );
  else
    lines.push(
      'Entries wait. No signal can undo this: `ballast resume` with the admin’s token can.',
    );
  return lines.join('\n\n');
}

function clearedLine(cleared: ClearedBook): string {
  const { venue, book, cancelled, unresolved, open, detail } = cleared;
  if (isClear(cleared)) return `${venue} ${book}: ${cancelled.length} cancelled, nothing is open.`;
  if (!cleared.listed) return `${venue} ${book}: **not verified**: ${detail}`;
  return `${venue} ${book}: ${cancelled.length} cancelled, **${open.length} open, ${unresolved.length} unresolved**`;
}
