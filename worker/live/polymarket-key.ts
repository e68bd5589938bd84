/**
 * Polymarket's API key: given by the environment, or derived once from the private key and kept in
 * the data directory, mode 0600. It belongs to one address on one host.
 */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../../contracts/config.ts';
import type { FieldProblem } from '../../contracts/proposal.ts';
import type { PolymarketApiKey } from '../../venues/polymarket/l2.ts';
import { Secret } from '../../venues/secret.ts';
import { dataDirOf } from '../data-dir.ts';
import { readState, writeState } from '../embedded/state-file.ts';
import { isOpenToOthers } from '../file-mode.ts';
import { isPlaceholder } from './placeholders.ts';

/** Whose key it is. */
interface Owner {
  /** Of the private key. */
  readonly address: string;
  /** Host and port of the exchange. */
  readonly host: string;
}

/** By owner: trying another key takes nothing from the first. */
const storedSchema = z.record(
  z.string(),
  z.strictObject({
    apiKey: z.string().min(1),
    secret: z.string().min(1),
    passphrase: z.string().min(1),
  }),
);

const entryOf = ({ address, host }: Owner): string => `${address.toLowerCase()} at ${host}`;

const GIVEN = ['POLYMARKET_API_KEY', 'POLYMARKET_SECRET', 'POLYMARKET_PASSPHRASE'] as const;
const SET_UP = 'ballast venue setup polymarket';

const fileOf = ({ environment }: Config): string =>
  join(dataDirOf(environment), 'polymarket-api.json');

/** What is wrong with the part of the API key that the environment gives; none of it is fine. */
export function givenKeyProblems({ environment }: Config): FieldProblem[] {
  if (GIVEN.every((name) => environment[name] === undefined)) return [];
  return GIVEN.flatMap((field): FieldProblem[] => {
    const value = environment[field];
    if (value === undefined) {
      return [{ field, problem: `is not set: ${GIVEN.join(', ')} are given together, or none` }];
    }
    return isPlaceholder(value) ? [{ field, problem: 'is a placeholder' }] : [];
  });
}

/** Why there is no API key for this owner; undefined where there is one. */
export function missingKey(config: Config, owner: Owner): FieldProblem | undefined {
  const file = fileOf(config);
  const field = 'POLYMARKET_API_KEY';
  try {
    if (givenKey(config) === undefined && isOpenToOthers(statSync(file))) {
      return { field, problem: `${file} is open to other users: chmod 600 ${file}` };
    }
  } catch {
    // Not there: told below.
  }
  if (apiKeyOf(config, owner) !== undefined) return undefined;
  return {
    field,
    problem: `is not set, and ${file} holds none for ${owner.address} at ${owner.host}: ${SET_UP}`,
  };
}

/** The API key of an owner, given or stored; undefined where there is none. */
export function apiKeyOf(config: Config, owner: Owner): PolymarketApiKey | undefined {
  const given = givenKey(config);
  if (given !== undefined) return given;
  const stored = readState(fileOf(config), storedSchema)?.[entryOf(owner)];
  return stored === undefined ? undefined : keyOf(stored);
}

/** Keeps a derived key for later processes. */
export function storeKey(config: Config, owner: Owner, key: PolymarketApiKey): void {
  mkdirSync(dataDirOf(config.environment), { recursive: true });
  writeState(fileOf(config), {
    ...readState(fileOf(config), storedSchema),
    [entryOf(owner)]: {
      apiKey: key.apiKey,
      secret: key.secret.reveal(),
      passphrase: key.passphrase.reveal(),
    },
  });
}

function givenKey({ environment }: Config): PolymarketApiKey | undefined {
  const [apiKey, secret, passphrase] = GIVEN.map((name) => environment[name]);
  if (apiKey === undefined || secret === undefined || passphrase === undefined) return undefined;
  return keyOf({ apiKey, secret, passphrase });
}

function keyOf(of: { apiKey: string; secret: string; passphrase: string }): PolymarketApiKey {
  return {
    apiKey: of.apiKey,
    secret: new Secret(of.secret),
    passphrase: new Secret(of.passphrase),
  };
}
