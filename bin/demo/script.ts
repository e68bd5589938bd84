/** The demo's markets and opportunities, in the manner of recorded ones. */
import type { ProposalInput } from '../../contracts/proposal.ts';

/** What is left of a balance of $1,000 for each venue, and six trades a day. */
export const DEMO_SETTINGS = {
  LIVE_TRADING: 'false',
  LIVE_TRADING_INITIAL_BALANCE: '1000',
  LIVE_TRADING_BET_AMOUNT: '50',
  LIVE_TRADING_MIN_ROI: '2',
  LIVE_TRADING_MAX_POSITION_SIZE: '500',
  LIVE_TRADING_MAX_DAILY_TRADES: '5',
  LIVE_TRADING_DAILY_LOSS_LIMIT: '200',
  BALLAST_INITIAL_BALANCE_KALSHI: '900',
  BALLAST_STRATEGY_EXECUTIONS_MAX: '20',
} as const;

type Levels = [price: string, contracts: string][];

interface DemoMarket {
  readonly venue: 'kalshi' | 'polymarket';
  readonly id: string;
  readonly title: string;
  readonly outcomes: [string, string];
  readonly asks: { yes: Levels; no: Levels };
  /** Paid per contract of the first outcome; “0.5” is a void. */
  readonly payout: string;
}

const FLA = 'KXNHLGAME-26NOV22CBJFLA-FLA';
const TOR = 'nhl-tor-mtl-2026-11-22';
const SEA = 'KXNHLGAME-26NOV22SEAEDM-SEA';
const VOID = 'KXATPMATCH-26NOV22ALCSIN-ALC';
const FED = 'KXFEDDECISION-26DEC-H0';
const NYR = 'nhl-nyr-bos-2026-11-22';

export const DEMO_MARKETS: readonly DemoMarket[] = [
  {
    venue: 'kalshi',
    id: FLA,
    title: 'Blue Jackets at Panthers: Panthers win',
    outcomes: ['yes', 'no'],
    asks: { yes: [['0.58', '400']], no: [['0.44', '300']] },
    payout: '1',
  },
  {
    venue: 'polymarket',
    id: TOR,
    title: 'Maple Leafs vs. Canadiens',
    outcomes: ['Maple Leafs', 'Canadiens'],
    asks: { yes: [['0.44', '250']], no: [['0.58', '250']] },
    payout: '0',
  },
  {
    venue: 'kalshi',
    id: SEA,
    title: 'Kraken at Oilers: Kraken win',
    outcomes: ['yes', 'no'],
    asks: {
      yes: [
        ['0.36', '30'],
        ['0.37', '40'],
        ['0.39', '200'],
      ],
      no: [['0.66', '100']],
    },
    payout: '1',
  },
  {
    venue: 'kalshi',
    id: VOID,
    title: 'Alcaraz vs. Sinner: Alcaraz wins (walkover: settles at 0.50)',
    outcomes: ['yes', 'no'],
    asks: { yes: [['0.47', '200']], no: [['0.55', '200']] },
    payout: '0.5',
  },
  {
    venue: 'kalshi',
    id: FED,
    title: 'Fed decision in December: no change',
    outcomes: ['yes', 'no'],
    asks: { yes: [['0.60', '500']], no: [['0.41', '300']] },
    payout: '0',
  },
  {
    venue: 'polymarket',
    id: NYR,
    title: 'Rangers vs. Bruins',
    outcomes: ['Rangers', 'Bruins'],
    asks: { yes: [['0.51', '15']], no: [['0.50', '500']] },
    payout: '0',
  },
];

/** Whose results the exchange has published: the last game ends on the second day. */
export type Results = 'none' | 'first day' | 'all';

/** The paper exchange's file, with the results of what is over. */
export function paperFileText(results: Results): string {
  const over = (id: string): boolean =>
    results === 'all' || (results === 'first day' && id !== NYR);
  const markets = DEMO_MARKETS.map(({ asks, payout, ...market }) => ({
    ...market,
    book: { yes: { asks: asks.yes }, no: { asks: asks.no } },
    ...(over(market.id) ? { result: { at: 0, payout } } : {}),
  }));
  return JSON.stringify({ markets });
}

