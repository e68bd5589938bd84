import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { summaryLine } from '../../domain/summary-line.ts';

test('a short text stays as it is, on one line', () => {
  expect(summaryLine('CBJ @ FLA · 50 × Kalshi CBJ yes 0.36')).toBe(
    'CBJ @ FLA · 50 × Kalshi CBJ yes 0.36',
  );
  expect(summaryLine(' two\nlines\t\u0007here ')).toBe('two lines here');
});

test('a long text is cut with “…”', () => {
  const cut = summaryLine('x'.repeat(1_000));
  expect(cut).toMatch(/^x{300}…$/);
});

test('whatever the text, its JSON is one line of at most 305 bytes', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 600 }),
    fc.string({ unit: fc.constantFrom('"', '\\', '\u{1f3d2}', '\ud800', '\n'), maxLength: 600 }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const json = JSON.stringify(summaryLine(text));
      // The cut, its “…” of three bytes, and the quotes.
      expect(Buffer.byteLength(json)).toBeLessThanOrEqual(305);
      expect(json).not.toMatch(/\\[nrtu]/);
    }),
  );
});
