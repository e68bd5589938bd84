/**
 * SIGKILL of the only worker at each await of each way a pair can go. One trade a branch is driven
 * undisturbed and tells the awaits there are; then each of them gets a trade that stands there when
 * its worker is killed. Whoever comes after must bring every trade to the end its branch has.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { verifyBooks } from '../../bin/verify.ts';
import type { TestDesk } from '../support/desk.ts';
import { startTestDesk } from '../support/desk.ts';
import type { TradeView } from '../../contracts/http.ts';
import { DyingWorkers } from '../support/dying-workers.ts';
import type { Stop, Way } from '../support/kill-plan.ts';
import { planOf } from '../support/kill-plan.ts';
import type { Run } from '../support/killing-lane.ts';
import { KillingLane } from '../support/killing-lane.ts';
import type { Branch } from '../support/pair-branches.ts';
import { BRANCHES } from '../support/pair-branches.ts';

const SETTINGS = {
  LIVE_TRADING_INITIAL_BALANCE: '100000',
  LIVE_TRADING_DAILY_LOSS_LIMIT: '50000',
  LIVE_TRADING_MAX_DAILY_TRADES: '100000',
  BALLAST_STRATEGY_EXECUTIONS_MAX: '100000',
  BALLAST_QUOTE_AGE_MS_MAX: '60000',
  BALLAST_LEG_SECONDS: '5',
};
/**
 * Longer than several deaths, so that only what nobody lets hedge comes to stand on one leg; there,
 * long enough for all the trades of a death to be under way before the first halts the desk.
 */
const UNHEDGED_SECONDS = { calm: '900', halting: '10' };
/** Desks of one process: a death of it is one of each, and a watch can stop on each of them. */
const LANES = { calm: 3, halting: 2 };
/** Deaths that a stop is tried for, where no trade comes to it: all do to those that are sure. */
const TRIES_MAX = { sure: 5, unsure: 4 };
/** Of the stops that a trade need not come to a second time, so many must have been killed at. */
const UNSURE_SHARE_MIN = 0.8;
/** Where so many trades were killed, not all of them may have lost their entries. */
const LOST_MIN = 3;

/** Undisturbed trades of each branch. */
const MODELS = 2;
/** A slow machine loses an entry now and then, which ends a trade before its branch begins. */
const LEARNING_ROUNDS_MAX = 4;

type Kind = keyof typeof LANES;
const KINDS: readonly Kind[] = ['calm', 'halting'];
const lanes: { readonly kind: Kind; readonly lane: KillingLane }[] = [];
/** The undisturbed trades by branch. */
const models = new Map<string, Pick<TradeView, 'status' | 'realizedPnl'>>();
let planned: readonly Stop[] = [];
let workers: DyingWorkers | undefined;

const named = (name: string): Branch => BRANCHES.find((branch) => branch.name === name)!;
const lanesOf = (kind: Kind): KillingLane[] =>
  lanes.filter((one) => one.kind === kind).map(({ lane }) => lane);
const label = ({ id, branch, stop }: Run): string =>
  `${id}, “${branch.name}”, ${stop === undefined ? 'undisturbed' : `killed at ${stop.place}`}`;
const allRuns = (): { lane: KillingLane; run: Run }[] =>
  lanes.flatMap(({ lane }) => lane.runs.map((run) => ({ lane, run })));

function openDesk(kind: Kind): Promise<TestDesk> {
  return startTestDesk({
    markets: { markets: [] },
    settings: { ...SETTINGS, BALLAST_MAX_UNHEDGED_SECONDS: UNHEDGED_SECONDS[kind] },
    workers: false,
  });
}

/** Two trades a branch with nobody dying: where the others will stop, and how they must end. */
async function learn(kind: Kind): Promise<readonly Way[]> {
  const mine = lanesOf(kind);
  const branches = BRANCHES.filter(({ halts }) => halts === (kind === 'halting'));
  const good = new Map<Branch, Run[]>(branches.map((branch) => [branch, []]));
  const lacking = (): Branch[] =>
    branches.flatMap((branch) => Array<Branch>(MODELS - good.get(branch)!.length).fill(branch));
  for (let round = 0; lacking().length > 0; round += 1) {
    if (round === LEARNING_ROUNDS_MAX) throw new Error(`nothing went ${lacking()[0]!.name}`);
    const all = lacking();
    await Promise.all(
      mine.map(async (lane, index) => {
        const share = all.filter((_, nth) => nth % mine.length === index);
        for (const run of await lane.undisturbed(share)) {
          const view = await lane.pairs.view(run.id);
          if (view === undefined || view.status !== run.branch.ends[0]) continue;
          good.get(run.branch)!.push(run);
          models.set(run.branch.name, view);
        }
      }),
    );
  }
  return branches.map((branch, index) => {
    const each = good.get(branch)!.map(({ id }) => workers!.passed.get(id)!);
    return {
      branch: branch.name,
      passed: [
        ...new Set(each.flatMap((passed) => ofItsOwn(passed, { kind, isFirst: index === 0 }))),
      ],
      isPassedByAll: (place) => each.every((passed) => passed.includes(place)),
    };
  });
}

