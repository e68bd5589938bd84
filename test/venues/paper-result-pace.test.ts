import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createResultSchedule, RESULT_BATCH_MAX } from '../../venues/paper/result-pace.ts';

const PACE = { resultMs: 60_000, expectedResultMs: 10_000, resultBatchMs: 1000 };
const ids = (count: number) => Array.from({ length: count }, (_, index) => `M${index}`);

test('neither a market nor the venue is asked for results more often than the pace', () => {
  const step = fc.record({
    passMs: fc.integer({ min: 0, max: 20_000 }),
    held: fc.subarray(ids(12)),
    expected: fc.subarray(ids(12)),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const schedule = createResultSchedule(PACE);
      let askedAtMs = new Map<string, number>();
      let nowMs = 0;
      let batchAtMs = -Infinity;
      for (const { expected, held, passMs } of steps) {
        nowMs += passMs;
        const expectedAtMs = (id: string) => (expected.includes(id) ? nowMs : undefined);
        const due = schedule.next(held, { nowMs, expectedAtMs });
        expect(new Set(due).size).toBe(due.length);
        expect(due.length).toBeLessThanOrEqual(RESULT_BATCH_MAX);
        const sinceBatchMs = due.length > 0 ? nowMs - batchAtMs : Infinity;
        expect(sinceBatchMs).toBeGreaterThanOrEqual(1000);
        if (due.length > 0) batchAtMs = nowMs;
        askedAtMs = new Map([...askedAtMs].filter(([id]) => held.includes(id)));
        for (const id of due) {
          expect(held).toContain(id);
          const everyMs = expected.includes(id) ? 10_000 : 60_000;
          expect(nowMs - (askedAtMs.get(id) ?? -Infinity)).toBeGreaterThanOrEqual(everyMs);
          askedAtMs.set(id, nowMs);
        }
      }
    }),
  );
});

test('every held market gets its turn within a minute and the batches it takes', () => {
  const schedule = createResultSchedule(PACE);
  const held = ids(100);
  const asked = new Set<string>();
  for (let nowMs = 0; nowMs < 60_000; nowMs += 1000) {
    for (const id of schedule.next(held, { nowMs, expectedAtMs: () => undefined })) asked.add(id);
  }
  expect(asked.size).toBe(100);
});

test('a clock that is set back stops no question', () => {
  const schedule = createResultSchedule(PACE);
  const expectedAtMs = () => undefined;
  expect(schedule.next(['M1'], { nowMs: 1_000_000, expectedAtMs })).toEqual(['M1']);
  expect(schedule.next(['M1'], { nowMs: 1000, expectedAtMs })).toEqual(['M1']);
});
