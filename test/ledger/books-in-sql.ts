/** Checks that go beyond I2, I6 and I7: held and open amounts summed from the trades themselves. */
import { sql } from 'kysely';
import type { LedgerDb } from '../../ledger/database.ts';

interface Difference {
  readonly id: string;
  readonly stored: string;
  readonly summed: string;
}

/**
 * What accounts hold is what their holds hold, and what counters of open positions have used is
 * what the legs that are not paid out have cost.
 */
export async function checkHeldAndOpen(db: LedgerDb): Promise<string[]> {
  const { rows } = await sql<Difference>`
    WITH fills AS (
      SELECT trade.book, trade.event, leg.venue, leg.market,
        leg.cost + leg.fees - leg.realised_fees AS spent
      FROM trade JOIN leg ON leg.trade_id = trade.id WHERE leg.payout IS NULL
    ), expected AS (
      SELECT book || '/exposure' AS id, sum(spent) AS summed FROM fills GROUP BY 1
      UNION ALL SELECT book || '/event/' || event, sum(spent) FROM fills GROUP BY 1
      UNION ALL
      SELECT book || '/market/' || venue || '/' || market, sum(spent) FROM fills GROUP BY 1
    )
    SELECT counter.id, counter.used::text AS stored, coalesce(summed, 0)::text AS summed
    FROM counter LEFT JOIN expected USING (id)
    WHERE kind IN ('exposure', 'event', 'market') AND used <> coalesce(summed, 0)
    UNION ALL
    SELECT account.id, account.held::text, coalesce(sum(amount - captured - released), 0)::text
    FROM account LEFT JOIN hold ON hold.target = account.id
    GROUP BY account.id, account.held
    HAVING account.held <> coalesce(sum(amount - captured - released), 0)`.execute(db);
  return rows.map(({ id, stored, summed }) => `${id}: stored ${stored}, summed ${summed}`);
}

/** One counter's amounts as plain numbers; zeros where nobody needed it yet. */
export async function counterOf(
  db: LedgerDb,
  id: string,
): Promise<{ used: number; held: number; cap: number; overrun: number }> {
  const row = await db
    .selectFrom('counter')
    .select(['used', 'held', 'cap', 'overrun'])
    .where('id', '=', id)
    .executeTakeFirst();
  return {
    used: Number(row?.used ?? 0n),
    held: Number(row?.held ?? 0n),
    cap: Number(row?.cap ?? 0n),
    overrun: Number(row?.overrun ?? 0n),
  };
}

/** Debits less credits, and what is held of them; µ$. */
export async function balanceOf(
  db: LedgerDb,
  id: string,
): Promise<{ balance: number; held: number }> {
  const row = await db
    .selectFrom('account')
    .select(['debits', 'credits', 'held'])
    .where('id', '=', id)
    .executeTakeFirst();
  const balance = row === undefined ? 0n : row.debits - row.credits;
  return { balance: Number(balance), held: Number(row?.held ?? 0n) };
}
