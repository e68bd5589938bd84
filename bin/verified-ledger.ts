/** Opens the ledger for trading: the right one, up to date, and in order. */
import type { Logger } from 'pino';
import type { Config } from '../contracts/config.ts';
import { ledgerFindings } from '../domain/invariants/verify.ts';
import { sha256Hex } from '../ledger/identity.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openLedger } from '../ledger/ledger.ts';
import { readBooks } from '../ledger/read/books.ts';
import { damaged, tellingDamage } from './damage.ts';
import { refuseOtherLedger } from './ledger-file.ts';

/**
 * Opens the ledger and brings its tables up to date. Where it is not the one this data directory
 * knows nothing is written at all.
 * @throws LedgerReplaced, LedgerDamaged
 */
export async function openVerifiedLedger(options: {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly log: Logger;
}): Promise<Ledger> {
  const { config, log } = options;
  const ledger = openLedger(options.databaseUrl, (error) =>
    log.warn({ err: error }, 'ledger connection lost'),
  );
  try {
    await refuseOtherLedger(config, ledger.db);
    const found = await tellingDamage(config, async () => {
      await ledger.migrate();
      return Object.values(ledgerFindings(await readBooks(ledger.db), sha256Hex)).flat();
    });
    if (found.length > 0) throw await damaged(config, found);
    return ledger;
  } catch (error) {
    await ledger.close();
    throw error;
  }
}
