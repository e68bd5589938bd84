/** A migrated ledger with a desk and a clock set by hand, and trades in one line each. */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { sql } from 'kysely';
import type { ClockReading } from '../../domain/clock.ts';
import type { DeskId } from '../../domain/desk.ts';
import { ledgerFindings } from '../../domain/invariants/verify.ts';
import type { Limits } from '../../domain/limits.ts';
import type { Book } from '../../domain/venue-id.ts';
import { sha256Hex } from '../../ledger/identity.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { readBooks } from '../../ledger/read/books.ts';
import type { VenueFill } from '../../domain/market.ts';
import type { OrderOutcome, OrderStanding } from '../../ledger/verbs/outcomes.ts';
import type { ReserveOutcome } from '../../ledger/verbs/reserve.ts';
import type { RecordOutcome } from '../../ledger/verbs/settle.ts';
import type { TestDatabase } from '../support/servers.ts';
import { createTestDatabase } from '../support/servers.ts';
import { checkHeldAndOpen } from './books-in-sql.ts';
import type { Wish } from './wishes.ts';
import { contracts, factsOf, fillOf, limitsOf, proposalOf, settlementOf, usd } from './wishes.ts';

/** Where every test's clock starts. */
export const NOON = '2026-11-22T12:00:00.000Z';

/** Nobody tries again here where a lock is slow to come, as an activity would: the machine may be. */
export const PATIENCE = 10;

/** How an order is answered: finished with a quantity in contracts, or any other event. */
export interface Answer {
  readonly event: OrderOutcome['event']['type'];
  /** Whole contracts; with `order.finished` only. */
  readonly filled?: number;
}

/** One ledger on a database of its own. */
export class LedgerUnderTest {
  readonly database: TestDatabase;
  readonly ledger: Ledger;
  #nowMs = Date.parse(NOON);
  #fills = 0;

  constructor(database: TestDatabase, ledger: Ledger) {
    this.database = database;
    this.ledger = ledger;
  }

  get db(): Ledger['db'] {
    return this.ledger.db;
  }

  /** Sets the Clock; the offset is declared, so that days may be opened. */
  setClock(iso: string): void {
    this.#nowMs = Date.parse(iso);
  }

