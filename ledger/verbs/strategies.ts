import { sql } from 'kysely';
import type { StrategyCaps, StrategyStanding } from '../../domain/caps.ts';
import type { ClockReading } from '../../domain/clock.ts';
import { deskOf } from '../../domain/desk.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { appendAudit } from './audit.ts';
import { readToday } from './day.ts';
import { readDesk } from './desk.ts';
import type { StrategyQuestion, StrategyRow } from './strategy-standing.ts';
import { readTaken, standingOf, strategyRows } from './strategy-standing.ts';

/** Who asks for a strategy to be changed, when and why. */
export interface StrategyAsk {
  readonly actor: string;
  readonly atMs: number;
  readonly reason: string;
}

/** Stops a strategy that has reached the maximum of executions, until a person enables it. */
export async function stopIfRepeated(
  tx: LedgerTx,
  { book, name, limits, atMs }: StrategyQuestion,
  row: StrategyRow,
): Promise<void> {
  const executed = toNumber(row.executed);
  if (!row.enabled || executed < limits.strategyExecutionsMax) return;
  const reason = `${executed} executions within ${limits.strategyWindowMs / 1000} s`;
  await setStrategy(tx, book, name, { enabled: false, atMs, reason, actor: 'ledger' });
}

/** Lets a strategy execute again; its count starts anew. */
export async function enableStrategy(
  db: LedgerDb,
  book: Book,
  name: string,
  asked: StrategyAsk,
): Promise<void> {
  await db.transaction().execute((tx) => setStrategy(tx, book, name, { ...asked, enabled: true }));
}

/**
 * Gives a strategy caps of its own in place of those it had; null takes them away. A lowered cap
 * stops entries and closes nothing.
 */
export async function setStrategyCaps(
  db: LedgerDb,
  book: Book,
  name: string,
  caps: StrategyCaps | null,
  asked: StrategyAsk,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const stored = caps === null ? null : JSON.stringify(caps);
    await tx
      .insertInto('strategy')
      .values({
        book,
        name,
        enabled: true,
        enabled_at_ms: 0,
        reason: NEVER_STOPPED,
        caps: stored,
      })
      .onConflict((conflict) => conflict.columns(['book', 'name']).doUpdateSet({ caps: stored }))
      .execute();
    const { actor, reason, atMs } = asked;
    const entry = { actor, reason, verified: true, action: 'strategy.limited' };
    await appendAudit(tx, { ...entry, detail: { book, name, caps } }, atMs);
  });
}

/** A strategy as people are shown it; JSON-safe. */
export interface ListedStrategy extends StrategyStanding {
  readonly book: Book;
  readonly name: string;
  /** Why it was stopped or enabled last. */
  readonly reason: string;
}

/**
 * Every strategy that proposed or was named, by name, as admission would find it now.
 * @throws DeskMissing
 */
export async function listStrategies(
  db: LedgerDb,
  book: Book,
  reading: ClockReading,
): Promise<ListedStrategy[]> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const { limits } = await readDesk(tx, deskOf(book));
      const day = await readToday(tx, book, reading);
      const { rows } = await sql<{ name: string; reason: string | null }>`
        SELECT name, (SELECT reason FROM strategy WHERE book = ${book} AND name = known.name)
        FROM (SELECT name FROM strategy WHERE book = ${book}
          UNION SELECT strategy FROM trade WHERE book = ${book}) AS known
        ORDER BY name`.execute(tx);
      const listed: ListedStrategy[] = [];
      for (const { name, reason } of rows) {
        const question = { book, name, limits, day, atMs: reading.atMs };
        const found = await sql<StrategyRow>`
          WITH ${strategyRows(question)} SELECT * FROM strategy_row`.execute(tx);
        const standing = await standingOf(tx, question, found.rows[0]!);
        const taken = await readTaken(tx, question);
        listed.push({ book, name, reason: reason ?? NEVER_STOPPED, ...standing, ...taken });
      }
      return listed;
    });
}

const NEVER_STOPPED = 'never stopped';

/** Enables or stops a strategy; the last step of its transaction. */
async function setStrategy(
  tx: LedgerTx,
  book: Book,
  name: string,
  to: StrategyAsk & { enabled: boolean },
): Promise<void> {
  const values = { enabled: to.enabled, enabled_at_ms: to.atMs, reason: to.reason };
  await tx
    .insertInto('strategy')
    .values({ book, name, ...values })
    .onConflict((conflict) => conflict.columns(['book', 'name']).doUpdateSet(values))
    .execute();
  const action = to.enabled ? 'strategy.enabled' : 'strategy.stopped';
  const { actor, reason } = to;
  const entry = { actor, reason, verified: true, action, detail: { book, name } };
  await appendAudit(tx, entry, to.atMs);
}
