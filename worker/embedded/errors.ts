/** An embedded server that could not be started or stopped; `log` is an excerpt of what it wrote. */
export class EmbeddedServerError extends Error {
  override readonly name = 'EmbeddedServerError';
  readonly log: string;

  constructor(message: string, log = '') {
    super(log === '' ? message : `${message}. From its log:\n${log}`);
    this.log = log;
  }
}
