import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { writeOutput } from '../../../bin/predecessor-data.ts';
import type { ExportedFile } from '../../../contracts/predecessor-file.ts';
import type { ImportOutcome, ImportView } from '../../../contracts/predecessor-import.ts';
import { importViewSchema } from '../../../contracts/predecessor-import.ts';
import { betText, fileText } from '../../support/predecessor.ts';
import { cli } from './harness.ts';

const VIEW: ImportView = {
  dryRun: false,
  day: '2026-11-22',
  bets: [
    {
      index: 0,
      bet: 'CBJ@FLA',
      result: 'imported',
      trade: 'import-nhl-2025-12-06-CBJ-FLA',
      game: 'Blue Jackets vs \u001b[2JPanthers',
      quantity: '5',
      cost: '3.755625',
      fees: '0.180625',
      reasons: [],
    },
    {
      index: 1,
      bet: 'TA@TH',
      result: 'refused',
      trade: null,
      game: 'Test',
      quantity: '100',
      cost: '0.84',
      fees: '0.04',
      reasons: ['roi_percent: it comes to 11804.76 %, above the plausible 100.00 %: a unit error'],
    },
  ],
  balance: {
    initial: '100.00',
    history: '0.00',
    open: '3.755625',
    explained: '96.244375',
    stated: '95.404375',
    difference: '0.84',
  },
  cash: [
    { venue: 'kalshi', paid: '1.961875', freeAfter: '48.038125' },
    { venue: 'polymarket', paid: '1.79375', freeAfter: '48.20625' },
  ],
};
const TEXT = fileText([betText()]);

function run(outcome: ImportOutcome, ...argv: string[]) {
  const asked: unknown[] = [];
  const importFile = (request: object): Promise<ImportOutcome> => {
    asked.push({ ...request, file: 'file' in request });
    return Promise.resolve(outcome);
  };
  const readInput = (): Promise<string> => Promise.resolve(TEXT);
  return cli(['import', ...argv], { importFile, readInput }).then((ended) => ({ ...ended, asked }));
}

describe('ballast import', () => {
  test('says what became of each bet, why, and what the file does not explain', async () => {
    const { code, out, asked } = await run({ kind: 'done', view: VIEW }, 'old.json');
    expect(code).toBe(0);
    expect(asked).toEqual([
      { file: true, source: 'old.json', reason: 'import of old.json', dryRun: false },
    ]);
    expect(out).toContain('imported 1 bets as open trades of the paper book on 2026-11-22');
    expect(out).toMatch(/^CBJ@FLA +imported +import-nhl-2025-12-06-CBJ-FLA +5 +\$3\.755625/m);
    expect(out).toMatch(/^TA@TH +refused +- +100 +\$0\.84/m);
    expect(out).toContain('TA@TH: roi_percent: it comes to 11804.76 %');
    expect(out).toContain('$0.84 went into bets that are no trade here');
    expect(out).toMatch(/^kalshi +\$1\.961875 paid for this import +\$48\.038125 free after it$/m);
    expect(out).not.toContain('\u001b');
  });

  test('a dry run and a reason are handed on; a dry run says that it is one', async () => {
    const dry = { ...VIEW, dryRun: true };
    const argv = ['old.json', '--dry-run', '--reason', 'moving house'];
    const { out, asked } = await run({ kind: 'done', view: dry }, ...argv);
    expect(asked).toMatchObject([{ dryRun: true, reason: 'moving house' }]);
    expect(out).toContain('would import 1 bets');
    expect(out).toMatch(/^CBJ@FLA +to import /m);
    expect(out).toMatch(/^kalshi +\$1\.961875 to pay for this import/m);
  });

  test('a repeat says that nothing is new', async () => {
    const bets = VIEW.bets.map((bet) => ({ ...bet, result: 'already there' as const }));
    const { out } = await run({ kind: 'done', view: { ...VIEW, bets } }, 'old.json');
    expect(out).toContain('nothing new: 2 bets are here already');
  });

  test('--json prints the whole report', async () => {
    const { code, out } = await run({ kind: 'done', view: VIEW }, 'old.json', '--json');
    expect([code, importViewSchema.parse(JSON.parse(out))]).toEqual([0, VIEW]);
  });

  test('a damaged file ends with 2, every mistake by its field, and the ledger is not asked', async () => {
    const damaged = fileText([betText({ quantity: -5, sport: 7 })]);
    const { code, err } = await cli(['import', 'old.json'], {
      readInput: () => Promise.resolve(damaged),
    });
    expect(code).toBe(2);
    expect(err.split('\n')).toEqual([
      'Error: old.json is damaged; nothing was imported (code 2)',
      '  bets.0.sport: sport must be text, was 7',
      expect.stringContaining('bets.0.quantity: a quantity must be above zero'),
    ]);
  });

  test.each([
    ['cash', 6],
    ['conflict', 9],
    ['book', 9],
  ] as const)('refused by the ledger for %s ends with %d and says why', async (why, exit) => {
    const problems = [{ field: 'kalshi', problem: '$3.00 is missing' }];
    const { code, err } = await run({ kind: 'refused', why, problems }, 'old.json');
    expect(code).toBe(exit);
    expect(err).toContain('nothing was imported');
    expect(err).toContain('  kalshi: $3.00 is missing');
  });
});

describe('ballast export', () => {
  const FILE: ExportedFile = { balance: 1, initial_balance: 2, bets: [], total_profit: -1 };
  const exportFile = (): Promise<ExportedFile> => Promise.resolve(FILE);

  test('prints the file, or writes it where it is told', async () => {
    const printed = await cli(['export'], { exportFile });
    expect([printed.code, JSON.parse(printed.out)]).toEqual([0, FILE]);
    const written: [string, string][] = [];
    const ended = await cli(['export', '--out', 'x.json'], {
      exportFile,
      writeOutput: async (...call) => {
        written.push(call);
      },
    });
    expect([ended.code, ended.out]).toEqual([0, '0 bets written to x.json']);
    expect(written.map(([path, text]) => [path, JSON.parse(text) as unknown])).toEqual([
      ['x.json', FILE],
    ]);
  });

  test('a file is replaced whole or stays as it was', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ballast-export-'));
    const path = join(directory, 'trades.json');
    writeFileSync(path, 'before');
    await writeOutput(path, 'after');
    expect(readFileSync(path, 'utf8')).toBe('after');
    mkdirSync(join(directory, 'folder', 'full'), { recursive: true });
    await expect(writeOutput(join(directory, 'folder'), 'no file')).rejects.toThrow(/directory/);
    expect(readdirSync(directory)).toEqual(['folder', 'trades.json']);
  });
});
