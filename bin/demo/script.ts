/** The demo's opportunities, told in this order; `what` says what each is meant to show. */
import type { ProposalInput } from '../../contracts/proposal.ts';
import { BOS, CPI, FED, FLA, GAMES, slugOf, tickerOf, TOR, VOID } from './markets.ts';

/** A balance of $1,000, most of it at Kalshi, and twelve trades a day. */
export const DEMO_SETTINGS = {
  LIVE_TRADING: 'false',
  LIVE_TRADING_INITIAL_BALANCE: '1000',
  LIVE_TRADING_BET_AMOUNT: '50',
  LIVE_TRADING_MIN_ROI: '2',
  LIVE_TRADING_MAX_ROI: '10',
  LIVE_TRADING_MAX_POSITION_SIZE: '500',
  LIVE_TRADING_MAX_DAILY_TRADES: '12',
  LIVE_TRADING_DAILY_LOSS_LIMIT: '200',
  BALLAST_INITIAL_BALANCE_KALSHI: '780',
  BALLAST_STRATEGY_EXECUTIONS_MAX: '20',
  BALLAST_LEG_SECONDS: '2',
} as const;

export interface Opportunity {
  readonly what: string;
  readonly proposal: ProposalInput;
}

/** What a person says to a pair that is too good to be believed. */
export interface Doubted extends Opportunity {
  readonly answer: 'approve' | 'decline';
  readonly reason: string;
}

const NIGHT = '2026-11-22';

/** The id under which a game's pair is registered. */
export function pairIdOf({ code }: { code: string }): string {
  return `nhl-${NIGHT}-${code}`;
}

function pairOf(code: string, rest: Partial<ProposalInput> = {}): ProposalInput {
  const found = GAMES.find((one) => one.code === code)!;
  return {
    id: code.toLowerCase(),
    strategy: 'nhl-pairs',
    event: `nhl:${NIGHT}:${code.slice(0, 3)}@${code.slice(3)}`,
    pair: pairIdOf(found),
    legs: [
      { venue: 'kalshi', market: tickerOf(found), outcome: 'yes', limitPrice: found.kalshiAway },
      {
        venue: 'polymarket',
        market: slugOf(found),
        outcome: found.home,
        limitPrice: found.polymarketHome,
      },
    ],
    ...rest,
  };
}

const single = (
  id: string,
  leg: [venue: 'kalshi' | 'polymarket', market: string, outcome: string, limitPrice: string],
  rest: Partial<ProposalInput> & { fairPrice: string },
): ProposalInput => ({
  id,
  strategy: 'demo',
  event: leg[1],
  legs: [{ venue: leg[0], market: leg[1], outcome: leg[2], limitPrice: leg[3] }],
  ...rest,
});

/** Before the games: pairs, and what is wrong with some. */
export const MORNING: readonly Opportunity[] = [
  { what: 'a hedged pair: one of the two legs pays 1', proposal: pairOf('CBJFLA') },
  { what: 'another one', proposal: pairOf('COLNYR') },
  {
    what: 'too little on offer for the first leg: the second is its size',
    proposal: pairOf('STLOTT'),
  },
  { what: 'one leg will be final today, the other tomorrow', proposal: pairOf('NSHCAR') },
  { what: 'the second leg is refused: the first is sold again', proposal: pairOf('MTLTOR') },
  { what: 'a pair by quantity', proposal: pairOf('UTACGY', { quantity: '40' }) },
  { what: 'an answer gets lost: looked up, never sent twice', proposal: pairOf('DETSEA') },
  {
    what: 'the same pair again while it is open',
    proposal: pairOf('CBJFLA', { id: 'again' }),
  },
  {
    what: 'two legs that win together',
    proposal: {
      ...pairOf('UTACGY', { id: 'same-side' }),
      legs: [
        pairOf('UTACGY').legs[0]!,
        { venue: 'polymarket', market: slugOf(GAMES[5]!), outcome: 'Utah', limitPrice: '0.53' },
      ],
    },
  },
  {
    what: 'a pair that costs 0.97 before fees',
    proposal: pairOf('WPGEDM', { id: 'thin', maxPairCost: '0.97' }),
  },
  {
    what: 'a price off the tick',
    proposal: single('off-tick', ['kalshi', FED, 'no', '0.415'], { fairPrice: '0.50' }),
  },
  {
    what: 'more than the cash at that venue',
    proposal: single('poor', ['polymarket', TOR, 'Bruins', '0.58'], {
      fairPrice: '0.66',
      quantity: '180',
    }),
  },
  {
    what: 'a single leg that will lose',
    proposal: single('loss', ['kalshi', BOS, 'yes', '0.44'], {
      fairPrice: '0.50',
      quantity: '200',
    }),
  },
  {
    what: 'a single leg with an edge',
    proposal: single('win', ['kalshi', FLA, 'yes', '0.58'], { fairPrice: '0.64', budget: '30' }),
  },
  {
    what: 'a match that will be voided',
    proposal: single('void', ['kalshi', VOID, 'yes', '0.47'], {
      fairPrice: '0.53',
      quantity: '50',
    }),
  },
  {
    what: 'a position beyond every limit',
    proposal: single('huge', ['kalshi', FED, 'no', '0.41'], {
      fairPrice: '0.50',
      quantity: '1300',
    }),
  },
];

/** Two pairs above the ROI ceiling wait for a person, with nothing held. */
export const DOUBTED: readonly Doubted[] = [
  {
    what: 'a pair with 12.5 %: too good to be believed',
    proposal: pairOf('MINVAN'),
    answer: 'approve',
    reason: 'both rule texts read, both books looked at',
  },
  {
    what: 'a pair with 28.6 %',
    proposal: pairOf('WPGEDM'),
    answer: 'decline',
    reason: 'Kalshi’s market is another game',
  },
];

/** After the first results: what is lost today counts. */
export const EVENING: readonly Opportunity[] = [
  {
    what: 'more risk than today’s losses leave room for',
    proposal: single('too-late', ['kalshi', FED, 'no', '0.41'], {
      fairPrice: '0.50',
      quantity: '280',
    }),
  },
  {
    what: 'a smaller one, open for weeks',
    proposal: single('fed', ['kalshi', FED, 'no', '0.41'], { fairPrice: '0.50', quantity: '150' }),
  },
  {
    what: 'what would be too much beside it',
    proposal: single('beside', ['kalshi', CPI, 'yes', '0.40'], {
      fairPrice: '0.50',
      quantity: '120',
    }),
  },
];

/** Trades until the day has none left. */
export const LAST_OF_THE_DAY: readonly Opportunity[] = [
  {
    what: 'one more than the day allows',
    proposal: single('one-more', ['kalshi', CPI, 'yes', '0.40'], {
      fairPrice: '0.47',
      quantity: '10',
    }),
  },
];

/** Told after midnight. */
export const NEXT_DAY: readonly Opportunity[] = [
  {
    what: 'the count starts anew at 00:00 UTC',
    proposal: single('new-day', ['kalshi', CPI, 'yes', '0.40'], {
      fairPrice: '0.47',
      quantity: '10',
    }),
  },
];
