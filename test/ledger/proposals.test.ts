import { expect, test } from '@jest/globals';
import { proposalHash } from '../../ledger/identity.ts';
import { useLedger } from './harness.ts';
import { proposalOf } from './wishes.ts';

const under = useLedger();

async function storedIds(it: ReturnType<typeof under>): Promise<string[]> {
  const rows = await it.db.selectFrom('proposal').select('id').orderBy('id').execute();
  return rows.map(({ id }) => id);
}

test('I13 the same id and body again is received, and once decided, decided', async () => {
  const it = under();
  await it.setUp();
  expect(await it.receive('a')).toEqual({ kind: 'received' });
  expect(await it.receive('a')).toEqual({ kind: 'received' });
  await it.storeFacts('a');
  await it.reserve('a');
  expect(await it.receive('a')).toEqual({ kind: 'decided' });
  expect(await storedIds(it)).toEqual(['a']);
});

test('the same id with another body conflicts, before and after the decision', async () => {
  const it = under();
  await it.setUp();
  await it.prepare('a');
  expect(await it.receive('a', { quantity: 7 })).toEqual({ kind: 'conflict' });
  await it.reserve('a');
  expect(await it.receive('a', { quantity: 7 })).toEqual({ kind: 'conflict' });
});

test('an id is unique over all books', async () => {
  const it = under();
  await it.setUp();
  await it.setUp({}, 'drill');
  await it.receive('a');
  expect(await it.receive('a', { quantity: 7 }, 'drill')).toEqual({ kind: 'conflict' });
});

test.each(['paused', 'halted'] as const)(
  'a %s desk is closed: nothing is written and the id stays free; what was decided still answers',
  async (state) => {
    const it = under();
    await it.setUp();
    await it.accept('before');
    await (state === 'paused' ? it.pause() : it.setDesk('halted'));
    expect(await it.receive('a')).toEqual({ kind: 'closed', state, reason: 'a test' });
    expect(await it.receive('before')).toEqual({ kind: 'decided' });
    expect(await storedIds(it)).toEqual(['before']);
    await it.setDesk('active');
    expect(await it.receive('a', { quantity: 7 })).toEqual({ kind: 'received' });
  },
);

test('DESK_PAUSED a proposal received before the pause is denied after it', async () => {
  const it = under();
  await it.setUp();
  await it.prepare('a');
  await it.prepare('b');
  await it.pause();
  expect(await it.reserve('a')).toMatchObject({ failures: [{ code: 'DESK_PAUSED' }] });
  await it.setDesk('halted');
  expect(await it.reserve('b')).toMatchObject({ failures: [{ code: 'DESK_HALTED' }] });
});

test('20 at once with one id and one body: one row, all received', async () => {
  const it = under();
  await it.setUp();
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => it.receive('a')));
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['received']));
  expect(await storedIds(it)).toEqual(['a']);
});

test('20 at once with one id and 20 bodies: one is received, 19 conflict', async () => {
  const it = under();
  await it.setUp();
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, index) => it.receive('a', { quantity: index + 1 })),
  );
  expect(outcomes.filter(({ kind }) => kind === 'received')).toHaveLength(1);
  expect(outcomes.filter(({ kind }) => kind === 'conflict')).toHaveLength(19);
});

test('the hash of a proposal does not depend on the order of its fields', () => {
  const proposal = proposalOf('a', {});
  const reversed = Object.fromEntries(Object.entries(proposal).toReversed()) as typeof proposal;
  expect(proposalHash(reversed)).toBe(proposalHash(proposal));
  expect(proposalHash(proposalOf('a', { quantity: 7 }))).not.toBe(proposalHash(proposal));
});
