/**
 * The containers, as far as they can be checked without Docker: what the files name exists, and
 * what must never be there is not. That the images build and the services come up is not tried.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { createProgram } from '../../client/cli/program.ts';
import { isLoopback } from '../../contracts/config-fields.ts';
import { environmentSchema, readConfig } from '../../contracts/config.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      build: z.string().optional(),
      user: z.string(),
      command: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.string().nullable()),
      ports: z.array(z.string()).default([]),
      volumes: z.array(z.string()).default([]),
      init: z.boolean(),
      read_only: z.boolean().default(false),
      tmpfs: z.array(z.string()).default([]),
      restart: z.string(),
      cap_drop: z.array(z.string()),
      security_opt: z.array(z.string()),
      mem_limit: z.string(),
      pids_limit: z.int(),
      privileged: z.never().optional(),
      network_mode: z.never().optional(),
      depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
      healthcheck: z.object({ test: z.array(z.string()).min(2) }).optional(),
    }),
  ),
  volumes: z.record(z.string(), z.null()),
});

const text = read('docker-compose.yml');
const { services, volumes } = composeSchema.parse(parse(text, { merge: true }));
const all = Object.entries(services).map(([name, service]) => ({ name, ...service }));
const ours = all.filter(({ build }) => build !== undefined);

/** A value with its variables filled in: `${NAME:?message}` by what `given` says. */
function filled(value: string, given: Readonly<Record<string, string>>): string {
  return value.replaceAll(/\$\{(\w+):\?[^}]*\}/g, (_all, name: string) => given[name] ?? 'missing');
}

const GIVEN = {
  LEDGER_DB_PASSWORD: 'ledger-password',
  TEMPORAL_DB_PASSWORD: 'temporal-password',
  BALLAST_TRADER_TOKEN: 'trader-token-0123456789',
  BALLAST_OPERATOR_TOKEN: 'operator-token-0123456789',
  BALLAST_ADMIN_TOKEN: 'admin-token-0123456789',
};

describe('the services', () => {
  test('are the database, Temporal with its own, its Web UI, a worker and the API', () => {
    expect(Object.keys(services).toSorted()).toEqual([
      'api',
      'postgres',
      'temporal',
      'temporal-postgres',
      'temporal-ui',
      'worker',
    ]);
  });

  test.each(all)('$name is confined', (service) => {
    expect(service.user).not.toMatch(/^(root|0)(:|$)/);
    expect(service).toMatchObject({ init: true, cap_drop: ['ALL'], restart: 'unless-stopped' });
    expect(service.security_opt).toContain('no-new-privileges:true');
    expect(service.pids_limit).toBeGreaterThan(0);
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
  });

  test('have read-only root file systems, but for the two that write their configuration there', () => {
    const writable = all.filter((service) => !service.read_only).map(({ name }) => name);
    expect(writable.toSorted()).toEqual(['temporal', 'temporal-ui']);
    const stuck = all.filter((service) => service.read_only && !service.tmpfs.includes('/tmp'));
    expect(stuck).toEqual([]);
  });

  test.each(all)('$name is of one pinned version', ({ image }) => {
    expect(image).toMatch(/^[a-z/-]+:\d+\.\d+/);
  });

  test.each(all)('$name publishes nothing beyond this machine', ({ ports }) => {
    for (const port of ports) {
      const [address = '', from, to] = port.split(':');
      expect(isLoopback(address)).toBe(true);
      expect([from, to]).toEqual([expect.stringMatching(/^\d+$/), expect.stringMatching(/^\d+$/)]);
    }
  });

  test('publish the API and the Web UI only', () => {
    const published = all.flatMap(({ name, ports }) => ports.map((port) => [name, port]));
    expect(published).toEqual([
      ['temporal-ui', '127.0.0.1:8233:8080'],
      ['api', '127.0.0.1:5001:5001'],
    ]);
  });

  test('say when they are well, but for the worker, which listens nowhere, and the Web UI', () => {
    const silent = all.filter(({ healthcheck }) => healthcheck === undefined);
    expect(silent.map(({ name }) => name).toSorted()).toEqual(['temporal-ui', 'worker']);
  });

  test.each(all)('$name waits for services that can be well', ({ depends_on: needs }) => {
    for (const [name, { condition }] of Object.entries(needs)) {
      expect(condition).toBe('service_healthy');
      expect(services[name]?.healthcheck).toBeDefined();
    }
  });

  test.each(ours)('$name waits for its ledger and for Temporal', ({ depends_on: needs }) => {
    expect(Object.keys(needs).toSorted()).toEqual(['postgres', 'temporal']);
  });

  test('keep their data on named volumes, each of which exists', () => {
    const named = all.flatMap((service) => service.volumes.map((volume) => volume.split(':')[0]!));
    expect([...new Set(named)].toSorted()).toEqual(Object.keys(volumes).toSorted());
  });
});

