/**
 * 300 single legs against the simulated Kalshi, with a fault in every fifth call and workers that
 * are killed meanwhile. Whatever happens, every trade ends, and the books are the venue's.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pauseDesk } from '../../bin/desk-control.ts';
import { verifyBooks } from '../../bin/verify.ts';
import type { ProposalInput } from '../../contracts/proposal.ts';
import { everyFault } from '../../simulator/frame/fault-plan.ts';
import { readDesk } from '../../ledger/verbs/desk.ts';
import { eventually } from '../support/desk.ts';
import type { KalshiDesk } from '../support/kalshi-desk.ts';
import { COMPRESSED, proposalOn, startKalshiDesk } from '../support/kalshi-desk.ts';
import { pnlTwice, recordsWith } from '../support/kalshi-records.ts';
import type { WorkerProcess } from '../support/worker-process.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

const SEED = 'kalshi-300';
const TRADES = 300;
/** Some are denied: by facts that could not be read in time, or having waited for a dead worker. */
const PROPOSALS_MAX = 4 * TRADES;
const FAULT_SHARE = 0.2;
const WORKERS = 2;
/** One for each tenth of the trades; at the middle one somebody stops the desk as well. */
const DEATHS = 10;
/** What reaches the venue while the desk stands still: reads, look-ups, cancels. */
const REQUESTS_WHILE_STOPPED = 100;
const SETTINGS = {
  LIVE_TRADING_INITIAL_BALANCE: '50000',
  LIVE_TRADING_DAILY_LOSS_LIMIT: '40000',
  LIVE_TRADING_MAX_DAILY_TRADES: '100000',
  BALLAST_STRATEGY_EXECUTIONS_MAX: '100000',
};
/** What only Kalshi can play, beside what the frame does; all of it is over before the horizon. */
const VENUE_FAULTS = [
  { kind: 'hideEffect', weight: 4, ms: 2000, endpoints: ['createOrder'] },
  { kind: 'partialFill', weight: 4, endpoints: ['createOrder'] },
  { kind: 'pauseTrading', weight: 1, ms: 500, endpoints: ['createOrder'] },
  { kind: 'ghostFill', weight: 8, ms: 2000, endpoints: ['cancelOrder'] },
];

let desk: KalshiDesk;
const workers: WorkerProcess[] = [];
let deaths = 0;
let breaches = 0;
/** What each proposal was answered, by its id. */
const told = new Map<string, string>();
/** What the venue got to see while the desk stood still. */
let standstill:
  { readonly listed: readonly string[]; readonly sent: readonly string[] } | undefined;

beforeAll(async () => {
  desk = await startKalshiDesk({ workers: false, settings: SETTINGS });
  await desk.simulator.admin('deposit', { amount: '99000' });
  await desk.goLive();
  await Promise.all(Array.from({ length: WORKERS }, startWorker));
}, 240_000);
afterAll(async () => {
  for (const worker of workers) worker.signal('SIGKILL');
  await Promise.all(workers.map(({ exited }) => exited));
  await desk.close();
});

async function startWorker(): Promise<void> {
  const tuning = {
    TEST_CHILD_LIVE_TUNING: JSON.stringify(COMPRESSED),
    TEST_CHILD_LOG: process.env['TEST_CHILD_LOG'] ?? 'silent',
  };
  const worker = startWorkerProcess('mortal-worker-child.ts', desk, tuning);
  workers.push(worker);
  await worker.said('loaded');
  worker.tell('go');
  await worker.said('working');
}

/** Kills the longest-lived worker; another has been started in its place. */
async function killOne(): Promise<void> {
  const [oldest] = workers.splice(0, 1);
  oldest!.signal('SIGKILL');
  await oldest!.exited;
  deaths += 1;
  await startWorker();
}

/** Every kind of order there is, on a market of its own. */
function wish(index: number): { ticker: string; proposal: ProposalInput } {
  const ticker = `KX-${index}`;
  const outcome = index % 3 === 0 ? 'no' : 'yes';
  const tif = (['ioc', 'gtd', 'fok', 'gtd'] as const)[index % 4]!;
  // Some of those that rest are offered too little, and wait for their end.
  const limitPrice = index % 8 === 3 ? '0.49' : '0.50';
  const inMs = tif === 'gtd' ? 8_000 : 60_000;
  const proposal = proposalOn(ticker, {
    legs: [{ venue: 'kalshi', market: ticker, outcome, limitPrice }],
    quantity: String(5 + (index % 7)),
    tif,
    expiresAt: new Date(Date.now() + inMs).toISOString(),
  });
  return { ticker, proposal };
}

