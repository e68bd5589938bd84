import { sql } from 'kysely';
import type { AccountKind, AccountRef } from '../../domain/accounts.ts';
import type { Transfer, TransferCode } from '../../domain/ledger-entries.ts';
import { micros } from '../../domain/money.ts';
import type { LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';

export interface PostingContext {
  readonly day: string;
  readonly recordedAtMs: number;
  readonly tradeId?: string;
  /** The venue's own time of the event. */
  readonly venueAtMs?: number;
}

/**
 * Posts transfers and moves the balances of their accounts, opening accounts on sight. A transfer
 * whose id is already there moves nothing. What a venue already did is booked even where it
 * overdraws a guarded account: the excess becomes overrun and is returned.
 * @returns µ$ by which guarded accounts were newly overdrawn, 0 as a rule
 */
export async function post(
  tx: LedgerTx,
  transfers: readonly Transfer[],
  context: PostingContext,
): Promise<number> {
  if (transfers.length === 0) return 0;
  await openAccounts(
    tx,
    transfers.flatMap(({ debit, credit }) => [debit, credit]),
  );
  const inserted = await tx
    .insertInto('transfer')
    .values(
      transfers.map((transfer) => ({
        id: transfer.id,
        debit_id: transfer.debit.id,
        credit_id: transfer.credit.id,
        amount: transfer.amountMicros,
        code: transfer.code,
        trade_id: context.tradeId ?? null,
        day: context.day,
        recorded_at_ms: context.recordedAtMs,
        venue_at_ms: context.venueAtMs ?? null,
      })),
    )
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .execute();
  const fresh = new Set(inserted.map((row) => row.id));
  return moveBalances(
    tx,
    transfers.filter((transfer) => fresh.has(transfer.id)),
  );
}

/** A trade's transfers whose ids begin with `prefix`, in the order of their ids. */
export async function postedUnder(
  tx: LedgerTx,
  tradeId: string,
  prefix: string,
): Promise<Transfer[]> {
  const rows = await tx
    .selectFrom('transfer')
    .innerJoin('account as debit', 'debit.id', 'debit_id')
    .innerJoin('account as credit', 'credit.id', 'credit_id')
    .select(['transfer.id', 'amount', 'code'])
    .select(['debit.id as debit_id', 'debit.kind as debit_kind', 'debit.guarded as debit_guarded'])
    .select(['credit.id as credit_id', 'credit.kind as credit_kind'])
    .select(['credit.guarded as credit_guarded', 'debit.book', 'debit.venue'])
    .where('trade_id', '=', tradeId)
    .where(sql<boolean>`starts_with(transfer.id, ${prefix})`)
    .orderBy('transfer.id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    debit: accountOf(row, row.debit_id, row.debit_kind, row.debit_guarded),
    credit: accountOf(row, row.credit_id, row.credit_kind, row.credit_guarded),
    amountMicros: micros(toNumber(row.amount)),
    code: row.code as TransferCode,
  }));
}

function accountOf(
  { book, venue }: Pick<AccountRef, 'book' | 'venue'>,
  id: string,
  kind: AccountKind,
  guarded: boolean,
): AccountRef {
  return { id, book, venue, kind, guarded };
}

/** Opens accounts that are not there yet, in the order of their ids. */
export async function openAccounts(tx: LedgerTx, wanted: readonly AccountRef[]): Promise<void> {
  const refs = new Map(wanted.map((ref) => [ref.id, ref]));
  const rows = [...refs.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  await tx
    .insertInto('account')
    .values(rows)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

/** Accounts are locked in the order of their ids, as everywhere. */
async function moveBalances(tx: LedgerTx, transfers: readonly Transfer[]): Promise<number> {
  const moves = new Map<string, { debits: number; credits: number }>();
  const moveOf = (id: string): { debits: number; credits: number } => {
    const move = moves.get(id) ?? { debits: 0, credits: 0 };
    moves.set(id, move);
    return move;
  };
  for (const transfer of transfers) {
    moveOf(transfer.debit.id).debits += transfer.amountMicros;
    moveOf(transfer.credit.id).credits += transfer.amountMicros;
  }
  const ids = [...moves.keys()].toSorted();
  await sql`SELECT id FROM account WHERE id = ANY(${ids}) ORDER BY id FOR UPDATE`.execute(tx);
  let overdrawn = 0;
  for (const id of ids) {
    const { debits, credits } = moveOf(id);
    const { rows } = await sql<{ raised: bigint }>`
      WITH before AS (SELECT id, overrun FROM account WHERE id = ${id})
      UPDATE account SET
        debits = debits + ${debits},
        credits = credits + ${credits},
        overrun = CASE WHEN guarded
          THEN greatest(account.overrun, credits + ${credits} + held - debits - ${debits})
          ELSE 0 END
      FROM before WHERE account.id = before.id
      RETURNING account.overrun - before.overrun AS raised`.execute(tx);
    overdrawn += Number(rows[0]?.raised ?? 0n);
  }
  return overdrawn;
}