  reading(): ClockReading {
    return readingAt(this.#nowMs);
  }

  /** Sets up a desk whose limits are generous but for those named. */
  setUp(limits: Partial<Limits> = {}, desk: DeskId = 'main') {
    return this.ledger.setUpDesk(desk, limitsOf(limits), this.reading());
  }

  /** Replaces limits: as set up, but for those named. */
  applyLimits(limits: Partial<Limits>) {
    const by = { who: 'tester', reason: 'a test' };
    return this.ledger.applyLimits('main', limitsOf(limits), by, this.reading());
  }

  receive(id: string, wish: Wish = {}, desk: DeskId = 'main') {
    return this.ledger.receiveProposal(
      { id, desk, proposal: proposalOf(id, wish) },
      this.reading(),
    );
  }

  async storeFacts(id: string, wish: Wish = {}, book: Book = 'paper'): Promise<void> {
    await this.ledger.storeFacts(book, factsOf(id, wish, this.#nowMs));
  }

  /** Receives a proposal and stores its facts: everything but the decision. */
  async prepare(id: string, wish: Wish = {}): Promise<void> {
    equal(await this.receive(id, wish), { kind: 'received' });
    await this.storeFacts(id, wish);
  }

  reserve(id: string, reading = this.reading()): Promise<ReserveOutcome> {
    return this.ledger.reserve(id, { mayFetch: false }, reading);
  }

  async propose(id: string, wish: Wish = {}): Promise<ReserveOutcome> {
    await this.prepare(id, wish);
    return this.reserve(id);
  }

  /** Proposes and expects the trade to be accepted. */
  async accept(id: string, wish: Wish = {}): Promise<void> {
    const outcome = await this.propose(id, wish);
    equal(codesOf(outcome), ['accepted']);
  }

  async orderIdOf(id: string): Promise<string> {
    return (await this.ledger.readLegOrder(id, 0)).orderId;
  }

  /** Stores the order's identity and asks for its permit. */
  async permit(id: string) {
    const order = await this.ledger.readLegOrder(id, 0);
    await this.ledger.storeOrder(
      order,
      { request: { of: id }, wire: `wire ${id}` },
      this.reading(),
    );
    const asked = { orderId: order.orderId, desk: order.desk, kind: 'entry' } as const;
    return this.ledger.grantPermit(asked, this.reading());
  }

  /** Books the venue's answer to the trade's order. */
  async answer(id: string, answer: Answer): Promise<OrderStanding> {
    const outcome: OrderOutcome = {
      event: { type: answer.event } as OrderOutcome['event'],
      detail: answer.event,
      venueOrderId: `venue-${id}`,
      ...(answer.filled === undefined ? {} : { finalQuantity: contracts(answer.filled) }),
    };
    return this.ledger.bookOutcome(await this.orderIdOf(id), outcome, this.reading());
  }

  /** Books a fill of the trade's order; the price is the leg's limit where none is given. */
  async fill(id: string, quantity: number, price = 0.5, more: Partial<VenueFill> = {}) {
    const order = await this.ledger.readLegOrder(id, 0);
    this.#fills += 1;
    const fill = fillOf(order, { number: this.#fills, quantity, price, atMs: this.#nowMs });
    const booked = { ...fill, ...more };
    return this.ledger.bookFill(order.book, order.venue, booked, this.reading());
  }

  /** Brings a trade from its proposal to an open position. */
  async open(id: string, wish: Wish = {}): Promise<void> {
    await this.accept(id, wish);
    await this.openReserved(id, wish);
  }

  /** Permit, fill, final answer. */
  async openReserved(id: string, wish: Wish = {}): Promise<void> {
    const quantity = wish.quantity ?? 100;
    matches(await this.permit(id), { kind: 'granted' });
    equal(await this.fill(id, quantity, wish.price), true);
    const standing = await this.answer(id, { event: 'order.finished', filled: quantity });
    matches(standing, { orderState: 'done', tradeStatus: 'open' });
  }

  /** Stores the final result of a trade's market; `payoutYes` in dollars a contract. */
  async result(id: string, payoutYes: number): Promise<boolean> {
    const { book, venue, market } = await this.ledger.readLegOrder(id, 0);
    const fact = settlementOf(market, payoutYes, this.#nowMs);
    return this.ledger.storeSettlement({ book, venue }, fact, this.reading());
  }

  record(id: string, reading = this.reading()): Promise<RecordOutcome> {
    return this.ledger.recordSettlement(id, reading);
  }

  /** Result and record step in one. */
  async settle(id: string, payoutYes: number): Promise<RecordOutcome> {
    await this.result(id, payoutYes);
    return this.record(id);
  }

  async pause(reason = 'a test'): Promise<void> {
    const asked = { actor: 'tester', reason, verified: true };
    await this.ledger.pauseDesk('main', asked, this.reading());
  }

  /** Writes the row itself: no verb of this version halts a desk or lifts a halt. */
  async setDesk(state: 'active' | 'halted'): Promise<void> {
    await sql`
      UPDATE desk SET state = ${state}, reason = 'a test',
        cause = ${state === 'active' ? 'operator' : 'breach'},
        epoch = epoch + ${state === 'active' ? 0 : 1}
      WHERE id = 'main'`.execute(this.db);
  }

  /** I2, I6 to I9, and what held and open amounts come to when summed from the trades themselves. */
  async checkBooks(): Promise<void> {
    const books = await readBooks(this.db);
    const found = [
      ...Object.values(ledgerFindings(books, sha256Hex)).flat(),
      ...(await checkHeldAndOpen(this.db)),
    ];
    equal(found, []);
  }
}

/** `expect` for the methods of classes, where the linter does not want to see it. */
export function equal(actual: unknown, expected: unknown): void {
  expect(actual).toEqual(expected);
}

/** The same for a part of an object. */
export function matches(actual: unknown, expected: object): void {
  expect(actual).toMatchObject(expected);
}

/** A reading whose offset is declared: the database's clock plus it is `atMs`. */
export function readingAt(at: number | string): ClockReading {
  const atMs = typeof at === 'number' ? at : Date.parse(at);
  return { atMs, offsetMs: atMs - Date.now() };
}

/** `['accepted']`, or the codes of a denial in alphabetical order. */
export function codesOf(outcome: ReserveOutcome): string[] {
  return outcome.kind === 'denied'
    ? outcome.failures.map(({ code }) => code).toSorted()
    : [outcome.kind];
}

/**
 * Gives each test of a file an empty ledger, and checks its books when the test is over. The
 * database is made once a file and emptied between tests, which is much faster.
 */
export function useLedger(): () => LedgerUnderTest {
  let database: TestDatabase | undefined;
  let ledger: Ledger | undefined;
  let current: LedgerUnderTest | undefined;
  beforeAll(async () => {
    database = await createTestDatabase();
    ledger = openLedger(database.url, () => undefined, PATIENCE);
    await ledger.migrate();
  });
  beforeEach(() => {
    current = new LedgerUnderTest(database!, ledger!);
  });
  afterEach(async () => {
    try {
      await current!.checkBooks();
    } finally {
      await emptyLedger(ledger!.db);
    }
  });
  afterAll(async () => {
    await ledger?.close();
    await database?.drop();
  });
  return () => current!;
}

/** Empties every table; what is append-only is so by trigger, which its owner can switch off. */
export async function emptyLedger(db: Ledger['db']): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const table of APPEND_ONLY) {
      await sql`ALTER TABLE ${sql.table(table)} DISABLE TRIGGER USER`.execute(tx);
    }
    await sql`TRUNCATE desk, venue_binding, day, strategy, account, transfer, counter, hold, proposal, decision,
      trade, leg, venue_order, permit, fact, fill, settlement, redemption, redemption_unpaid, watch, discrepancy, outbox, audit,
      intent, resume_request, daily_report, pair, approval, resolution, alert RESTART IDENTITY`.execute(
      tx,
    );
    await sql`UPDATE audit_head SET seq = 0, hash = ''`.execute(tx);
    for (const table of APPEND_ONLY) {
      await sql`ALTER TABLE ${sql.table(table)} ENABLE TRIGGER USER`.execute(tx);
    }
  });
}

/** Tables whose rows are written once and never changed. */
export const APPEND_ONLY = [
  'transfer',
  'decision',
  'fill',
  'settlement',
  'redemption',
  'audit',
  'daily_report',
] as const;

/** Dollars in micro-dollars, for expectations that read well. */
export { contracts, usd };
