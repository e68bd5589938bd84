import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { claimDataDir, readRunFile, takeTurn, type Turn } from '../../bin/run-file.ts';
import { AlreadyRunning } from '../../bin/errors.ts';
import { withLedger } from '../../bin/with-ledger.ts';
import { readConfig, type Config } from '../../contracts/config.ts';
import { openLedger, type Ledger } from '../../ledger/ledger.ts';
import { isAlive } from '../../tools/setup/processes.mjs';
import { startPostgres } from '../../worker/embedded/postgres.ts';
import { eventually, runNode, type NodeChild } from '../support/children.ts';
import { testDirectory } from '../support/servers.ts';

let dataDir: string;
const children: NodeChild[] = [];
beforeEach(() => {
  dataDir = testDirectory('claim');
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.process.kill('SIGKILL');
    await child.ended();
  }
});

function contender(): NodeChild {
  const child = runNode(['test/support/claim-child.ts', dataDir, join(dataDir, 'go')]);
  children.push(child);
  return child;
}
const says = (child: NodeChild, text: string): Promise<void> =>
  eventually(`${text} in: ${child.output()}`, () => child.output().includes(text));
const go = (): void => writeFileSync(join(dataDir, 'go'), '');

describe('the data directory of a desk', () => {
  test('of several that start at once over what a killed one left, exactly one gets it', async () => {
    const killed = contender();
    go();
    await says(killed, 'won');
    rmSync(join(dataDir, 'go'));
    killed.process.kill('SIGKILL');
    await killed.ended();
    expect(existsSync(join(dataDir, 'run.json'))).toBe(true);
    expect(readRunFile(dataDir)).toBeUndefined();

    const contenders = [1, 2, 3, 4].map(contender);
    for (const child of contenders) await says(child, 'waits');
    go();
    for (const child of contenders) await says(child, ';');

    const [winner, ...more] = contenders.filter((child) => child.output().includes('won'));
    expect(more).toEqual([]);
    const pid = winner?.process.pid;
    expect(readRunFile(dataDir)?.pid).toBe(pid);
    for (const child of contenders.filter((one) => one !== winner)) {
      expect(child.output()).toContain(
        `lost: process ${String(pid)} runs a desk on ${dataDir}; stop it with: ballast stop`,
      );
    }
  });

  test('it is free again once it was released', async () => {
    const first = await claimDataDir(dataDir);
    await expect(claimDataDir(dataDir)).rejects.toThrow(AlreadyRunning);
    first.release();
    expect(readRunFile(dataDir)).toBeUndefined();
    (await claimDataDir(dataDir)).release();
  });

  test('a start waits for a command that works on the ledger', async () => {
    const turn = await takeTurn(dataDir);
    const order: string[] = [];
    const claim = claimDataDir(dataDir).then((claimed) => {
      order.push('claimed');
      return claimed;
    });
    await new Promise(setImmediate);
    order.push('released');
    aloneIn(turn).release();
    (await claim).release();
    expect(order).toEqual(['released', 'claimed']);
  });

  test('a command waits for a desk that is just starting, and uses its server', async () => {
    const claim = await claimDataDir(dataDir);
    const turn = takeTurn(dataDir);
    await new Promise(setImmediate);
    claim.describe({ databaseUrl: 'postgresql://here' });
    expect(await turn).toEqual({ kind: 'desk', databaseUrl: 'postgresql://here' });
    claim.release();
  });

  function aloneIn(turn: Turn): Turn & { kind: 'alone' } {
    if (turn.kind !== 'alone') throw new Error('a desk was found where none runs');
    return turn;
  }
});

describe('commands while no desk runs', () => {
  let config: Config;
  beforeEach(async () => {
    config = readConfig({ BALLAST_DATA_DIR: dataDir });
    const postgres = await startPostgres({ dataDir, fsync: false });
    const ledger = openLedger(postgres.url, () => {});
    await ledger.migrate();
    await ledger.close();
    await postgres.stop();
  });

  test('several at once share no server and stop nobody else’s', async () => {
    let inside = 0;
    const command = (): Promise<number> =>
      withLedger(config, async (ledger) => {
        inside += 1;
        expect(inside).toBe(1);
        const pid = await ask(ledger);
        await ask(ledger);
        inside -= 1;
        return pid;
      });
    const pids = await Promise.all([command(), command(), command()]);
    expect(new Set(pids).size).toBe(3);
    expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false);
  });

  test('a server that a killed desk left running is used and left running', async () => {
    const left = await startPostgres({ dataDir, fsync: false });
    await withLedger(config, ask);
    expect(isAlive(left.pid)).toBe(true);
    await left.stop();
  });

  /** The id of the connection's process: another one for each server and connection. */
  async function ask(ledger: Ledger): Promise<number> {
    const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(ledger.db);
    return rows[0]!.pid;
  }
});
