/** Thrown when the program itself is wrong; never caused by a user's input or by a venue. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/**
 * Stops on a broken assumption of our own code.
 * @throws AssertionError when `condition` is false
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/**
 * Marks a switch as complete: reaching it is a bug, and the compiler says so first.
 * @throws AssertionError always
 */
export function assertNever(value: never): never {
  throw new AssertionError(`unexpected value: ${JSON.stringify(value)}`);
}
