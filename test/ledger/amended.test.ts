/** A market's result that the venue amends: before it is booked the newer counts, after it a person. */
import { describe, expect, test } from '@jest/globals';
import { readDesk } from '../../ledger/verbs/desk.ts';
import type { LedgerUnderTest } from './harness.ts';
import { usd, useLedger } from './harness.ts';
import { balances, KALSHI, openPair, POLYMARKET } from './pair-harness.ts';
import { openAlerts } from './redeem-harness.ts';
import { settlementOf } from './wishes.ts';

const under = useLedger();
const AT = { book: 'paper', venue: 'kalshi' } as const;

/** A result of M under an id of its own, or the one given. */
const tell = (it: LedgerUnderTest, payoutYes: number, settlementId = `result-${payoutYes}`) => {
  const fact = { ...settlementOf('M', payoutYes, it.reading().atMs), settlementId };
  return it.ledger.storeSettlement(AT, fact, it.reading());
};

const discrepancies = async (it: LedgerUnderTest) => {
  const rows = await it.db.selectFrom('discrepancy').select('detail').execute();
  return rows.map(({ detail }) => detail);
};

describe('before the record step the newer result counts', () => {
  test.each([
    ['under an id of its own', undefined],
    ['under the id of the first', 'the same'],
  ])('told %s', async (_how, id) => {
    const it = under();
    await it.setUp();
    await it.open('a', { market: 'M' });
    expect(await tell(it, 1, id)).toBe(true);
    expect(await tell(it, 0, id)).toBe(true);
    expect(await tell(it, 0, id)).toBe(false);
    expect(await it.record('a')).toMatchObject({ kind: 'recorded', payoutMicros: 0 });
    expect(await openAlerts(it)).toEqual([]);
  });

  test('a list that tells both again changes nothing', async () => {
    const it = under();
    await it.setUp();
    await it.open('a', { market: 'M' });
    for (const payout of [1, 0]) expect(await tell(it, payout)).toBe(true);
    for (const payout of [1, 0]) expect(await tell(it, payout)).toBe(false);
    expect(await it.record('a')).toMatchObject({ kind: 'recorded', payoutMicros: 0 });
  });
});

describe('a venue that tells a market’s present result only', () => {
  const now = (it: LedgerUnderTest, payoutYes: number) => {
    const fact = settlementOf('M', payoutYes, it.reading().atMs);
    const settlementId = `M@${payoutYes}`;
    return it.ledger.storeSettlement(AT, { ...fact, settlementId, isPresent: true }, it.reading());
  };

  test('and amends it there and back, is paid by what it says last', async () => {
    const it = under();
    await it.setUp();
    await it.open('a', { market: 'M' });
    for (const payout of [1, 0, 1, 0, 1]) {
      expect(await now(it, payout)).toBe(true);
      expect(await now(it, payout)).toBe(false);
    }
    expect(await it.record('a')).toMatchObject({ kind: 'recorded', payoutMicros: usd(100) });
    expect(await openAlerts(it)).toEqual([]);
  });

  test('and goes back to an earlier one after another was booked, needs a person', async () => {
    const it = under();
    await it.setUp();
    await it.open('a', { market: 'M' });
    for (const payout of [1, 0]) await now(it, payout);
    expect(await it.record('a')).toMatchObject({ payoutMicros: 0 });
    expect(await openAlerts(it)).toEqual([]);
    expect(await now(it, 1)).toBe(true);
    expect(await now(it, 1)).toBe(false);
    expect(await openAlerts(it)).toEqual(['RESULT_AMENDED']);
  });
});

