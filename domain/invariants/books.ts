/** Checkers over ledger rows; each returns what it found wrong, and nothing where all is well. */

export interface AccountRow {
  readonly id: string;
  readonly debits: bigint;
  readonly credits: bigint;
}
export interface TransferRow {
  readonly id: string;
  readonly debitId: string;
  readonly creditId: string;
  readonly amount: bigint;
}
export interface CounterRow {
  readonly id: string;
  readonly used: bigint;
  readonly held: bigint;
  readonly cap: bigint;
  readonly overrun: bigint;
}
export interface HoldRow {
  readonly tradeId: string;
  readonly target: string;
  readonly targetKind: 'account' | 'counter';
  readonly amount: bigint;
  readonly captured: bigint;
  readonly released: bigint;
  readonly tradeEnded: boolean;
}

/** I2: used + held ≤ cap + overrun, and what counters say is held is what holds hold. */
export function checkI2(counters: readonly CounterRow[], holds: readonly HoldRow[]): string[] {
  const held = new Map<string, bigint>();
  for (const hold of holds) {
    const open = hold.amount - hold.captured - hold.released;
    held.set(hold.target, (held.get(hold.target) ?? 0n) + open);
  }
  const found = counters.flatMap((counter) => {
    const faults: string[] = [];
    if (counter.used + counter.held > counter.cap + counter.overrun) {
      faults.push(`I2 ${counter.id}: used + held exceed cap + overrun`);
    }
    const expected = held.get(counter.id) ?? 0n;
    if (counter.held !== expected) {
      faults.push(`I2 ${counter.id}: held is ${counter.held}, its holds come to ${expected}`);
    }
    return faults;
  });
  const known = new Set(counters.map(({ id }) => id));
  const targets = holds.filter(({ targetKind }) => targetKind === 'counter');
  for (const target of new Set(targets.map((hold) => hold.target))) {
    const open = held.get(target) ?? 0n;
    if (open !== 0n && !known.has(target)) {
      found.push(`I2 ${target}: counter is missing, its holds come to ${open}`);
    }
  }
  return found;
}

/** I6: balances rebuilt from transfers equal the stored ones, and debits equal credits. */
export function checkI6(
  accounts: readonly AccountRow[],
  transfers: readonly TransferRow[],
): string[] {
  const rebuilt = new Map<string, { debits: bigint; credits: bigint }>();
  const of = (id: string): { debits: bigint; credits: bigint } => {
    const sums = rebuilt.get(id) ?? { debits: 0n, credits: 0n };
    rebuilt.set(id, sums);
    return sums;
  };
  for (const transfer of transfers) {
    of(transfer.debitId).debits += transfer.amount;
    of(transfer.creditId).credits += transfer.amount;
  }
  const found = accounts
    .filter(({ id, debits, credits }) => of(id).debits !== debits || of(id).credits !== credits)
    .map(({ id }) => `I6 ${id}: stored balance differs from its transfers`);
  const known = new Set(accounts.map(({ id }) => id));
  for (const id of rebuilt.keys()) if (!known.has(id)) found.push(`I6 ${id}: account is missing`);
  const total = accounts.reduce((sum, { debits, credits }) => sum + debits - credits, 0n);
  if (total !== 0n) found.push(`I6 debits exceed credits by ${total}`);
  return found;
}

/** I7: the holds of a trade that has ended are fully captured or released. */
export function checkI7(holds: readonly HoldRow[]): string[] {
  return holds
    .filter((hold) => hold.tradeEnded && hold.captured + hold.released !== hold.amount)
    .map((hold) => `I7 ${hold.tradeId}: hold on ${hold.target} is still open`);
}

/** I5: every fill the venue knows is booked exactly once, and no other. */
export function checkI5(
  venueFillIds: readonly string[],
  bookedFillIds: readonly string[],
): string[] {
  const venue = new Set(venueFillIds);
  const booked = new Set(bookedFillIds);
  return [
    ...venueFillIds.filter((id) => !booked.has(id)).map((id) => `I5 ${id}: not booked`),
    ...bookedFillIds.filter((id) => !venue.has(id)).map((id) => `I5 ${id}: unknown to the venue`),
    ...(booked.size === bookedFillIds.length ? [] : ['I5 a fill is booked twice']),
  ];
}
