/** The import arrows of docs/ARCHITECTURE.md, enforced. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Arrows {
  /** Folders or files of ours that may be imported; a folder's own files always may. */
  readonly own: readonly string[];
  /** Folders of which only types may be imported. */
  readonly types?: readonly string[];
  /** Packages; absent: any. */
  readonly packages?: readonly string[];
}

const ANY_OF_OURS = [
  'domain',
  'contracts',
  'workflows',
  'activities',
  'venues',
  'ledger',
  'worker',
  'tools',
];

const ARROWS: Readonly<Record<string, Arrows>> = {
  domain: { own: [], packages: ['xstate', 'xstate/graph'] },
  contracts: { own: ['domain'], packages: ['zod'] },
  workflows: {
    own: ['domain'],
    types: ['activities', 'contracts'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
  },
  venues: { own: ['domain', 'contracts'] },
  ledger: { own: ['domain', 'contracts'] },
  simulator: { own: ['domain', 'contracts'] },
  activities: { own: ['venues', 'ledger', 'domain', 'contracts'] },
  client: { own: ['domain', 'contracts', 'workflows/messages.ts', 'ledger/read'] },
  worker: { own: ANY_OF_OURS },
  tools: { own: ['worker/embedded', 'tools'] },
};

/** Adapters of different venues never meet, nor does a venue the simulator it is tested with. */
const APART = ['venues/paper', 'venues/kalshi', 'venues/polymarket'];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?[^'";]*?from\s+'([^']+)'|import\('([^']+)'\)|(?:^|\n)import\s+'([^']+)'/g;

function importsOf(file: string, text: string): Import[] {
  return [...text.matchAll(IMPORT)].map((match) => {
    const name = match[2] ?? match[3] ?? match[4] ?? '';
    const to = name.startsWith('.') ? normalize(join(dirname(file), name)) : name;
    return { from: file, to, typeOnly: match[1] !== undefined };
  });
}

function isOurs(path: string): boolean {
  return /^[a-z]+\//.test(path) && /\.(ts|mjs)$/.test(path);
}

function violation({ from, to, typeOnly }: Import): string | undefined {
  const room = from.split('/')[0]!;
  const arrows = ARROWS[room];
  if (arrows === undefined) return undefined;
  const found = `${from} imports ${to}`;
  if (!isOurs(to)) {
    const allowed = arrows.packages;
    return allowed === undefined || allowed.includes(to) ? undefined : found;
  }
  const here = APART.find((folder) => from.startsWith(`${folder}/`));
  const there = APART.find((folder) => to.startsWith(`${folder}/`));
  if (here !== undefined && there !== undefined && here !== there) return found;
  const within = (folder: string): boolean => to === folder || to.startsWith(`${folder}/`);
  if (within(room) || arrows.own.some(within)) return undefined;
  return typeOnly && arrows.types?.some(within) === true ? undefined : found;
}

function sources(): string[] {
  return [...Object.keys(ARROWS), 'bin']
    .flatMap((room) =>
      readdirSync(join(ROOT, room), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name))
        .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
    )
    .toSorted();
}

describe('imports point one way', () => {
  test('every file keeps to its arrows', () => {
    const found = sources().flatMap((file) =>
      importsOf(file, readFileSync(join(ROOT, file), 'utf8')).flatMap(
        (one) => violation(one) ?? [],
      ),
    );
    expect(found).toEqual([]);
  });

  test('nothing but bin and tests reaches bin', () => {
    const found = sources()
      .filter((file) => !file.startsWith('bin/'))
      .flatMap((file) => importsOf(file, readFileSync(join(ROOT, file), 'utf8')))
      .filter(({ to }) => /^(bin|test|bench)\//.test(to));
    expect(found).toEqual([]);
  });

  test.each([
    ['domain/a.ts', "import { z } from 'zod';"],
    ['domain/a.ts', "import { sql } from '../ledger/database.ts';"],
    ['workflows/a.ts', "import { readFile } from 'node:fs';"],
    ['workflows/a.ts', "import { createActivities } from '../activities/index.ts';"],
    ['venues/paper/a.ts', "import { openLedger } from '../../ledger/ledger.ts';"],
    ['venues/paper/a.ts', "import { sign } from '../kalshi/sign.ts';"],
    ['ledger/a.ts', "import type { Venue } from '../venues/venue.ts';"],
    ['client/a.ts', "import { reserve } from '../ledger/verbs/reserve.ts';"],
    ['client/a.ts', "import { trade } from '../workflows/trade.ts';"],
    ['worker/a.ts', "import { runCli } from '../client/cli/program.ts';"],
    ['simulator/a.ts', "import { sign } from '../venues/kalshi/sign.ts';"],
    ['worker/a.ts', "import { startSimulator } from '../simulator/frame/start.ts';"],
    ['client/a.ts', "import { startSimulator } from '../simulator/frame/start.ts';"],
    ['contracts/a.ts', "export { openLedger } from '../ledger/ledger.ts';"],
  ])('a wrong arrow is caught: %s: %s', (file, text) => {
    expect(importsOf(file, text).map(violation)).toEqual([expect.any(String)]);
  });

  test.each([
    ['workflows/a.ts', "import type { Activities } from '../activities/index.ts';"],
    ['client/a.ts', "import { MAIN_QUEUE } from '../workflows/messages.ts';"],
    ['client/a.ts', "import { listTrades } from '../ledger/read/trades.ts';"],
    ['simulator/a.ts', "import { parseDecimal } from '../domain/decimal.ts';"],
    ['activities/a.ts', "import type { Venue } from '../venues/venue.ts';"],
  ])('a right arrow passes: %s: %s', (file, text) => {
    expect(importsOf(file, text).map(violation)).toEqual([undefined]);
  });
});