describe('after the record step', () => {
  test('nothing is posted: a critical alert says what would change, and entries stop', async () => {
    const it = under();
    await it.setUp();
    await it.open('a', { market: 'M' });
    await tell(it, 1);
    await it.record('a');
    const before = await balances(it);
    expect(await tell(it, 0.5)).toBe(true);
    expect(await balances(it)).toEqual(before);
    expect(await it.record('a')).toMatchObject({ payoutMicros: usd(100), pnlMicros: usd(50) });
    expect(await openAlerts(it)).toEqual(['RESULT_AMENDED']);
    const alert = await it.db.selectFrom('alert').selectAll().executeTakeFirstOrThrow();
    expect(alert).toMatchObject({ level: 'critical', trade_id: 'a' });
    expect(await discrepancies(it)).toEqual([alert.detail]);
    expect(alert.detail).toBe(
      'the result of M was amended to 0.5 and 0.5 a contract after it was booked: trade a was paid $100.00, would be paid $50.00; nothing is posted',
    );
    const { desk } = await readDesk(it.db, 'main');
    expect(desk).toMatchObject({ state: 'paused', cause: 'breach' });
  });

  test('it is told once, and an admin who has looked lets the desk go on', async () => {
    const it = under();
    await it.setUp();
    await it.open('a', { market: 'M' });
    await tell(it, 1);
    await it.record('a');
    await tell(it, 0);
    expect(await tell(it, 0)).toBe(false);
    const by = { actor: 'ada', role: 'admin', reason: 'looked' } as const;
    const intentId = await it.ledger.writeIntent({ ...by, desk: 'main', action: 'resume' });
    const asked = { ...by, requestId: 'r1', intentId };
    expect(await it.ledger.resumeDesk('main', asked, it.reading())).toMatchObject({
      kind: 'resumed',
    });
    expect(await openAlerts(it)).toEqual([]);
    expect(await tell(it, 0)).toBe(false);
    expect(await openAlerts(it)).toEqual([]);
    expect(await discrepancies(it)).toHaveLength(1);
  });

  test('a pair’s leg that was paid while the other waits counts too', async () => {
    const it = under();
    await it.setUp();
    await openPair(it, 'p');
    const store = async (leg: number, payoutYes: number, settlementId: string) => {
      const { venue, market } = await it.ledger.readLegOrder('p', leg);
      const fact = { ...settlementOf(market, payoutYes, it.reading().atMs), settlementId };
      await it.ledger.storeSettlement({ book: 'paper', venue }, fact, it.reading());
    };
    await store(KALSHI, 1, 'first');
    expect(await it.record('p')).toEqual({ kind: 'waiting' });
    await store(KALSHI, 0, 'second');
    expect(await openAlerts(it)).toEqual(['RESULT_AMENDED']);
    await store(POLYMARKET, 1, 'third');
    expect(await it.record('p')).toMatchObject({ kind: 'recorded', payoutMicros: usd(100) });
  });

  test('one that pays our side the same, or a market that nobody held, stops nothing', async () => {
    const it = under();
    await it.setUp();
    await it.open('a', { market: 'M' });
    await tell(it, 1);
    await it.record('a');
    const fact = settlementOf('M', 1, it.reading().atMs);
    const other = {
      ...fact,
      settlementId: 'x',
      payoutMicros: [fact.payoutMicros[0], fact.payoutMicros[0]],
    } as const;
    await it.ledger.storeSettlement(AT, other, it.reading());
    for (const payout of [1, 0]) {
      const unheld = {
        ...settlementOf('N', payout, it.reading().atMs),
        settlementId: `n${payout}`,
      };
      await it.ledger.storeSettlement(AT, unheld, it.reading());
    }
    expect(await openAlerts(it)).toEqual([]);
  });

  test('of two at the same moment either the newer is paid or a person is told', async () => {
    const it = under();
    await it.setUp();
    for (let round = 0; round < 8; round += 1) {
      const [id, market] = [`a${round}`, `M${round}`];
      await it.setDesk('active');
      await it.open(id, { market });
      const told = (payoutYes: number) =>
        it.ledger.storeSettlement(
          AT,
          {
            ...settlementOf(market, payoutYes, it.reading().atMs),
            settlementId: `${market}-${payoutYes}`,
          },
          it.reading(),
        );
      await told(1);
      await Promise.all([it.record(id), told(0)]);
      const outcome = await it.record(id);
      const alerts = await it.db
        .selectFrom('alert')
        .select('id')
        .where('trade_id', '=', id)
        .execute();
      const paid = outcome.kind === 'recorded' ? outcome.payoutMicros : undefined;
      expect([paid, alerts.length]).toEqual(paid === 0 ? [0, 0] : [usd(100), 1]);
    }
  });
});