export interface Opportunity {
  readonly what: string;
  readonly proposal: ProposalInput;
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

/** Told in this order on the first day, one after the other; the comments say what each is meant to show. */
export const OPPORTUNITIES: readonly Opportunity[] = [
  {
    what: 'a fair edge on Kalshi',
    proposal: single('win', ['kalshi', FLA, 'yes', '0.58'], { fairPrice: '0.64', budget: '50' }),
  },
  {
    what: 'an edge on Polymarket that will lose',
    proposal: single('loss', ['polymarket', TOR, 'Maple Leafs', '0.44'], {
      fairPrice: '0.50',
      quantity: '60',
    }),
  },
  {
    what: 'a match that will be voided',
    proposal: single('void', ['kalshi', VOID, 'yes', '0.47'], {
      fairPrice: '0.53',
      quantity: '50',
    }),
  },
  {
    what: 'more than the book offers: two levels, a partial fill',
    proposal: single('partial', ['kalshi', SEA, 'yes', '0.37'], {
      fairPrice: '0.43',
      quantity: '80',
    }),
  },
  {
    what: 'all or nothing, and too little on offer: the sending gate stops it',
    proposal: single('moved', ['polymarket', NYR, 'Rangers', '0.51'], {
      fairPrice: '0.57',
      quantity: '40',
      tif: 'fok',
    }),
  },
  {
    what: 'an edge that fees eat',
    proposal: single('thin', ['kalshi', FED, 'no', '0.41'], { fairPrice: '0.43' }),
  },
  {
    what: 'too good to be true',
    proposal: single('fluke', ['kalshi', FED, 'no', '0.41'], { fairPrice: '0.70' }),
  },
  {
    what: 'the same leg twice',
    proposal: single('again', ['kalshi', FLA, 'yes', '0.58'], { fairPrice: '0.64' }),
  },
  {
    what: 'the other side of a held market',
    proposal: single('opposite', ['kalshi', FLA, 'no', '0.44'], { fairPrice: '0.50' }),
  },
  {
    what: 'a position beyond every limit',
    proposal: single('huge', ['kalshi', FED, 'no', '0.41'], {
      fairPrice: '0.50',
      quantity: '1300',
    }),
  },
  {
    what: 'more than the cash at that venue',
    proposal: single('poor', ['polymarket', NYR, 'Bruins', '0.50'], {
      fairPrice: '0.58',
      quantity: '190',
    }),
  },
  {
    what: 'a price off the tick',
    proposal: single('off-tick', ['kalshi', FED, 'no', '0.415'], { fairPrice: '0.50' }),
  },
  {
    what: 'two legs that are no registered pair',
    proposal: {
      id: 'pair',
      strategy: 'demo',
      event: 'nhl:2026-11-22:CBJ@FLA',
      legs: [
        { venue: 'kalshi', market: FLA, outcome: 'no', limitPrice: '0.44' },
        { venue: 'polymarket', market: NYR, outcome: 'Rangers', limitPrice: '0.51' },
      ],
    },
  },
  {
    what: 'the last trade of the day',
    proposal: single('last', ['kalshi', FED, 'no', '0.41'], { fairPrice: '0.47', budget: '20' }),
  },
  {
    what: 'one more than the day allows',
    proposal: single('sixth', ['polymarket', NYR, 'Bruins', '0.50'], {
      fairPrice: '0.57',
      quantity: '10',
    }),
  },
];

/** Told after midnight. */
export const NEXT_DAY: readonly Opportunity[] = [
  {
    what: 'what the day before had no place for',
    proposal: single('seventh', ['polymarket', NYR, 'Bruins', '0.50'], {
      fairPrice: '0.57',
      quantity: '10',
    }),
  },
];