async function list(ticker: string): Promise<void> {
  // The house does not trade with itself: NO is offered at 0.50 as well.
  const side = { asks: [['0.50', '1000']], bids: [['0.50', '1000']] };
  await desk.simulator.admin('openMarket', { ticker });
  await desk.simulator.admin('setBook', { ticker, yes: side, no: {} });
}

const countOf = async (where: string): Promise<number> => {
  const { rows } = await desk.query<{ count: bigint }>(
    `SELECT count(*) AS count FROM trade WHERE book = 'rehearsal' AND ${where}`,
  );
  return Number(rows[0]!.count);
};

const settled = new Set<string>();

const isActive = async (): Promise<true | undefined> => {
  const { desk: row } = await readDesk(desk.engine.ledger.db, 'main');
  return row.state === 'active' ? true : undefined;
};

/** Gives every market with an open position its result; each fifth pays a fraction. */
async function settleOpen(): Promise<void> {
  const { rows } = await desk.query<{ id: string; market: string }>(
    `SELECT trade.id, leg.market FROM trade JOIN leg ON leg.trade_id = trade.id
     WHERE trade.status = 'open' AND trade.book = 'rehearsal'`,
  );
  for (const { market } of rows) {
    if (settled.has(market)) continue;
    settled.add(market);
    const index = Number(market.slice(3));
    const payout = index % 5 === 0 ? '0.45' : index % 2 === 0 ? '1' : '0';
    await desk.simulator.admin('setResult', { ticker: market, payout });
  }
}

/**
 * A venue that takes its own final word back stops the desk, as it must: somebody looks at what it
 * adopted and lets the desk go on.
 */
async function resumeAfterBreach(): Promise<void> {
  const { ledger, clock } = desk.engine;
  const { desk: row } = await readDesk(ledger.db, 'main');
  if (row.state === 'active') return;
  breaches += 1;
  const asked = { desk: 'main', actor: 'ann', role: 'admin', reason: 'looked at it' } as const;
  const intentId = await ledger.writeIntent({ ...asked, action: 'resume' });
  const requestId = `resume-${breaches}`;
  await ledger.resumeDesk('main', { ...asked, requestId, intentId }, await clock.read());
}

/** A person stops the desk in the midst of it; a worker dies, and the venue is watched meanwhile. */
async function standStill(): Promise<void> {
  const { ledger, clock } = desk.engine;
  const { unresolved } = await pauseDesk(ledger, clock, { actor: 'ann', reason: 'stands still' });
  const from = desk.simulator.journal().at(-1)!.seq;
  const since = () => desk.simulator.journal().filter(({ seq }) => seq > from);
  await killOne();
  await eventually(
    'the venue to be asked',
    async () => (since().length >= REQUESTS_WHILE_STOPPED ? true : undefined),
    120_000,
  );
  const orders = since().filter(({ endpoint }) => endpoint === 'createOrder');
  standstill = { listed: unresolved, sent: orders.map(({ identity }) => identity) };
}

