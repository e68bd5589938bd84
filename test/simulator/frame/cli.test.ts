/** `ballast simulate` as a process: addresses, variables, the key, and its end. */
import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startSimulators } from '../../../bin/simulate.ts';
import type { SimulateAsked, SimulatorView } from '../../../client/simulate-ports.ts';
import { cli } from '../../client/cli/harness.ts';
import type { NodeChild } from '../../support/children.ts';
import { eventually, runNode } from '../../support/children.ts';
import { testDirectory } from '../../support/servers.ts';

const children: NodeChild[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.process.kill('SIGKILL');
});

/** Runs `ballast simulate` until it has printed `text`. */
async function simulate(text: string, ...args: string[]): Promise<NodeChild> {
  const child = runNode(['test/support/simulate-child.ts', 'simulate', ...args]);
  children.push(child);
  await eventually(text, () => child.output().includes(text) || child.process.exitCode !== null);
  return child;
}

function fileWith(name: string, value: unknown): string {
  const path = join(testDirectory('simulate'), name);
  writeFileSync(path, JSON.stringify(value));
  return path;
}

const asked: SimulateAsked = { port: 0, adminPort: 0, seed: '1', share: 0 };

describe('as a process', () => {
  test('prints addresses and variables, serves, and ends with 0 at Ctrl-C', async () => {
    const child = await simulate('ready; stop with Ctrl-C', '--venue', 'kalshi');
    const address = /^kalshi +(http:\/\/127\.0\.0\.1:\d+) +(http:\/\/127\.0\.0\.1:\d+)$/m;
    const [, url = '', adminUrl = ''] = address.exec(child.output()) ?? [];
    expect(child.output()).toContain(`KALSHI_BASE_URL=${url}/trade-api/v2\n`);
    expect(await (await fetch(`${url}/orders`)).json()).toMatchObject({ orders: [] });
    expect(await (await fetch(`${adminUrl}/admin/health`)).json()).toMatchObject({ requests: 1 });
    const keyFile = /^KALSHI_PRIVATE_KEY_PATH=(.+)$/m.exec(child.output())?.[1] ?? '';
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(createPrivateKey(readFileSync(keyFile)).asymmetricKeyType).toBe('rsa');
    child.process.kill('SIGINT');
    expect(await child.ended()).toBe(0);
    expect(existsSync(keyFile)).toBe(false);
    expect(child.output()).not.toContain('PRIVATE KEY-----');
  });

  test('--json prints one object; data, faults and journal are taken', async () => {
    const data = fileWith('data.json', { kalshi: [{ verb: 'open', body: { id: 'a' } }] });
    const journal = join(testDirectory('simulate'), 'journal.ndjson');
    const files = ['--data', data, '--venue', 'kalshi', '--journal', journal];
    const child = await simulate('\n}', '--json', '--seed', 's', '--faults', '0.2', ...files);
    const { simulators } = JSON.parse(child.output()) as { simulators: SimulatorView[] };
    expect(simulators).toHaveLength(1);
    const [{ url, adminUrl }] = simulators as [SimulatorView];
    const told = async (what: string): Promise<unknown> =>
      (await fetch(`${adminUrl}/admin/${what}`)).json();
    expect(await told('records')).toEqual({ orders: ['a'] });
    expect(await told('faults')).toMatchObject({ plan: { seed: 's', share: 0.2 } });
    await fetch(`${url}/orders`).catch(() => undefined);
    child.process.kill('SIGTERM');
    expect(await child.ended()).toBe(0);
    expect(readFileSync(journal, 'utf8')).toContain('"endpoint":"orders"');
  });

  test('Polymarket is simulated under the variables its adapter reads', async () => {
    const market = { verb: 'openMarket', body: { slug: 'rain-in-may' } };
    const data = fileWith('data.json', { polymarket: [market] });
    const child = await simulate('\n}', '--json', '--data', data, '--venue', 'polymarket');
    const { simulators } = JSON.parse(child.output()) as { simulators: SimulatorView[] };
    const [{ url, environment }] = simulators as [SimulatorView];
    expect(environment).toMatchObject({
      POLYMARKET_BASE_URL: url,
      POLYMARKET_GAMMA_BASE_URL: `${url}/gamma`,
      POLYMARKET_DATA_BASE_URL: `${url}/data-api`,
      POLYMARKET_SITE_BASE_URL: `${url}/site`,
      POLYMARKET_SOCKET_BASE_URL: url.replace('http', 'ws'),
      POLYMARKET_PRIVATE_KEY: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      POLYMARKET_SIGNATURE_TYPE: '0',
    });
    const gamma = await fetch(`${url}/gamma/markets?slug=rain-in-may`);
    expect(await gamma.json()).toMatchObject([{ slug: 'rain-in-may', outcomes: '["Yes","No"]' }]);
    child.process.kill('SIGTERM');
    expect(await child.ended()).toBe(0);
  });

  test('a call of the data file that fails ends the start with its place and text', async () => {
    const data = fileWith('data.json', { kalshi: [{ verb: 'open', body: {} }] });
    const child = await simulate('Error', '--venue', 'kalshi', '--data', data);
    expect(await child.ended()).toBe(1);
    expect(child.output()).toContain('Error: kalshi.0 open: id: is missing (code 1)');
  });
});

describe('what cannot be simulated is told', () => {
  test.each([
    [{ kalshi: [{ verb: '' }] }, /data\.json: kalshi\.0\.verb: /],
    [{ betfair: [] }, /data\.json: .*betfair/],
    [{ polymarket: [] }, /data\.json: has calls for polymarket, which is not simulated here$/],
  ])('data %j', async (file, text) => {
    const dataFile = fileWith('data.json', file);
    const registry = { kalshi: () => Promise.reject(new Error('not started')) as never };
    await expect(startSimulators({ ...asked, dataFile }, registry)).rejects.toThrow(text);
  });

  test('a file that is no JSON', async () => {
    const dataFile = join(testDirectory('simulate'), 'data.json');
    writeFileSync(dataFile, '{');
    const registry = { kalshi: () => Promise.reject(new Error('not started')) as never };
    await expect(startSimulators({ ...asked, dataFile }, registry)).rejects.toThrow(
      /data\.json: is no JSON: /,
    );
  });

  test('a venue without a simulator', async () => {
    await expect(startSimulators({ ...asked, venue: 'polymarket' }, {})).rejects.toThrow(
      'this version has no simulator of polymarket',
    );
  });
});

test('the verb hands on what it was asked, and closes even when its output fails', async () => {
  const seen: SimulateAsked[] = [];
  let closed = 0;
  const running = {
    simulators: [],
    stopped: Promise.resolve(),
    close: async () => {
      closed += 1;
    },
  };
  const argv = ['simulate', '--venue', 'kalshi', '--port', '4100', '--admin-port', '4101'];
  const ended = await cli([...argv, '--seed', 'x', '--faults', '0.25'], {
    simulate: async (one) => {
      seen.push(one);
      return running;
    },
  });
  expect(ended.code).toBe(0);
  expect(seen).toEqual([{ venue: 'kalshi', port: 4100, adminPort: 4101, seed: 'x', share: 0.25 }]);
  const failed = await cli(['simulate'], {
    simulate: async () => running,
    out: () => {
      throw new Error('the pipe is gone');
    },
  });
  expect([failed.code, closed]).toEqual([1, 2]);
});
