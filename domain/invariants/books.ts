/** Checkers over ledger rows; each returns what it found wrong, and nothing where all is well. */

export interface AccountRow {
  readonly id: string;
  readonly debits: bigint;
  readonly credits: bigint;
}
export interface HeldAccountRow extends AccountRow {
  /** Cash and positions: what is there, less what is held, must not go below zero. */
  readonly guarded: boolean;
  readonly held: bigint;
  readonly overrun: bigint;
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

/**
 * I2: used + held ≤ cap + overrun, and what counters say is held is what holds hold; the same of
 * cash where `accounts` are given.
 */
export function checkI2(
  counters: readonly CounterRow[],
  holds: readonly HoldRow[],
  accounts?: readonly HeldAccountRow[],
): string[] {
  const beyond = counters
    .filter(({ used, held, cap, overrun }) => used + held > cap + overrun)
    .map(({ id }) => `I2 ${id}: used + held exceed cap + overrun`);
  const overdrawn = (accounts ?? [])
    .filter(({ guarded, debits, credits, held, overrun }) => {
      return guarded && credits + held > debits + overrun;
    })
    .map(({ id }) => `I2 ${id}: held exceeds what is there`);
  return [
    ...beyond,
    ...heldFaults('counter', counters, holds),
    ...overdrawn,
    ...(accounts === undefined ? [] : heldFaults('account', accounts, holds)),
  ];
}

function heldFaults(
  kind: HoldRow['targetKind'],
  targets: readonly { readonly id: string; readonly held: bigint }[],
  holds: readonly HoldRow[],
): string[] {
  const held = new Map<string, bigint>();
  for (const { targetKind, target, amount, captured, released } of holds) {
    if (targetKind !== kind) continue;
    held.set(target, (held.get(target) ?? 0n) + amount - captured - released);
  }
  const known = new Set(targets.map(({ id }) => id));
  return [
    ...targets
      .filter((target) => target.held !== (held.get(target.id) ?? 0n))
      .map(({ id, held: is }) => {
        return `I2 ${id}: held is ${is}, its holds come to ${held.get(id) ?? 0n}`;
      }),
    ...[...held]
      .filter(([id, open]) => open !== 0n && !known.has(id))
      .map(([id, open]) => `I2 ${id}: ${kind} is missing, its holds come to ${open}`),
  ];
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
