/** An embedded server that could not be started or stopped; `log` holds the last lines it wrote. */
export class EmbeddedServerError extends Error {
  override readonly name = 'EmbeddedServerError';
  readonly log: string;

  constructor(message: string, log = '') {
    super(log === '' ? message : `${message}. The last lines of its log:\n${log}`);
    this.log = log;
  }
}
