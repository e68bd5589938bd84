/** `ballast verify`: every checker that needs no journal, over the ledger and the venues' records. */
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Config } from '../contracts/config.ts';
import type { VerifyView } from '../contracts/verify.ts';
import type { InvariantId } from '../domain/invariants/verify.ts';
import { allFindings, INVARIANTS } from '../domain/invariants/verify.ts';
import { isDamage } from '../ledger/errors.ts';
import { sha256Hex } from '../ledger/identity.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { readBooks } from '../ledger/read/books.ts';
import { readMark } from '../ledger/read/mark.ts';
import { readPaperRecords } from '../venues/paper/records.ts';
import { withLedger } from './with-ledger.ts';

/** A running watch books what waits within a pass or two. */
const PATIENCE_MS = 5_000;
const LOOK_AGAIN_MS = 250;

/** Reads what the venues have on record; absent: the paper exchange's own books. */
type ReadRecords = typeof readPaperRecords;

/** Verifies the configured ledger, whether a desk runs on it or not. */
export function verifyLedger(config: Config): Promise<VerifyView> {
  return withLedger(config, (ledger, place) =>
    verifyBooks(ledger, { patienceMs: place.shared ? PATIENCE_MS : 0 }),
  );
}

/**
 * Runs the checkers. Facts that the watch has yet to book are no faults; where any wait, it looks
 * again for a while.
 */
export async function verifyBooks(
  ledger: Ledger,
  options: { patienceMs?: number; readRecords?: ReadRecords } = {},
): Promise<VerifyView> {
  const { patienceMs = PATIENCE_MS, readRecords = readPaperRecords } = options;
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    const view = await look(ledger, readRecords);
    if (view.waiting === 0 || performance.now() > deadlineMs) return view;
    await delay(LOOK_AGAIN_MS);
  }
}

async function look(ledger: Ledger, readRecords: ReadRecords): Promise<VerifyView> {
  const exchange = { query: (text: string) => sql.raw(text).execute(ledger.db) };
  try {
    // An order is in the ledger before it is at the venue, a fill at the venue before it is booked.
    const before = await readRecords(exchange);
    const rows = await readBooks(ledger.db);
    const after = await readRecords(exchange);
    const { findings, waiting } = allFindings(rows, { before, after }, sha256Hex);
    const mark = await readMark(ledger.db);
    const invariants = Object.entries(INVARIANTS).map(([id, says]) => ({
      id,
      says,
      findings: findings[id as InvariantId] ?? [],
    }));
    return {
      ok: invariants.every((one) => one.findings.length === 0),
      ledgerId: mark?.ledgerId ?? 'unknown',
      auditSeq: mark?.auditSeq ?? 0,
      invariants,
      waiting,
      unreadable: null,
    };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return {
      ok: false,
      ledgerId: 'unknown',
      auditSeq: 0,
      invariants: [],
      waiting: 0,
      unreadable: (error as Error).message,
    };
  }
}
