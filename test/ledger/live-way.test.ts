/** Whose account a live book is, and what takes a desk there and back. */
import { describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { LedgerUnderTest } from './harness.ts';
import { usd, useLedger } from './harness.ts';
import { balanceOf } from './books-in-sql.ts';

const under = useLedger();
const BY = { actor: 'ann', reason: 'a rehearsal' };
const ACCOUNT = {
  book: 'rehearsal',
  venue: 'kalshi',
  host: 'demo.example',
  account: 'user-1',
  keyId: 'key-1',
} as const;
const CASH = [{ venue: 'kalshi', cashMicros: usd(250) }] as const;

const bind = (it: LedgerUnderTest, changes: Record<string, string> = {}) =>
  it.ledger.bindVenue({ ...ACCOUNT, ...BY, ...changes }, it.reading());
const promote = (it: LedgerUnderTest) =>
  it.ledger.promoteDesk('main', { ...BY, liveBook: 'rehearsal', accounts: CASH }, it.reading());
const actionsOf = async (it: LedgerUnderTest) =>
  (await it.db.selectFrom('audit').select('action').orderBy('seq').execute()).map(
    ({ action }) => action,
  );

describe('a book is bound to a host and an account at first use', () => {
  test('and knows both again', async () => {
    const it = under();
    await it.setUp();
    expect(await bind(it)).toEqual({ kind: 'bound' });
    expect(await bind(it)).toEqual({ kind: 'known' });
    expect(await it.ledger.readBindings('rehearsal')).toEqual([ACCOUNT]);
    expect((await actionsOf(it)).filter((action) => action === 'venue.bound')).toHaveLength(1);
  });

  test.each([
    ['another account', { account: 'user-2' }],
    ['another host', { host: 'production.example' }],
  ])('%s is refused, and nothing is changed', async (_name, changes) => {
    const it = under();
    await it.setUp();
    await bind(it);
    expect(await bind(it, { ...changes, keyId: 'key-2' })).toEqual({
      kind: 'differs',
      host: ACCOUNT.host,
      account: ACCOUNT.account,
    });
    expect(await it.ledger.readBindings('rehearsal')).toEqual([ACCOUNT]);
  });

  test('a new key of the same account, and a new fuse, are written down and audited', async () => {
    const it = under();
    await it.setUp();
    await bind(it);
    await bind(it, { keyId: 'key-2', fuseId: 'group-1' });
    expect(await it.ledger.readBindings('rehearsal')).toEqual([
      { ...ACCOUNT, keyId: 'key-2', fuseId: 'group-1' },
    ]);
    // Who names no fuse keeps the one there is.
    await bind(it, { keyId: 'key-2' });
    expect(await it.ledger.readBindings('rehearsal')).toMatchObject([{ fuseId: 'group-1' }]);
    expect((await actionsOf(it)).filter((action) => action === 'venue.bound')).toHaveLength(2);
  });
});

describe('I10 the phase', () => {
  test('rises with a record, and what the account holds is the opening cash, once', async () => {
    const it = under();
    await it.setUp();
    await bind(it);
    expect(await promote(it)).toEqual({ kind: 'moved' });
    expect(await balanceOf(it.db, 'rehearsal/kalshi/cash')).toEqual({ balance: usd(250), held: 0 });
    expect(await it.receive('a')).toEqual({ kind: 'received' });
    const row = await it.db.selectFrom('proposal').select('book').executeTakeFirstOrThrow();
    expect(row.book).toBe('rehearsal');
    expect(await actionsOf(it)).toContain('desk.promoted');
    await it.ledger.demoteDesk('main', BY, it.reading());
    await promote(it);
    expect(await it.ledger.ledgerCash({ book: 'rehearsal', venue: 'kalshi' })).toBe(usd(250));
  });

  test('rises for all accounts or for none: one that is not bound leaves no opening cash', async () => {
    const it = under();
    await it.setUp();
    await bind(it);
    const promoteBoth = (dollars: number) => {
      const cash = { cashMicros: usd(dollars) };
      const accounts = [
        { venue: 'kalshi', ...cash },
        { venue: 'polymarket', ...cash },
      ] as const;
      const asked = { ...BY, liveBook: 'rehearsal', accounts } as const;
      return it.ledger.promoteDesk('main', asked, it.reading());
    };
    expect(await promoteBoth(250)).toMatchObject({ kind: 'refused' });
    expect(await it.ledger.ledgerCash({ book: 'rehearsal', venue: 'kalshi' })).toBe(0);
    await bind(it, { venue: 'polymarket' });
    expect(await promoteBoth(400)).toEqual({ kind: 'moved' });
    expect(await it.ledger.ledgerCash({ book: 'rehearsal', venue: 'kalshi' })).toBe(usd(400));
  });

  test.each([
    ['of an unbound account', async () => {}, 'ballast venue setup kalshi'],
    ['of a paused desk', async (it: LedgerUnderTest) => it.pause('lunch'), 'paused: lunch'],
    [
      'of a desk that is there already',
      async (it: LedgerUnderTest) => {
        await bind(it);
        await promote(it);
      },
      'in phase live already',
    ],
    [
      'to another book than before',
      async (it: LedgerUnderTest) => {
        await sql`UPDATE desk SET live_book = 'live'`.execute(it.db);
      },
      'has traded the live book',
    ],
  ])('does not rise %s', async (_name, spoil, why) => {
    const it = under();
    await it.setUp();
    await spoil(it);
    const before = await it.db.selectFrom('desk').selectAll().execute();
    expect(await promote(it)).toEqual({
      kind: 'refused',
      detail: expect.stringContaining(why),
    });
    expect(await it.db.selectFrom('desk').selectAll().execute()).toEqual(before);
  });

  test('falls to paper with its arming, once, and never armed comes back', async () => {
    const it = under();
    await it.setUp();
    await bind(it);
    await promote(it);
    const untilMs = it.reading().atMs + 900_000;
    expect(await it.ledger.armDesk('main', { ...BY, untilMs }, it.reading())).toEqual({
      kind: 'moved',
    });
    expect(await it.ledger.demoteDesk('main', BY, it.reading())).toBe(true);
    expect(await it.ledger.demoteDesk('main', BY, it.reading())).toBe(false);
    const desk = await it.db.selectFrom('desk').selectAll().executeTakeFirstOrThrow();
    expect(desk).toMatchObject({
      phase: 'paper',
      live_book: 'rehearsal',
      armed_until_ms: null,
      reconciled_at_ms: null,
    });
    expect((await actionsOf(it)).filter((action) => action === 'desk.demoted')).toHaveLength(1);
  });

  test('of paper is not armed', async () => {
    const it = under();
    await it.setUp();
    const asked = { ...BY, untilMs: it.reading().atMs + 1 };
    expect(await it.ledger.armDesk('main', asked, it.reading())).toMatchObject({ kind: 'refused' });
  });
});

describe('a desk that trades another book by now', () => {
  test('gives the entry of a paper trade no permit, and lets what it holds be sold', async () => {
    const it = under();
    await it.setUp();
    await it.accept('a');
    await bind(it);
    await promote(it);
    expect(await it.permit('a')).toEqual({
      kind: 'forbidden',
      state: 'active',
      reason: 'the desk trades the rehearsal book now',
    });
    const orderId = await it.orderIdOf('a');
    const exit = { orderId, desk: 'main', kind: 'exit' } as const;
    expect(await it.ledger.grantPermit(exit, it.reading())).toMatchObject({ kind: 'granted' });
  });
});
