/** What people see of a trade in the Temporal Web UI and find it by, and the signals it takes. */
import { setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { UtcDate } from '../domain/day.ts';
import type { TradeProgress } from './messages.ts';
import {
  approvedSignal,
  orderEventSignal,
  resolveSignal,
  searchAttributes,
  settledSignal,
  tradeStatusQuery,
} from './messages.ts';
import { detailsOf } from './trade-texts.ts';

/** The signals a trade has received and not yet acted on. */
export interface TradeMail {
  settled: boolean;
  orderEvent: boolean;
  approved: boolean;
}

/** A step and what there is to say of it. */
export interface Shown extends Omit<TradeProgress, 'tradeId'> {
  /** More for the Web UI alone: commands, every failure of a denial. */
  readonly notes?: readonly string[];
}

export interface Inspection {
  readonly mail: TradeMail;
  /** Shows where the trade stands; free of charge. */
  readonly show: (next: Shown) => void;
  /** What the trade holds, shown from now on. */
  readonly keep: (held: readonly string[]) => void;
  /** The day whose limits the trade counts in: set with the next change of what it is found as. */
  readonly countsIn: (day: UtcDate | undefined) => void;
  /** What the trade is found as; billed where that changes. */
  readonly findAs: (status: TradeProgress['status']) => void;
  /** A closed run is found by how it ended where it was last found as something to act on. */
  readonly end: (status: TradeProgress['status']) => void;
}

/** Opens the trade for query and signals. Handlers take anything and never throw. */
export function openForInspection(tradeId: string): Inspection {
  const mail: TradeMail = { settled: false, orderEvent: false, approved: false };
  let progress: TradeProgress = {
    tradeId,
    step: 'validate risk',
    status: 'received',
    detail: 'starting',
  };
  let held: readonly string[] = [];
  let day: UtcDate | undefined;
  // As the run is started with; what it was found as in an earlier run is of no account here.
  let found: TradeProgress['status'] = 'received';
  setHandler(tradeStatusQuery, () => progress, {
    description: 'where this trade stands: its step, its status and what it waits for',
  });
  takeSignals(mail);
  const findAs = (status: TradeProgress['status']): void => {
    if (status === found) return;
    found = status;
    upsertSearchAttributes([
      { key: searchAttributes.tradeStatus, value: status },
      ...(day === undefined ? [] : [{ key: searchAttributes.tradingDay, value: day }]),
    ]);
    day = undefined;
  };
  return {
    mail,
    show: ({ notes = [], ...next }) => {
      progress = { tradeId, ...next };
      setCurrentDetails(detailsOf(progress, notes, held));
    },
    keep: (lines) => void (held = lines),
    countsIn: (taken) => void (day = taken),
    findAs,
    end: (status) => {
      if (found !== 'received' && found !== 'open') findAs(status);
    },
  };
}

function takeSignals(mail: TradeMail): void {
  setHandler(settledSignal, () => void (mail.settled = true), {
    description:
      'the market has a final result: sent by the venue watch; the ledger is asked what it is',
  });
  setHandler(approvedSignal, () => void (mail.approved = true), {
    description:
      'an admin approved the proposal: sent after `ballast approve`, and no approval itself',
  });
  setHandler(resolveSignal, () => void (mail.orderEvent = true), {
    description:
      'a person ordered what to do about a pair on one leg: sent after `ballast trade resolve`, and no order itself',
  });
  setHandler(orderEventSignal, () => void (mail.orderEvent = true), {
    description: 'something happened to the order: look it up now instead of later; harmless',
  });
}
