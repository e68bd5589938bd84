/**
 * 300 single legs against a simulated venue, with a fault in every fifth call and workers that are
 * killed meanwhile. Whatever happens, every trade ends, and the books are the venue's.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pauseDesk } from '../../bin/desk-control.ts';
import { verifyBooks } from '../../bin/verify.ts';
import type { ProposalInput } from '../../contracts/proposal.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import { everyFault } from '../../simulator/frame/fault-plan.ts';
import type { FaultPlan } from '../../simulator/frame/fault-plan.ts';
import { readDesk } from '../../ledger/verbs/desk.ts';
import type { readPaperRecords } from '../../venues/paper/records.ts';
import { eventually } from './desk.ts';
import type { RehearsalDesk } from './rehearsal-desk.ts';
import { resumeAfterBreach } from './resume.ts';
import type { TestSimulator } from './simulator.ts';
import type { WorkerProcess } from './worker-process.ts';
import { startWorkerProcess } from './worker-process.ts';

/** What differs from venue to venue. */
export interface FaultRun {
  readonly venue: VenueId;
  /** Starts a desk without workers, with these settings and money enough. */
  readonly start: (settings: Record<string, string>) => Promise<RehearsalDesk>;
  /** What the worker processes' clients are told to hurry with. */
  readonly tuning: object;
  /** What only this venue can play, beside what the frame does; all of it over before the horizon. */
  readonly venueFaults: FaultPlan['kinds'];
  /** Opens the `index`-th market, its two outcomes offered, and answers its name and a wish on it. */
  readonly offer: (desk: RehearsalDesk, index: number) => Promise<ProposalInput>;
  /** Gives the `index`-th market its result; each fifth pays a fraction where the venue has such. */
  readonly settle: (desk: RehearsalDesk, market: string, index: number) => Promise<void>;
  readonly recordsOf: (simulator: TestSimulator) => typeof readPaperRecords;
  /** The P&L by the venue's own records, against the ledger's, µ$. */
  readonly pnlTwice: (desk: RehearsalDesk) => Promise<{ venue: bigint; ledger: bigint }>;
}

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

/** The state of one run. */
class Running {
  readonly desk: RehearsalDesk;
  readonly run: FaultRun;
  /** What each proposal was answered, by its id. */
  readonly told = new Map<string, string>();
  /** What the venue got to see while the desk stood still. */
  standstill: { readonly listed: readonly string[]; readonly sent: readonly string[] } | undefined;
  deaths = 0;
  breaches = 0;
  proposed = 0;
  readonly #workers: WorkerProcess[] = [];
  /** Its place in the order of listing, by market. */
  readonly #markets = new Map<string, number>();
  readonly #settled = new Set<string>();

  constructor(run: FaultRun, desk: RehearsalDesk) {
    this.run = run;
    this.desk = desk;
  }

  async startWorker(): Promise<void> {
    const worker = startWorkerProcess('mortal-worker-child.ts', this.desk, {
      TEST_CHILD_LIVE_TUNING: JSON.stringify(this.run.tuning),
      TEST_CHILD_LOG: process.env['TEST_CHILD_LOG'] ?? 'silent',
    });
    this.#workers.push(worker);
    await worker.said('loaded');
    worker.tell('go');
    await worker.said('working');
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) worker.signal('SIGKILL');
    await Promise.all(this.#workers.map(({ exited }) => exited));
    await this.desk.close();
  }

  async countOf(where: string): Promise<number> {
    const { rows } = await this.desk.query<{ count: bigint }>(
      `SELECT count(*) AS count FROM trade WHERE book = 'rehearsal' AND ${where}`,
    );
    return Number(rows[0]!.count);
  }