describe('no secret', () => {
  test.each(all)('stands in the environment of $name: each is asked for', ({ environment }) => {
    for (const [name, value] of Object.entries(environment)) {
      if (!/PASSWORD|PWD|TOKEN|KEY|SECRET/.test(name)) continue;
      expect(value).toMatch(/^\$\{\w+:\?[^}]+\}$/);
    }
  });

  test('stands in an address', () => {
    const passwords = [...text.matchAll(/:\/\/[^:@\s]+:([^@\s][^@]*)@/g)].map((found) => found[1]);
    expect(passwords).toHaveLength(1);
    for (const password of passwords)
      expect(password).toMatch(/^\$\{LEDGER_DB_PASSWORD:\?[^}]+\}$/);
  });

  test('is given to a service that does not need it', () => {
    const holders = (name: string): string[] =>
      all.filter((one) => JSON.stringify(one.environment).includes(name)).map((one) => one.name);
    expect(holders('LEDGER_DB_PASSWORD').toSorted()).toEqual(['api', 'postgres', 'worker']);
    expect(holders('TEMPORAL_DB_PASSWORD').toSorted()).toEqual(['temporal', 'temporal-postgres']);
    expect(holders('_TOKEN')).toEqual(['api']);
  });

  test('is left out of the three commands at the top', () => {
    const asked = new Set([...text.matchAll(/\$\{(\w+):\?/g)].map((found) => found[1]!));
    const told = /for name in ([\s\S]*?);/.exec(text)?.[1]?.match(/[A-Z_]+/g) ?? [];
    expect(new Set(told)).toEqual(asked);
    expect(Object.keys(GIVEN).toSorted()).toEqual([...asked].toSorted());
  });
});

describe('Ballast in a container', () => {
  test.each(ours)('$name runs a command that there is', ({ command = [] }) => {
    const program = createProgram({} as never);
    const verbs = program.commands.map((one) => one.name());
    expect(command).toHaveLength(1);
    expect(verbs).toContain(command[0]);
  });

  test.each(ours)('$name starts with an environment that is complete and known', (service) => {
    const entries = Object.entries(service.environment).flatMap(([name, value]) =>
      value === null ? [] : [[name, filled(value, GIVEN)] as const],
    );
    const config = readConfig(Object.fromEntries(entries));
    expect(config.liveTrading).toBe(false);
    expect(config.environment).toMatchObject({
      DATABASE_URL: 'postgres://ballast:ledger-password@postgres:5432/ballast',
      TEMPORAL_ADDRESS: 'temporal:7233',
    });
  });

  test.each(ours)('$name is given only settings that there are', ({ environment }) => {
    const known = Object.keys(environmentSchema.shape);
    expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
  });

  test('api and worker agree on everything that makes the desk', () => {
    const edge = /^BALLAST_(HOST|PORT|\w+_TOKEN)$/;
    const desk = (environment: object): unknown[] =>
      Object.entries(environment).filter(([name]) => !edge.test(name));
    const [first, second] = ours.map(({ environment }) => desk(environment));
    expect(first).toEqual(second);
  });

  test('every limit of .env.example can be set', () => {
    const limits = Object.keys(environmentSchema.shape).filter((name) =>
      /^LIVE_TRADING(?!_RESET_KEY)|^BALLAST_(MAX|INITIAL|QUOTE|STRATEGY)/.test(name),
    );
    for (const { environment } of ours) {
      expect(limits.filter((name) => !(name in environment))).toEqual([]);
    }
  });

  test('the API’s health check asks the port it listens on', () => {
    const port = services['api']?.environment['BALLAST_PORT'];
    expect(services['api']?.healthcheck?.test.join(' ')).toContain(`127.0.0.1:${port}/healthz`);
  });
});

describe('the image', () => {
  const lines = read('Dockerfile')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line));
  const of = (instruction: string): string[] =>
    lines
      .filter((line) => line.startsWith(`${instruction} `))
      .map((line) => line.slice(instruction.length + 1));
  const sources = of('COPY').flatMap((line) => line.split(' ').slice(0, -1));

  test('is built on one pinned version of the Node that package.json allows', () => {
    expect(of('FROM')).toEqual([
      expect.stringMatching(/^node:20\.(19|[2-9]\d)\.\d+-bookworm-slim$/),
    ]);
  });

  test('runs as a user without rights', () => {
    expect(of('USER')).toEqual(['node']);
    expect(lines.findIndex((line) => line.startsWith('USER'))).toBeGreaterThan(
      lines.findLastIndex((line) => /^(RUN|COPY)/.test(line)),
    );
  });

  test.each(sources)('copies %s, which exists', (source) => {
    expect(existsSync(join(ROOT, source))).toBe(true);
  });

  test('copies every folder that the program imports from', () => {
    const rooms =
      'activities bin client contracts domain ledger simulator tools/setup venues worker workflows';
    expect(sources.filter((source) => !source.includes('.')).toSorted()).toEqual(rooms.split(' '));
  });

  test('starts what there is', () => {
    expect(of('ENTRYPOINT')).toEqual(['["node", "bin/ballast.mjs"]']);
    expect(existsSync(join(ROOT, 'bin/ballast.mjs'))).toBe(true);
  });

  test('holds no secret and no argument that could be one', () => {
    expect(of('ARG')).toEqual([]);
    expect(of('ENV').join(' ')).not.toMatch(/PASSWORD|TOKEN|SECRET|KEY|DATABASE_URL/);
  });

  test('is given nothing but what it copies: no .git, node_modules, .env or test enters', () => {
    const rules = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(rules[0]).toBe('*');
    expect(rules.slice(1).toSorted()).toEqual(sources.map((source) => `!${source}`).toSorted());
  });
});
