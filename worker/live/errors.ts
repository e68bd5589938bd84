/** What the way to live refuses. Apart from the rest, so that the CLI loads no server code. */

/** What was asked must not be done as things stand; the message says why and what to do. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}