test('300 trades under faults and deaths all come to an end', async () => {
  const plan = everyFault(SEED, FAULT_SHARE);
  await desk.simulator.drawFaults({ ...plan, kinds: [...plan.kinds, ...VENUE_FAULTS] });
  let proposed = 0;
  const propose = async (): Promise<void> => {
    while (proposed < PROPOSALS_MAX && (await countOf('TRUE')) < TRADES) {
      const { ticker, proposal } = wish(proposed++);
      await list(ticker);
      const { status, body } = await desk.submit(proposal);
      told.set(proposal.id!, 'status' in body ? String(body.status) : String(status));
      // Stopped until somebody has looked: what is proposed meanwhile is not even decided.
      if (status === 423) await eventually('the desk to go on', isActive, 180_000);
    }
  };
  const stop = new AbortController();
  const meanwhile = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      if (deaths < DEATHS && proposed >= (deaths * TRADES) / DEATHS) {
        await (deaths === DEATHS / 2 ? standStill() : killOne());
      }
      await settleOpen();
      await resumeAfterBreach();
      // What its Schedule does every 30 s: an adopted trade has no run any more.
      await desk.engine.activities.sweepTrades();
    }
  };
  const settling = meanwhile();
  await Promise.all(Array.from({ length: 10 }, propose));
  await eventually('deaths', async () => (deaths >= DEATHS ? true : undefined), 300_000);
  await desk.simulator.drawFaults(null);
  await eventually(
    'every trade to end',
    async () => ((await countOf('ended_at_ms IS NULL')) === 0 ? true : undefined),
    240_000,
  );
  stop.abort();
  await settling;
  expect(await countOf('TRUE')).toBeGreaterThanOrEqual(TRADES);
  const { rows } = await desk.query<{ status: string; count: bigint }>(
    `SELECT status, count(*) AS count FROM trade WHERE book = 'rehearsal' GROUP BY 1 ORDER BY 1`,
  );
  const statuses = rows.map(({ status, count }) => `${count} ${status}`).join(', ');
  const drawn = JSON.stringify(desk.simulator.faults());
  console.log(
    `${proposed} proposed, ${statuses}; ${deaths} deaths, ${breaches} times resumed; faults ${drawn}`,
  );
}, 900_000);

describe('afterwards', () => {
  test('I1 no identity had two effects at the venue', () => {
    const created = desk.simulator.requests('createOrder');
    const twice = [...new Set(created.map(({ identity }) => identity))].filter(
      (identity) => desk.simulator.effects('createOrder', identity) > 1,
    );
    expect(twice).toEqual([]);
  });

  test('I3 nothing was sent while the desk stood still but what the stop had listed', () => {
    expect(standstill).toBeDefined();
    const { listed, sent } = standstill!;
    expect(sent.filter((identity) => !listed.includes(identity))).toEqual([]);
  });

  test('I4 whatever was answered is what the ledger says, all deaths later', async () => {
    const { rows } = await desk.query<{ id: string; accepted: boolean }>(
      `SELECT decision.trade_id AS id, accepted FROM decision
       LEFT JOIN trade ON trade.id = trade_id WHERE NOT accepted OR trade.id IS NOT NULL`,
    );
    const decided = new Map(rows.map(({ id, accepted }) => [id, accepted]));
    const lost = [...told].filter(
      ([id, answer]) =>
        (answer === 'accepted' && decided.get(id) !== true) ||
        (answer === 'denied' && decided.get(id) !== false) ||
        (answer === 'pending' && !decided.has(id)),
    );
    expect(lost).toEqual([]);
    expect([...told.values()].filter((answer) => answer === 'accepted').length).toBeGreaterThan(
      200,
    );
  });

  test('I2 I5 I6 I7 I8 I9 ledger and venue agree on every order, fill and result', async () => {
    const readRecords = recordsWith(desk.simulator);
    const { invariants } = await verifyBooks(desk.engine.ledger, { readRecords });
    expect(invariants.flatMap(({ findings }) => findings)).toEqual([]);
  });

  test("I6 P&L is the venue's settlement records', to the micro-dollar", async () => {
    const { venue, ledger } = await pnlTwice(desk, desk.simulator);
    expect(ledger).toBe(venue);
    expect(ledger).not.toBe(0n);
  });

  test('I12 no order is unknown, resting or on its way', async () => {
    const { rows } = await desk.query(
      `SELECT id, state FROM venue_order WHERE state NOT IN ('done','rejected','notSent')`,
    );
    expect(rows).toEqual([]);
    expect(await desk.engine.venues.find(({ book }) => book === 'rehearsal')!.openOrders()).toEqual(
      [],
    );
  });

  test('I15 no order was sent without a hold that covered it', async () => {
    const { rows } = await desk.query(
      `SELECT venue_order.id FROM venue_order JOIN permit ON permit.order_id = venue_order.id
       WHERE NOT EXISTS (SELECT FROM hold WHERE hold.trade_id = venue_order.trade_id
         AND hold.target = 'rehearsal/kalshi/cash' AND hold.amount >=
           (request->>'quantity')::numeric * (request->>'limitPrice')::numeric / 1000000)`,
    );
    expect(rows).toEqual([]);
    const { rows: over } = await desk.query(`SELECT id FROM account WHERE overrun > 0`);
    expect(over).toEqual([]);
  });
});
