/** The API's tokens as the command line finds them, and where each comes from. */
import type { HeldToken } from '../client/ports.ts';
import type { Config } from '../contracts/config.ts';
import { ROLES } from '../contracts/roles.ts';
import { readTokens, tokensPath } from '../worker/tokens.ts';
import { dataDirOf } from './settings.ts';

/**
 * The tokens of the environment, and for the others those that the first start stored; a role
 * without one is left out.
 * @throws TokenError where the stored tokens are needed and cannot be used
 */
export async function heldTokens({ environment }: Config): Promise<HeldToken[]> {
  const given = {
    trader: environment.BALLAST_TRADER_TOKEN,
    operator: environment.BALLAST_OPERATOR_TOKEN,
    admin: environment.BALLAST_ADMIN_TOKEN,
  };
  const dataDir = dataDirOf(environment);
  const isComplete = ROLES.every((role) => given[role] !== undefined);
  const stored = isComplete ? undefined : await readTokens(dataDir);
  return ROLES.flatMap((role): HeldToken[] => {
    const token = given[role] ?? stored?.[role];
    if (token === undefined) return [];
    const variable = `BALLAST_${role.toUpperCase()}_TOKEN in the environment or .env`;
    return [{ role, token, source: given[role] === undefined ? tokensPath(dataDir) : variable }];
  });
}
