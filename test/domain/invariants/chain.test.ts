import { describe, expect, test } from '@jest/globals';
import type { AuditRow } from '../../../domain/audit.ts';
import { auditText } from '../../../domain/audit.ts';
import { checkI9 } from '../../../domain/invariants/chain.ts';
import { sha256Hex } from '../../../ledger/identity.ts';

function chainOf(length: number): AuditRow[] {
  const rows: AuditRow[] = [];
  for (let number = 1; number <= length; number += 1) {
    const row = {
      seq: BigInt(number),
      atMs: 5n,
      desk: null,
      actor: 'tester',
      verified: true,
      action: 'desk.paused',
      reason: `reason ${number}`,
      detail: '{}',
      prevHash: rows.at(-1)?.hash ?? '',
    };
    rows.push({ ...row, hash: sha256Hex(auditText(row)) });
  }
  return rows;
}

const CHAIN = chainOf(3);
const [FIRST, SECOND, THIRD] = CHAIN as [AuditRow, AuditRow, AuditRow];
const HEAD = { seq: 3n, hash: THIRD.hash };
const rehashed = (row: AuditRow): AuditRow => ({ ...row, hash: sha256Hex(auditText(row)) });

describe('I9 the audit log is unbroken', () => {
  test.each([
    ['an empty one', [], { seq: 0n, hash: '' }],
    ['one of a single entry', [FIRST], { seq: 1n, hash: FIRST.hash }],
    ['a longer one', CHAIN, HEAD],
  ])('passes %s', (_name, rows, head) => {
    expect(checkI9(rows, head, sha256Hex)).toEqual([]);
  });

  const forged = rehashed({ ...SECOND, reason: 'forged' });
  const wrong: [string, AuditRow[], { seq: bigint; hash: string } | undefined, string[]][] = [
    [
      'a changed entry',
      [FIRST, { ...SECOND, reason: 'forged' }, THIRD],
      HEAD,
      ['I9 entry 2: was changed after it was written'],
    ],
    ...(['actor', 'action', 'detail', 'desk'] as const).map(
      (field): [string, AuditRow[], typeof HEAD, string[]] => [
        `a changed ${field}`,
        [FIRST, SECOND, { ...THIRD, [field]: 'x' }],
        HEAD,
        ['I9 entry 3: was changed after it was written'],
      ],
    ),
    [
      'a changed entry with its hash made right',
      [FIRST, forged, THIRD],
      HEAD,
      ['I9 entry 3: does not follow from entry 2'],
    ],
    ['a missing entry', [FIRST, THIRD], HEAD, ['I9 entry 3: entry 2 should come here']],
    ['a missing beginning', [SECOND, THIRD], HEAD, ['I9 entry 2: entry 1 should come here']],
    ['a missing end', [FIRST, SECOND], HEAD, ['I9 the head is entry 3, the last entry is 2']],
    [
      'an entry beyond the head',
      CHAIN,
      { seq: 2n, hash: SECOND.hash },
      ['I9 the head is entry 2, the last entry is 3'],
    ],
    [
      'another hash at the head',
      CHAIN,
      { seq: 3n, hash: 'x' },
      ['I9 the head is entry 3, the last entry is 3'],
    ],
    ['everything gone', [], HEAD, ['I9 the head is entry 3, the last entry is 0']],
    ['no head', CHAIN, undefined, ['I9 the head of the audit log is missing']],
  ];
  test.each(wrong)('names %s', (_name, rows, head, faults) => {
    expect(checkI9(rows, head, sha256Hex)).toEqual(faults);
  });
});
