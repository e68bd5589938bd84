/** What the files that add verbs share. */
import { InvalidArgumentError } from 'commander';

/** Lets a verb's exit code reach the process. */
export type Ends = <Arguments extends unknown[]>(
  run: (...args: Arguments) => Promise<number>,
) => (...args: Arguments) => Promise<void>;

/** The example at the end of a verb's help. */
export const example = (line: string): string => `\nExample:\n  $ ${line}`;

/** A text option that says something. */
export function nonEmpty(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  return text.trim();
}
