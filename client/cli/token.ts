/** `ballast token show`: the tokens of the API, for scripts and for the person who hands them out. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { ROLES } from '../../contracts/roles.ts';
import type { Role } from '../../contracts/roles.ts';
import type { CliPorts } from '../ports.ts';
import { EXIT } from '../ports.ts';
import { CliError } from './errors.ts';
import { table } from './format.ts';
import type { Ends } from './verbs.ts';

const TOKEN_HELP = `
A higher role includes the lower ones: trader proposes, operator reduces risk, admin adds risk.
With --role only the token is printed; where it comes from is on the error output.

Example:
  $ curl -H "Authorization: Bearer $(ballast token show --role trader)" …`;

/** Adds `token show`. */
export function addTokenVerb(program: Command, ports: CliPorts, ends: Ends): void {
  program
    .command('token')
    .description('the tokens that changes over HTTP need')
    .command('show')
    .description('print the tokens and where they come from')
    .addOption(new Option('--role <role>', 'only this one, alone').choices(ROLES))
    .addHelpText('after', TOKEN_HELP)
    .action(ends((options: { role?: Role }) => showTokens(ports, options.role)));
}

async function showTokens(ports: CliPorts, only: Role | undefined): Promise<number> {
  const wanted = only === undefined ? ROLES : [only];
  const held = (await ports.heldTokens()).filter(({ role }) => wanted.includes(role));
  if (held.length === 0) {
    const which = only === undefined ? '' : `${only} `;
    throw new CliError(`no ${which}token was made yet`, EXIT.configuration, [
      'npm start makes the tokens at its first start; or set BALLAST_TRADER_TOKEN,',
      'BALLAST_OPERATOR_TOKEN and BALLAST_ADMIN_TOKEN',
    ]);
  }
  for (const { role, source } of held) ports.err(`${role}: from ${source}`);
  const lines =
    only === undefined
      ? table(held.map(({ role, token }) => [role, token]))
      : held.map(({ token }) => token);
  for (const line of lines) ports.out(line);
  return EXIT.ok;
}
