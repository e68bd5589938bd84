/** What a market's script does to one order, decided once, when the order arrives. */
import type { PaperScript } from '../../contracts/paper-script.ts';
import { assert } from '../../domain/assert.ts';
import type { MicroContracts } from '../../domain/money.ts';
import type { Owner } from './identity.ts';
import type { Session } from './session.ts';

/** Which order of its market it is, and which send of that order. */
export interface Arrival {
  /** Counts the identities that arrived on this market, from 0. */
  readonly ordinal: number;
  /** Counts the sends of this identity, from 1, as long as the exchange has no order of it. */
  readonly sends: number;
}

/** What becomes of an order that its script is about; times are relative to its arrival. */
export interface Fate {
  readonly arrives: boolean;
  readonly rejectCode?: string;
  readonly fillMax?: MicroContracts;
  readonly silentForMs?: number;
  readonly revertAfterMs?: number;
}

type Entry = PaperScript[number];
type Kind = Entry['effect'];

/** Reads the fate of an order off the script; without an entry about it, nothing is special. */
export function fateOf(
  script: PaperScript,
  order: Arrival & { readonly action: 'buy' | 'sell' },
): Fate {
  const about = <Effect extends Kind>(
    effect: Effect,
  ): Extract<Entry, { effect: Effect }> | undefined => {
    const ours = script.filter(
      (entry): entry is Extract<Entry, { effect: Effect }> =>
        entry.effect === effect && (entry.action === undefined || entry.action === order.action),
    );
    return (
      ours.find((entry) => entry.order === order.ordinal) ??
      ours.find((entry) => entry.order === 'every')
    );
  };
  const lost = about('neverArrives');
  const reject = about('reject');
  const cap = about('fillAtMost');
  const silence = about('loseAnswer');
  const revert = about('revert');
  return {
    arrives: lost === undefined || order.sends > (lost.sends ?? Infinity),
    ...(reject && { rejectCode: reject.code }),
    ...(cap && { fillMax: cap.contracts }),
    ...(silence && { silentForMs: milliseconds(silence.afterSeconds) }),
    ...(revert && { revertAfterMs: milliseconds(revert.afterSeconds) }),
  };
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** Counts a send of an order that the exchange does not have yet; its market is locked. */
export async function countArrival(
  session: Session,
  owner: Owner,
  order: { readonly marketId: string; readonly clientOrderId: string },
): Promise<Arrival> {
  const [row] = await session.rows<Arrival>(
    `INSERT INTO paper_exchange.arrival
       (book, venue, market_id, client_order_id, ordinal, sends)
     SELECT $1, $2, $3, $4, coalesce(max(ordinal) + 1, 0), 1 FROM paper_exchange.arrival
     WHERE book = $1 AND venue = $2 AND market_id = $3
     ON CONFLICT (book, venue, market_id, client_order_id)
       DO UPDATE SET sends = arrival.sends + 1
     RETURNING ordinal, sends`,
    [owner.book, owner.venue, order.marketId, order.clientOrderId],
  );
  assert(row !== undefined, 'an arrival is written or counted up');
  return row;
}
