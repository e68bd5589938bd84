/** What stops a process before it runs. Apart from the rest, so that the CLI loads no server code. */

/** One limit as the ledger has it, and as this process would have it. */
interface Difference {
  readonly field: string;
  readonly was: string;
  readonly is: string;
}

/** This process's limits are not those of the ledger; a person has to decide. */
export class LimitsDiffer extends Error {
  override readonly name = 'LimitsDiffer';
  constructor(differences: readonly Difference[]) {
    const lines = differences.map(({ field, was, is }) => `  ${field}: ledger ${was}, here ${is}`);
    super(
      `the limits of this process are not those of the desk:\n${lines.join('\n')}\n${adviceOn(differences)}`,
    );
  }
}

/** The opening cash was deposited once: no command makes it another, so none may be promised. */
function adviceOn(differences: readonly Difference[]): string {
  return differences.some(({ field }) => field === 'initialBalanceMicros')
    ? 'the initial balance was deposited at first start and stays: set LIVE_TRADING_INITIAL_BALANCE, ' +
        'BALLAST_INITIAL_BALANCE_KALSHI and BALLAST_VENUES back, or start on another BALLAST_DATA_DIR'
    : 'adopt them on purpose: ballast limits apply --reason "..."';
}

/** What the ledger's database holds is damaged: nothing is traded on it, nothing overwritten. */
export class LedgerDamaged extends Error {
  override readonly name = 'LedgerDamaged';
  constructor(
    found: { readonly findings: readonly string[]; readonly advice: string },
    options?: ErrorOptions,
  ) {
    const more = found.findings.length - FINDINGS_SHOWN;
    const shown = [
      ...found.findings.slice(0, FINDINGS_SHOWN),
      ...(more > 0 ? [`and ${more} more; all of them: ballast verify`] : []),
    ];
    super(
      `the ledger is damaged and nothing is traded on it:
${shown.map((line) => `  ${line}`).join('\n')}\n` + found.advice,
      options,
    );
  }
}
const FINDINGS_SHOWN = 5;

/** The database is not the ledger this data directory knows, or an older copy of it. */
export class LedgerReplaced extends Error {
  override readonly name = 'LedgerReplaced';
}

/** Another process runs a desk on this data directory. */
export class AlreadyRunning extends Error {
  override readonly name = 'AlreadyRunning';
}

/** Another process listens where the API of this one should. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
  constructor(address: string, options: ErrorOptions) {
    const advice = 'stop what listens there, or set BALLAST_PORT to a free port';
    super(`something listens on ${address} already; ${advice}`, options);
  }
}