/**
 * What a trade that comes to stand on one leg passes, and the calm branches whose second leg and
 * exit are refused do not. What a person then orders makes no difference before.
 */
function ofItsOwn(
  passed: readonly string[],
  { kind, isFirst }: { kind: Kind; isFirst: boolean },
): readonly string[] {
  if (kind === 'calm') return passed;
  const stranded = passed.indexOf('1 after strandTrade, on one leg');
  return passed.filter(
    (place, index) => index >= stranded || (isFirst && place === '1 before strandTrade'),
  );
}

async function killAll(): Promise<void> {
  const of = ({ branch }: Stop): Kind => (named(branch).halts ? 'halting' : 'calm');
  const queues = new Map(KINDS.map((kind) => [kind, planned.filter((stop) => of(stop) === kind)]));
  const tries = new Map<Stop, number>();
  const again = (stop: Stop): boolean => {
    const count = (tries.get(stop) ?? 1) + 1;
    tries.set(stop, count);
    return count <= (stop.sure ? TRIES_MAX.sure : TRIES_MAX.unsure);
  };
  while (KINDS.some((kind) => queues.get(kind)!.length > 0)) {
    workers!.prepare();
    const gather = (kind: Kind): Promise<unknown> =>
      Promise.all(
        lanesOf(kind).map((lane) => lane.gather(queues.get(kind)!, (stop) => named(stop.branch))),
      );
    // Those with a halt ahead have little time: they go when the others stand at their stops.
    await Promise.all([gather('calm'), ...lanesOf('halting').map((lane) => lane.calmDown())]);
    await gather('halting');
    await workers!.kill(async () => {
      await Promise.all(
        lanes.map(async ({ kind, lane }) => {
          queues.get(kind)!.push(...(await lane.bury()).filter(again));
        }),
      );
    });
  }
  await Promise.all(lanes.map(({ lane }) => lane.finish()));
}

beforeAll(async () => {
  const kinds = KINDS.flatMap((kind) => Array.from({ length: LANES[kind] }, () => kind));
  const desks = await Promise.all(kinds.map(openDesk));
  workers = new DyingWorkers(desks as [TestDesk, ...TestDesk[]]);
  for (const [index, desk] of desks.entries()) {
    const kind = kinds[index]!;
    const halts = kind === 'halting';
    lanes.push({ kind, lane: new KillingLane(`${kind}${index}-`, { desk, workers, halts }) });
  }
  await workers.start();
}, 240_000);
afterAll(async () => {
  await workers?.close();
  await Promise.all(lanes.map(({ lane }) => lane.pairs.desk.close()));
});

