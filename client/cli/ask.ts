/** What most verbs do: read a list and print it, or ask for a change and say what came of it. */
import type { z } from 'zod';
import type { CliPorts, Role } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { notUnderstood, postChange, readApi, refusal } from './api.ts';
import { jsonText } from './format.ts';

/** Prints what `path` answers: in `lines`, or with `asJson` as it came. */
export async function show<Schema extends z.ZodType>(
  ports: CliPorts,
  asked: { path: string; schema: Schema; asJson: boolean },
  lines: (value: z.output<Schema>) => string[],
): Promise<z.output<Schema>> {
  const { raw, value } = await readApi(ports, asked.path, asked.schema);
  for (const line of asked.asJson ? [jsonText(raw)] : lines(value)) ports.out(line);
  return value;
}

/**
 * Asks for a change that answers 200, and prints what came of it.
 * @returns the exit code
 * @throws CliError for any other answer
 */
export async function change<Schema extends z.ZodType>(
  ports: CliPorts,
  asked: { path: string; role: Role; body: object; schema: Schema; asJson: boolean },
  lines: (value: z.output<Schema>) => string[],
): Promise<number> {
  const answer = await postChange(ports, {
    path: asked.path,
    role: asked.role,
    body: JSON.stringify(asked.body),
    contentType: 'application/json',
    ifUnknown: ['it may have been done: look before asking again'],
  });
  if (answer.status !== 200) throw refusal(answer);
  const parsed = asked.schema.safeParse(answer.body);
  if (!parsed.success) throw notUnderstood(ports);
  for (const line of asked.asJson ? [jsonText(answer.body)] : lines(parsed.data)) ports.out(line);
  return EXIT.ok;
}
