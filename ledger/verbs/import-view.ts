/** The report of an import, from what was judged and written. */
import type { PredecessorBetRecord, PredecessorFile } from '../../contracts/predecessor-file.ts';
import type { ImportView } from '../../contracts/predecessor-import.ts';
import type { UtcDate } from '../../domain/day.ts';
import { formatDecimal, formatUsd } from '../../domain/decimal.ts';
import { microsOfFloat } from '../../domain/float-text.ts';
import type { BetJudgement } from '../../domain/predecessor-trades.ts';
import type { VenueCash } from './import-limits.ts';

/** A bet with what became of it. */
export interface JudgedBet {
  readonly bet: PredecessorBetRecord;
  readonly judgement: BetJudgement;
  /** The same bet came with an earlier import. */
  readonly known: boolean;
}

/** What was done with each bet, and whether the file's balance follows from its bets. */
export function importView(done: {
  readonly file: PredecessorFile;
  readonly dryRun: boolean;
  readonly day: UtcDate;
  readonly bets: readonly JudgedBet[];
  readonly cash: readonly VenueCash[];
}): ImportView {
  return {
    dryRun: done.dryRun,
    day: done.day,
    bets: done.bets.map(betLine),
    balance: balanceOf(done.file, done.bets),
    cash: done.cash.map(({ venue, paidMicros, freeMicros }) => ({
      venue,
      paid: formatUsd(paidMicros),
      freeAfter: formatUsd(freeMicros - paidMicros),
    })),
  };
}

function betLine({ bet, judgement, known }: JudgedBet, index: number): ImportView['bets'][number] {
  const isTrade = judgement.kind === 'trade';
  const fees = bet.legs.reduce((sum, leg) => sum + units(leg.fee_usd), 0);
  return {
    index,
    bet: bet.id,
    result: isTrade ? (known ? 'already there' : 'imported') : judgement.kind,
    trade: isTrade ? judgement.trade.id : null,
    game: bet.game,
    quantity: formatDecimal(units(bet.quantity)),
    cost: formatUsd(units(bet.cost)),
    fees: formatUsd(fees),
    reasons: isTrade ? [] : [...judgement.reasons],
  };
}

function balanceOf(file: PredecessorFile, bets: readonly JudgedBet[]): ImportView['balance'] {
  const total = (kind: BetJudgement['kind'], of: (bet: PredecessorBetRecord) => number): number =>
    bets.reduce((sum, one) => sum + (one.judgement.kind === kind ? of(one.bet) : 0), 0);
  const initial = units(file.initial_balance);
  const history = total('history', (bet) => units(bet.realized_profit));
  const open = total('trade', (bet) => units(bet.cost));
  const stated = units(file.balance);
  const explained = initial + history - open;
  return {
    initial: formatUsd(initial),
    history: formatUsd(history),
    open: formatUsd(open),
    explained: formatUsd(explained),
    stated: formatUsd(stated),
    difference: formatUsd(explained - stated),
  };
}

function units(value: number): number {
  return microsOfFloat(value) ?? 0;
}