  /** Proposes until there are trades enough. */
  async propose(): Promise<void> {
    while (this.proposed < PROPOSALS_MAX && (await this.countOf('TRUE')) < TRADES) {
      const index = this.proposed++;
      const proposal = await this.run.offer(this.desk, index);
      this.#markets.set(proposal.legs[0]!.market, index);
      const { status, body } = await this.desk.submit(proposal);
      this.told.set(proposal.id!, 'status' in body ? String(body.status) : String(status));
      // Stopped until somebody has looked: what is proposed meanwhile is not even decided.
      if (status === 423) await eventually('the desk to go on', () => this.#isActive(), 180_000);
    }
  }

  /** Kills, settles and resumes until told to stop. */
  async meanwhile(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      if (this.deaths < DEATHS && this.proposed >= (this.deaths * TRADES) / DEATHS) {
        await (this.deaths === DEATHS / 2 ? this.#standStill() : this.#killOne());
      }
      await this.#settleOpen();
      await this.#resumeAfterBreach();
      // What its Schedule does every 30 s: an adopted trade has no run any more.
      await this.desk.engine.activities.sweepTrades();
    }
  }

  /** Kills the longest-lived worker; another has been started in its place. */
  async #killOne(): Promise<void> {
    const [oldest] = this.#workers.splice(0, 1);
    oldest!.signal('SIGKILL');
    await oldest!.exited;
    this.deaths += 1;
    await this.startWorker();
  }

  /** A person stops the desk in the midst of it; a worker dies, and the venue is watched meanwhile. */
  async #standStill(): Promise<void> {
    const { simulator, engine } = this.desk;
    const by = { actor: 'ann', reason: 'stands still' };
    const { unresolved } = await pauseDesk(engine.ledger, engine.clock, by);
    const from = simulator.journal().at(-1)!.seq;
    const since = () => simulator.journal().filter(({ seq }) => seq > from);
    await this.#killOne();
    await eventually(
      'the venue to be asked',
      async () => (since().length >= REQUESTS_WHILE_STOPPED ? true : undefined),
      120_000,
    );
    const orders = since().filter(({ endpoint }) => endpoint === 'createOrder');
    this.standstill = { listed: unresolved, sent: orders.map(({ identity }) => identity) };
  }

  async #isActive(): Promise<true | undefined> {
    const { desk } = await readDesk(this.desk.engine.ledger.db, 'main');
    return desk.state === 'active' ? true : undefined;
  }

  /** Gives every market with an open position its result. */
  async #settleOpen(): Promise<void> {
    const { rows } = await this.desk.query<{ id: string; market: string }>(
      `SELECT trade.id, leg.market FROM trade JOIN leg ON leg.trade_id = trade.id
       WHERE trade.status = 'open' AND trade.book = 'rehearsal'`,
    );
    for (const { market } of rows) {
      if (this.#settled.has(market)) continue;
      this.#settled.add(market);
      await this.run.settle(this.desk, market, this.#markets.get(market)!);
    }
  }

  /**
   * A venue that takes its own final word back stops the desk, as it must: somebody looks at what
   * it adopted and lets the desk go on.
   */
  async #resumeAfterBreach(): Promise<void> {
    if (await this.#isActive()) return;
    this.breaches += 1;
    await resumeAfterBreach(this.desk, `resume-${this.breaches}`);
  }
}

/** Registers the run and what must hold afterwards as tests. */
export function describeFaultRun(run: FaultRun): void {
  let now: Running;
  beforeAll(async () => {
    now = new Running(run, await run.start(SETTINGS));
    await now.desk.goLive();
    await Promise.all(Array.from({ length: WORKERS }, () => now.startWorker()));
  }, 240_000);
  afterAll(() => now.close());

  test('300 trades under faults and deaths all come to an end', async () => {
    const { simulator } = now.desk;
    const plan = everyFault(`${run.venue}-300`, FAULT_SHARE);
    await simulator.drawFaults({ ...plan, kinds: [...plan.kinds, ...run.venueFaults] });
    const stop = new AbortController();
    const meanwhile = now.meanwhile(stop.signal);
    await Promise.all(Array.from({ length: 10 }, () => now.propose()));
    const died = async () => (now.deaths >= DEATHS ? true : undefined);
    await eventually('deaths', died, 300_000);
    await simulator.drawFaults(null);
    const ended = async () => ((await now.countOf('ended_at_ms IS NULL')) === 0 ? true : undefined);
    await eventually('every trade to end', ended, 240_000);
    stop.abort();
    await meanwhile;
    expect(await now.countOf('TRUE')).toBeGreaterThanOrEqual(TRADES);
    await tell(now);
  }, 1_500_000);

  describe('afterwards', () => {
    afterwards(() => now);
  });
}

