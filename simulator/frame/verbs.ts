/** What the venues' admin verbs are made of. */
import type { z } from 'zod';
import { parsed } from './bodies.ts';

/** A body in, an answer out; throws an Error with a clear text. */
export type Verb = (body: unknown) => unknown;
export type Verbs = Readonly<Record<string, Verb>>;

/** A verb with its schema. */
export function verb<Schema extends z.ZodType>(
  schema: Schema,
  run: (body: z.output<Schema>) => unknown,
): Verb {
  return (body) => run(parsed(schema, body ?? {}));
}

/** The verbs, each of which lets time pass first and answers `{}` where it has nothing to tell. */
export function inTime(verbs: Verbs, letTimePass: () => void): Verbs {
  return Object.fromEntries(
    Object.entries(verbs).map(([name, run]) => [
      name,
      (body: unknown) => {
        letTimePass();
        return run(body) ?? {};
      },
    ]),
  );
}
