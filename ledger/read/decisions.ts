/** How a submitter learns what was decided: the decision row, announced by NOTIFY. */
import pg from 'pg';
import type { Verdict } from '../../domain/risk/codes.ts';
import { failuresOf } from '../../domain/risk/admission.ts';
import type { TradePlan } from '../../domain/trade-plan.ts';
import { tradePlanOf } from '../../domain/trade-plan.ts';
import type { LedgerDb } from '../database.ts';
import { toNumber } from '../database.ts';
import { DECISION_CHANNEL } from '../verbs/reserve-write.ts';

export type Decision =
  | { readonly kind: 'accepted'; readonly plan: TradePlan }
  | { readonly kind: 'denied'; readonly failures: readonly Verdict[] }
  /** Undecided until an admin approves it, or the time is over. */
  | {
      readonly kind: 'awaiting';
      readonly untilMs: number;
      readonly failures: readonly Verdict[];
    };

/** The stored decision, the same for ever once it is made; undefined while there is none. */
export async function readDecision(db: LedgerDb, tradeId: string): Promise<Decision | undefined> {
  const row = await db
    .selectFrom('proposal')
    .leftJoin('decision', 'decision.trade_id', 'proposal.id')
    .leftJoin('approval', 'approval.trade_id', 'proposal.id')
    .select(['accepted', 'decision.verdicts', 'plan'])
    .select(['until_ms', 'approved_by', 'approval.verdicts as asked'])
    .where('proposal.id', '=', tradeId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { accepted, until_ms: untilMs } = row;
  if (accepted === true) return { kind: 'accepted', plan: tradePlanOf(row.plan) };
  if (accepted === false)
    return { kind: 'denied', failures: failuresOf(row.verdicts as Verdict[]) };
  // Approved: the decision is on its way.
  if (untilMs === null || row.approved_by !== null) return undefined;
  const failures = failuresOf(row.asked as Verdict[]);
  return { kind: 'awaiting', untilMs: toNumber(untilMs), failures };
}

export interface DecisionListener {
  /** Resolves with the decision, or with undefined once `timeoutMs` have passed without one. */
  await(tradeId: string, timeoutMs: number): Promise<Decision | undefined>;
  close(): Promise<void>;
}

const RECONNECT_MS = 500;
/** A notification lost with its connection is made up for by looking again this often. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Listens for decisions on one connection of its own, which is made again when it breaks. Start
 * waiting before the workflow is started: the first look then finds what came earlier.
 */
export function listenForDecisions(db: LedgerDb, url: string): DecisionListener {
  const waiting = new Map<string, Set<() => void>>();
  let closed = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    if (closed) return;
    const fresh = new pg.Client({ connectionString: url, application_name: 'ballast-decisions' });
    fresh.on('notification', (message) => {
      for (const wake of waiting.get(message.payload ?? '') ?? []) wake();
    });
    let over = false;
    const lost = (): void => {
      // A connection that fails to open says so twice: by its error and by its end.
      if (over) return;
      over = true;
      if (client === fresh) client = undefined;
      if (!closed) retry = setTimeout(() => void connect().catch(() => {}), RECONNECT_MS);
    };
    fresh.on('error', () => {});
    fresh.on('end', lost);
    try {
      await fresh.connect();
      await fresh.query(`LISTEN ${DECISION_CHANNEL}`);
      if (closed) await fresh.end();
      else client = fresh;
    } catch {
      await fresh.end().catch(() => {});
      lost();
    }
  };
  const connected = connect();

  const awaitDecision = async (
    tradeId: string,
    timeoutMs: number,
  ): Promise<Decision | undefined> => {
    const deadlineMs = performance.now() + timeoutMs;
    for (;;) {
      const woken = wakeUp(waiting, tradeId, Math.min(LOOK_AGAIN_MS, timeoutMs));
      try {
        const decision = await readDecision(db, tradeId);
        if (decision !== undefined || performance.now() >= deadlineMs) return decision;
        await woken.promise;
      } finally {
        woken.cancel();
      }
    }
  };

  return {
    await: awaitDecision,
    close: async () => {
      closed = true;
      clearTimeout(retry);
      await connected.catch(() => {});
      await client?.end().catch(() => {});
    },
  };
}

function wakeUp(
  waiting: Map<string, Set<() => void>>,
  tradeId: string,
  afterMs: number,
): { promise: Promise<void>; cancel: () => void } {
  let wake = (): void => {};
  const promise = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const timer = setTimeout(wake, afterMs);
  const wakes = waiting.get(tradeId) ?? new Set();
  wakes.add(wake);
  waiting.set(tradeId, wakes);
  const cancel = (): void => {
    clearTimeout(timer);
    wakes.delete(wake);
    if (wakes.size === 0 && waiting.get(tradeId) === wakes) waiting.delete(tradeId);
  };
  return { promise, cancel };
}
