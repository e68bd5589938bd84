/** `ballast import`: the predecessor's open bets become trades of the paper book, past the rules. */
import { sql } from 'kysely';
import type { PredecessorFile } from '../../contracts/predecessor-file.ts';
import type { ImportOutcome, ImportView } from '../../contracts/predecessor-import.ts';
import type { FieldProblem } from '../../contracts/proposal.ts';
import type { ClockReading } from '../../domain/clock.ts';
import { bookOf } from '../../domain/desk.ts';
import { importedTradeId, judgeBet } from '../../domain/predecessor-trades.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { canonicalJson, sha256Hex } from '../identity.ts';
import { appendAudit } from './audit.ts';
import { openDay } from './day.ts';
import { readDesk } from './desk.ts';
import type { JudgedBet } from './import-view.ts';
import { importView } from './import-view.ts';
import { lockForImport, missingCash } from './import-limits.ts';
import { writeImported } from './import-write.ts';

export interface ImportAsked {
  readonly file: PredecessorFile;
  /** Where the file came from, for the audit log. */
  readonly source: string;
  readonly actor: string;
  readonly reason: string;
  /** Does everything and takes it back. */
  readonly dryRun: boolean;
}

/** Takes the transaction back, with what is to be answered. */
class TakenBack extends Error {
  override readonly name = 'TakenBack';
  readonly outcome: ImportOutcome;
  constructor(outcome: ImportOutcome) {
    super('the import was taken back');
    this.outcome = outcome;
  }
}

/** The only desk that can trade the paper book. */
const DESK = 'main';

/**
 * Imports the bets that are trades here, all in one transaction: open, paid from each venue's cash
 * on today's trading day, counted where open positions count and not among the day's trades. A bet
 * that came before changes nothing; a file of such bets changes nothing at all.
 * @throws DeskMissing, ClockDisagrees
 */
export async function importPredecessor(
  db: LedgerDb,
  asked: ImportAsked,
  reading: ClockReading,
): Promise<ImportOutcome> {
  try {
    return await db.transaction().execute(async (tx) => {
      const outcome = await importAll(tx, asked, reading);
      if (outcome.kind === 'refused' || asked.dryRun) throw new TakenBack(outcome);
      return outcome;
    });
  } catch (error) {
    if (error instanceof TakenBack) return error.outcome;
    throw error;
  }
}

async function importAll(
  tx: LedgerTx,
  asked: ImportAsked,
  reading: ClockReading,
): Promise<ImportOutcome> {
  const { file, dryRun } = asked;
  const { desk, limits } = await readDesk(tx, DESK, { keepLimits: true });
  const book = bookOf(desk);
  if (book !== 'paper') {
    const problem = `the desk trades the ${book} book; these bets belong to the paper book`;
    return { kind: 'refused', why: 'book', problems: [{ field: 'desk', problem }] };
  }
  const day = await openDay(tx, book, limits, reading);
  const { bets, conflicts } = await compare(tx, file);
  if (conflicts.length > 0) return { kind: 'refused', why: 'conflict', problems: conflicts };
  const fresh = bets.flatMap(({ judgement, known, bet }) =>
    judgement.kind === 'trade' && !known ? [{ trade: judgement.trade, record: bet }] : [],
  );
  const context = { book, desk: desk.id, limits, day, reading };
  const cash = await lockForImport(
    tx,
    context,
    fresh.map(({ trade }) => trade),
  );
  const missing = missingCash(cash);
  if (missing.length > 0) return { kind: 'refused', why: 'cash', problems: missing };
  await writeImported(tx, context, fresh);
  const view = importView({ file, dryRun, day, bets, cash });
  if (fresh.length > 0) await writeAudit(tx, asked, view, reading);
  return { kind: 'done', view };
}

/** Judges each bet and holds it against what an earlier import or a proposal left under its id. */
async function compare(
  tx: LedgerTx,
  file: PredecessorFile,
): Promise<{ bets: JudgedBet[]; conflicts: FieldProblem[] }> {
  // One import at a time: of two with the same file the second finds everything there.
  await sql`SELECT pg_advisory_xact_lock(hashtext('ballast import'))`.execute(tx);
  const ids = file.bets.map(importedTradeId);
  const { rows } = await sql<{ id: string; imported: unknown }>`
    SELECT proposal.id, trade.imported FROM proposal LEFT JOIN trade ON trade.id = proposal.id
    WHERE proposal.id = ANY(${ids})`.execute(tx);
  const stored = new Map(rows.map(({ id, imported }) => [id, imported]));
  const bets: JudgedBet[] = [];
  const conflicts: FieldProblem[] = [];
  for (const [index, bet] of file.bets.entries()) {
    const id = ids[index]!;
    const known = stored.has(id);
    bets.push({ bet, judgement: judgeBet(bet), known });
    if (known && canonicalJson(stored.get(id)) !== canonicalJson(bet)) {
      const problem =
        stored.get(id) === null
          ? `the trade ${id} was proposed here and is no imported one`
          : `the trade ${id} was imported from another record of this bet; what it became is here`;
      conflicts.push({ field: `bets.${index}`, problem });
    }
  }
  return { bets, conflicts };
}

async function writeAudit(
  tx: LedgerTx,
  { file, source, actor, reason }: ImportAsked,
  { bets, balance }: ImportView,
  { atMs }: ClockReading,
): Promise<void> {
  const idsOf = (result: string): string[] =>
    bets.filter((line) => line.result === result).map(({ trade, bet }) => trade ?? bet);
  const detail = {
    source,
    sha256: sha256Hex(canonicalJson(file)),
    imported: idsOf('imported'),
    refused: idsOf('refused'),
    history: idsOf('history'),
    difference: balance.difference,
  };
  const action = 'predecessor.imported';
  await appendAudit(tx, { desk: DESK, actor, verified: true, action, reason, detail }, atMs);
}