describe('SIGKILL of the worker at every await of every way a pair can go', () => {
  test('a worker was killed at every one of them', async () => {
    const ways = await Promise.all(KINDS.map(learn));
    planned = planOf(ways.flat());
    await killAll();
    const killed = new Set(
      allRuns().flatMap(({ run: { killed: was, stop } }) =>
        was ? [`${stop!.branch}: ${stop!.place}`] : [],
      ),
    );
    const missed = planned.filter(({ branch, place }) => !killed.has(`${branch}: ${place}`));
    expect(missed.filter(({ sure }) => sure)).toEqual([]);
    const unsure = planned.filter((stop) => !stop.sure);
    expect(missed.length).toBeLessThanOrEqual((1 - UNSURE_SHARE_MIN) * unsure.length);
  }, 1_200_000);

  test('I12 every trade came to the end its branch has, with the P&L of an undisturbed one', async () => {
    const wrong: string[] = [];
    const lost = new Map<string, boolean[]>();
    for (const { lane, run } of allRuns()) {
      const found = await wrongWith(lane, run);
      if (found !== undefined && found !== LOST) wrong.push(`${label(run)}: ${found}`);
      if (!run.killed) continue;
      const { place } = run.stop!;
      lost.set(place, [...(lost.get(place) ?? []), found === LOST]);
    }
    expect(wrong).toEqual([]);
    // A slow machine loses an entry here and there; what a death loses is lost at its place.
    const places = [...lost].filter(([, each]) => each.length >= LOST_MIN && each.every(Boolean));
    expect(places).toEqual([]);
  });

  test('I1 … I9 the books are right, every hold of an ended trade is closed, no order is open', async () => {
    for (const { lane } of lanes) {
      await lane.pairs.mustNotBePaused();
      const { invariants } = await verifyBooks(lane.pairs.desk.engine.ledger);
      expect(invariants.flatMap(({ findings }) => findings)).toEqual([]);
      const { rows } = await lane.pairs.desk.query(`
        SELECT hold.trade_id FROM hold JOIN trade ON trade.id = hold.trade_id
          WHERE trade.ended_at_ms IS NOT NULL AND captured + released <> amount
        UNION ALL SELECT trade_id FROM venue_order
          WHERE state NOT IN ('done', 'rejected', 'notSent')
        UNION ALL SELECT id FROM trade
          WHERE unhedged_since_ms IS NOT NULL OR ended_at_ms IS NULL`);
      expect(rows).toEqual([]);
    }
  });

  test('each trade on one leg alerted once, and each time its desk halted once', async () => {
    for (const { kind, lane } of lanes) {
      const { rows: alerts } = await lane.pairs.desk.query<{ trade_id: string; times: number }>(
        `SELECT trade_id, sum(times)::int AS times FROM alert
         WHERE code = 'ONE_LEGGED' GROUP BY trade_id`,
      );
      expect(alerts.filter(({ times }) => times !== 1)).toEqual([]);
      expect(alerts.length > 0).toBe(kind === 'halting');
      // Every halt was the first trade's on one leg, and lifted before the next.
      const { rows: halts } = await lane.pairs.desk.query<{ action: string }>(
        `SELECT action FROM audit WHERE action IN ('desk.halted', 'desk.resumed') ORDER BY seq`,
      );
      const twice = halts.filter(({ action }, index) => action === halts[index - 1]?.action);
      expect(twice).toEqual([]);
      expect(halts.length > 0).toBe(kind === 'halting');
    }
  });
});

/** Its entry left the desk and never came to the exchange. */
const LOST = 'lost';
/** After the permit an entry may have been sent: it is looked up and never sent again. */
const SENDING = /^1 (after grantPermit|before place|write allowed) \(entry\)$/;

/** What is wrong with how a trade ended; undefined where nothing is. */
async function wrongWith(lane: KillingLane, run: Run): Promise<string | undefined> {
  if (run.failure !== undefined) return run.failure;
  if (run.refused) return undefined;
  const view = await lane.pairs.view(run.id);
  if (view === undefined) return 'nobody proposed it';
  const { status, realizedPnl, failures } = view;
  const model = models.get(run.branch.name);
  if (model === undefined) return 'no trade went this way undisturbed';
  if (run.branch.ends.includes(status)) {
    const isLike = status !== model.status || realizedPnl === model.realizedPnl;
    return isLike ? undefined : `P&L ${realizedPnl}, not ${model.realizedPnl}`;
  }
  const { rows } = await lane.pairs.desk.query<{ failed: number; taken: number; bought: number }>(
    `SELECT (SELECT count(*)::int FROM venue_order WHERE trade_id = '${run.id}'
               AND kind = 'hedge' AND state IN ('rejected', 'notSent')) AS failed,
       count(*)::int AS taken,
       coalesce(sum(filled_micro_contracts - reverted_micro_contracts), 0)::int AS bought
     FROM paper_exchange.client_order
     WHERE market_id IN ('KX-${run.id}', '${run.id}-slug') AND status <> 'rejected'`,
  );
  const [{ failed, taken, bought }] = rows as [(typeof rows)[number]];
  // A pair that can be completed is sold again only where that has failed twice.
  if (status === 'closed' && run.branch.ends[0] === 'settled' && failed >= 2) return undefined;
  // What a death kept from being read in time denies the proposal.
  const stale = failures.every(({ code }) => code === 'STALE_FACTS');
  if (status === 'denied' && stale && taken === 0) return undefined;
  // Else the exchange's own books must tell the same as the desk's: that nothing came of it.
  if (bought > 0) return `${status}, though it holds or sold something`;
  if (status === 'unfilled' || status === 'rejected') return undefined;
  if (status !== 'not_sent') return `${status}, though nothing was bought`;
  if (taken > 0) return 'not sent, though the exchange had its entry';
  return run.killed && SENDING.test(run.stop!.place) ? undefined : LOST;
}
