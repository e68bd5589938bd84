/** What must be well before proposals are taken: `/readyz`. */
import { inTime } from '../activities/in-time.ts';
import type { Check } from '../contracts/http.ts';
import { CLOCK_SKEW_MS_MAX } from '../domain/day.ts';
import { messageOf } from '../domain/thrown.ts';
import { readDesk } from '../ledger/verbs/desk.ts';
import type { Engine } from './engine.ts';
import { asLatched } from './latch.ts';
import { DESK } from './settings.ts';

const PROBE_MS_MAX = 3_000;
/** A watch that has not read its venue for this long is not watching. */
const WATCH_AGE_MS_MAX = 30_000;

/** Whether the running engine can take proposals. */
export async function engineChecks(engine: Engine, dataDir: string): Promise<Check[]> {
  const { ledger, clock, connection } = engine;
  return Promise.all([
    check('ledger', async () => {
      const behind = await ledger.pendingMigrations();
      if (behind.length > 0) throw new Error(`migrations missing: ${behind.join(', ')}`);
      return 'current';
    }),
    check('clock', async () => {
      const { atMs, offsetMs } = await clock.read();
      const skewMs = Math.round(atMs - offsetMs - (await ledger.databaseNowMs()));
      if (Math.abs(skewMs) > CLOCK_SKEW_MS_MAX) {
        throw new Error(`${skewMs} ms off the database's clock`);
      }
      return `within ${CLOCK_SKEW_MS_MAX} ms of the database's clock`;
    }),
    check('temporal', async () => {
      await connection.workflowService.getSystemInfo({});
      return 'answers';
    }),
    check('desk', async () => {
      const desk = asLatched(dataDir, (await readDesk(ledger.db, DESK)).desk);
      if (desk.state !== 'active') throw new Error(`${desk.state}: ${desk.reason}`);
      return `${desk.id} is active in phase ${desk.phase}`;
    }),
    ...(await engine.watched()).map(({ venue, book }) =>
      check(book === 'paper' ? `watch ${venue}` : `watch ${venue} (${book})`, async () => {
        const row = await ledger.db
          .selectFrom('watch')
          .select('read_at_ms')
          .where('book', '=', book)
          .where('venue', '=', venue)
          .executeTakeFirst();
        const { atMs } = await clock.read();
        const ageMs = row === undefined ? undefined : atMs - Number(row.read_at_ms);
        if (ageMs === undefined) throw new Error('has not read yet');
        if (ageMs > WATCH_AGE_MS_MAX)
          throw new Error(`last read ${Math.round(ageMs / 1000)} s ago`);
        return `read ${(Math.max(0, ageMs) / 1000).toFixed(1)} s ago`;
      }),
    ),
  ]);
}

/** Runs one probe with a deadline; its failure is the check's detail. */
export async function check(name: string, probe: () => Promise<string>): Promise<Check> {
  try {
    return { name, ok: true, detail: await inTime(PROBE_MS_MAX, 'the probe', probe) };
  } catch (error) {
    return { name, ok: false, detail: messageOf(error) };
  }
}
