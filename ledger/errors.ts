/** What the ledger refuses, each with what happens next. */

/** The Clock and the database disagree on the date: no day is opened and no order is sent. */
export class ClockDisagrees extends Error {
  override readonly name = 'ClockDisagrees';
  readonly code = 'CLOCK_DISAGREES';
  constructor(day: string, databaseNow: string) {
    super(
      `CLOCK_DISAGREES: the clock says the trading day is ${day}, the database's clock ${databaseNow}; ` +
        'set both clocks right, then try again',
    );
  }
}

/** A day was to be closed before it was over; once the Clock is past its end it closes. */
export class DayNotOver extends Error {
  override readonly name = 'DayNotOver';
  constructor(before: string, now: string) {
    super(
      `the days before ${before} cannot be closed yet: the clock says ${now}; ` +
        'they are closed once it is past midnight, and if it is wrong, once it is set right',
    );
  }
}

/** The desk does not exist yet: `ballast start` writes it once. */
export class DeskMissing extends Error {
  override readonly name = 'DeskMissing';
  constructor(desk: string) {
    super(`desk ${desk} is not set up in this ledger; run: ballast start`);
  }
}

/** Something refers to a trade or an order that the ledger does not have. */
export class NotInLedger extends Error {
  override readonly name = 'NotInLedger';
  constructor(what: string, id: string) {
    super(`the ledger has no ${what} ${id}`);
  }
}

/**
 * Whether an error means that what lies on the disk is damaged or cannot be read: a page whose
 * checksum is wrong, a broken index, a file that is gone, an I/O error.
 */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && /^(XX00[12]|58030|58P01)$/.test(code)) return true;
  return isDamage(error.cause);
}

/** Whether an error means that the database was not reached or broke off, rather than refused. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') {
    return (
      /^(ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|EHOSTUNREACH)$/.test(code) ||
      // connection exceptions, shutdown in progress, too many connections, not yet accepting
      /^(08...|57P0[1-3]|53300)$/.test(code)
    );
  }
  if (error instanceof AggregateError) return error.errors.some(isUnreachable);
  return /connection terminated|timeout exceeded when trying to connect|Connection ended/i.test(
    error.message,
  );
}
