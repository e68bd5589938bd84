/** Arguments of signals and updates come from anybody with access to Temporal: taken as they are. */
import { ApplicationFailure } from '@temporalio/workflow';
import type { DeskRequest } from '../domain/desk.ts';

const TEXT_LENGTH_MAX = 500;

/**
 * What a signal's argument says; never throws, since a throw fails the workflow task for ever. A
 * pause whose argument is malformed still pauses.
 */
export function requestOf(raw: unknown): DeskRequest {
  return {
    by: textOf(raw, 'by') ?? 'somebody (a signal without "by")',
    reason: textOf(raw, 'reason') ?? 'none given',
  };
}

/** The validator of updates, which may refuse: the caller hears why, and nothing is recorded. */
export function assertRequest(raw: unknown): void {
  for (const field of ['by', 'reason'] as const) {
    if (textOf(raw, field) !== undefined) continue;
    throw ApplicationFailure.nonRetryable(
      `${field} must be a text of 1 to ${TEXT_LENGTH_MAX} characters: {"by": "…", "reason": "…"}`,
      'InvalidRequest',
    );
  }
}

function textOf(raw: unknown, field: 'by' | 'reason'): string | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  const value: unknown = Reflect.get(raw, field);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  return value.slice(0, TEXT_LENGTH_MAX);
}