async function tell({ desk, proposed, deaths, breaches }: Running): Promise<void> {
  const { rows } = await desk.query<{ status: string; count: bigint }>(
    `SELECT status, count(*) AS count FROM trade WHERE book = 'rehearsal' GROUP BY 1 ORDER BY 1`,
  );
  const statuses = rows.map(({ status, count }) => `${count} ${status}`).join(', ');
  const drawn = JSON.stringify(desk.simulator.faults());
  console.log(
    `${proposed} proposed, ${statuses}; ${deaths} deaths, ${breaches} times resumed; faults ${drawn}`,
  );
}

function afterwards(under: () => Running): void {
  test('I1 no identity had two effects at the venue', () => {
    const { simulator } = under().desk;
    const created = simulator.requests('createOrder');
    const twice = [...new Set(created.map(({ identity }) => identity))].filter(
      (identity) => simulator.effects('createOrder', identity) > 1,
    );
    expect(twice).toEqual([]);
  });

  test('I2 I5 I6 I7 I8 I9 ledger and venue agree on every order, fill and result', async () => {
    const { desk, run } = under();
    const readRecords = run.recordsOf(desk.simulator);
    const { invariants } = await verifyBooks(desk.engine.ledger, { readRecords });
    expect(invariants.flatMap(({ findings }) => findings)).toEqual([]);
  });

  test('I3 nothing was sent while the desk stood still but what the stop had listed', () => {
    const { listed, sent } = under().standstill!;
    expect(sent.filter((identity) => !listed.includes(identity))).toEqual([]);
  });

  test('I4 whatever was answered is what the ledger says, all deaths later', async () => {
    const { told } = under();
    expect(await forgotten(under())).toEqual([]);
    const accepted = [...told.values()].filter((answer) => answer === 'accepted');
    expect(accepted.length).toBeGreaterThan(200);
  });

  test("I6 P&L is the venue's settlement records', to the micro-dollar", async () => {
    const { venue, ledger } = await under().run.pnlTwice(under().desk);
    expect(ledger).toBe(venue);
    expect(ledger).not.toBe(0n);
  });

  test('I12 no order is unknown, resting or on its way', async () => {
    const { desk } = under();
    const { rows } = await desk.query(
      `SELECT id, state FROM venue_order WHERE state NOT IN ('done','rejected','notSent')`,
    );
    expect(rows).toEqual([]);
    const venue = desk.engine.venues.find(({ book }) => book === 'rehearsal')!;
    expect(await venue.openOrders()).toEqual([]);
  });

  test('I15 no order was sent without a hold that covered it', async () => {
    const { desk, run } = under();
    const { rows } = await desk.query(
      `SELECT venue_order.id FROM venue_order JOIN permit ON permit.order_id = venue_order.id
       WHERE NOT EXISTS (SELECT FROM hold WHERE hold.trade_id = venue_order.trade_id
         AND hold.target = 'rehearsal/${run.venue}/cash' AND hold.amount >=
           (request->>'quantity')::numeric * (request->>'limitPrice')::numeric / 1000000)`,
    );
    expect(rows).toEqual([]);
    const { rows: over } = await desk.query(`SELECT id FROM account WHERE overrun > 0`);
    expect(over).toEqual([]);
  });
}

/** What was answered, where the ledger says something else. */
async function forgotten({ desk, told }: Running): Promise<[string, string][]> {
  const { rows } = await desk.query<{ id: string; accepted: boolean }>(
    `SELECT decision.trade_id AS id, accepted FROM decision
     LEFT JOIN trade ON trade.id = trade_id WHERE NOT accepted OR trade.id IS NOT NULL`,
  );
  const decided = new Map(rows.map(({ id, accepted }) => [id, accepted]));
  return [...told].filter(
    ([id, answer]) =>
      (answer === 'accepted' && decided.get(id) !== true) ||
      (answer === 'denied' && decided.get(id) !== false) ||
      (answer === 'pending' && !decided.has(id)),
  );
}
