/** What a command ends with when it does not end well. */
import { ConfigError } from '../../contracts/config.ts';
import { TokenError } from '../../contracts/roles.ts';
import { messageOf } from '../../domain/thrown.ts';
import { EXIT } from '../ports.ts';

/** A failure a person reads: what happened, the exit code, and what to do about it. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;
  readonly advice: readonly string[];
  constructor(message: string, exitCode: number, advice: readonly string[] = []) {
    super(message);
    this.exitCode = exitCode;
    this.advice = advice;
  }
}

/** Any thrown value as a `CliError`; the host's own errors keep their message. */
export function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof ConfigError) {
    const advice = ['correct the environment or .env; .env.example explains every name'];
    return new CliError(error.message, EXIT.configuration, advice);
  }
  if (error instanceof TokenError) return new CliError(error.message, EXIT.configuration);
  return new CliError(messageOf(error), EXIT.error);
}

/** The lines for standard error: `Error: … (code N)`, then the advice, indented. */
export function errorLines(error: CliError): string[] {
  const [first = '', ...rest] = error.message.split('\n');
  return [
    `Error: ${first} (code ${error.exitCode})`,
    ...rest,
    ...error.advice.map((line) => `  ${line}`),
  ];
}
