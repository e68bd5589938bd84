/** What stops a process before it runs. Apart from the rest, so that the CLI loads no server code. */

/** This process's limits are not those of the ledger; a person has to adopt them. */
export class LimitsDiffer extends Error {
  override readonly name = 'LimitsDiffer';
}

/** Another process runs a desk on this data directory. */
export class AlreadyRunning extends Error {
  override readonly name = 'AlreadyRunning';
}
