/** Proposals from a file or standard input, as they will be sent. */
import { messageOf } from '../../domain/thrown.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { CliError } from './errors.ts';
import { printable } from './format.ts';

/** Proposals as they are sent, and what to call each in the output. */
export interface Outbox {
  readonly body: string;
  readonly contentType: string;
  readonly form: 'one' | 'several';
  readonly names: readonly string[];
}

/**
 * Reads one JSON object, an array, or NDJSON. The text is sent as it is; only what each proposal
 * is called is taken from it.
 * @throws CliError when it cannot be read or is none of these; nothing is sent then
 */
export async function readProposals(ports: CliPorts, path: string): Promise<Outbox> {
  return outboxOf(await readInput(ports, path), path);
}

function outboxOf(text: string, path: string): Outbox {
  const body = text.replace(/^\uFEFF/, '').trim();
  if (body === '') throw new CliError(`${path} holds no proposal`, EXIT.usage);
  const whole = parseJson(body);
  if ('value' in whole) {
    const several = Array.isArray(whole.value);
    const values: unknown[] = Array.isArray(whole.value) ? whole.value : [whole.value];
    const names = values.map(nameOfInput);
    const form = several ? 'several' : 'one';
    return { body, contentType: 'application/json', form, names };
  }
  const lines = body
    .split('\n')
    .flatMap((line, index) =>
      line.trim() === '' ? [] : [{ number: index + 1, read: parseJson(line) }],
    );
  const bad = lines.find(({ read }) => 'problem' in read);
  if (bad !== undefined) {
    // When not even the first line is JSON, the text was meant as one document.
    const problem =
      bad.number === 1 ? `is not JSON: ${whole.problem}` : `is not JSON in line ${bad.number}`;
    throw new CliError(`${path} ${problem}`, EXIT.usage, ['nothing was sent']);
  }
  const names = lines.map(({ read }, index) =>
    nameOfInput('value' in read ? read.value : undefined, index),
  );
  return { body, contentType: 'application/x-ndjson', form: 'several', names };
}

async function readInput(ports: CliPorts, path: string): Promise<string> {
  try {
    return await ports.readInput(path);
  } catch (error) {
    throw new CliError(`cannot read ${path}: ${messageOf(error)}`, EXIT.usage, [
      'nothing was sent',
    ]);
  }
}

function parseJson(text: string): { value: unknown } | { problem: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: printable(messageOf(error)) };
  }
}

function nameOfInput(value: unknown, index: number): string {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
  return typeof id === 'string' && id !== '' ? printable(id) : `proposal ${index + 1}`;
}
