import { isVenueFailure } from './venue.ts';

/** One line of what is checked before an account trades. */
export interface AccountCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** What a check found. */
export type Finding = Omit<AccountCheck, 'name'>;

/** Runs checks one after the other; one that cannot be made is a failed one. */
export async function runAccountChecks(
  checks: readonly (readonly [name: string, check: () => Promise<Finding>])[],
): Promise<AccountCheck[]> {
  const rows: AccountCheck[] = [];
  for (const [name, check] of checks) rows.push({ name, ...(await told(check)) });
  return rows;
}

async function told(check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    if (!isVenueFailure(error)) throw error;
    return { ok: false, detail: error.message };
  }
}
