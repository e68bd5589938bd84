/** Tells damage on the disk from other failures, and says how to get the ledger back. */
import type { Config } from '../contracts/config.ts';
import { isDamage } from '../ledger/errors.ts';
import { EmbeddedServerError } from '../worker/embedded/errors.ts';
import { LedgerDamaged } from './errors.ts';
import { readLedgerFile, restoreAdvice } from './ledger-file.ts';
import { dataDirOf } from './settings.ts';

/** What the embedded server writes down where its own files are the reason that it does not start. */
const DAMAGE_IN_LOG =
  /(PANIC|FATAL|ERROR):\s.*(checksum|corrupt|invalid page|invalid checkpoint|could not (open|read) file)/i;

/** Runs `work`, which reads the ledger. @throws LedgerDamaged where its files cannot be read */
export async function tellingDamage<Result>(
  config: Config,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const finding = damageIn(error);
    if (finding === undefined) throw error;
    throw await damaged(config, [finding], { cause: error });
  }
}

/** The error that names what was found and what to do about it. */
export async function damaged(
  config: Config,
  findings: readonly string[],
  options?: ErrorOptions,
): Promise<LedgerDamaged> {
  const mark = await readLedgerFile(dataDirOf(config.environment));
  const advice = await restoreAdvice(config, mark?.ledgerId);
  return new LedgerDamaged({ findings, advice }, options);
}

function damageIn(error: unknown): string | undefined {
  if (error instanceof EmbeddedServerError) return DAMAGE_IN_LOG.exec(error.log)?.[0];
  return isDamage(error) ? (error as Error).message : undefined;
}
