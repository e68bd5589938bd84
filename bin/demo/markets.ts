/** The demo's markets, in the manner of recorded ones: nine games on both venues, and six more. */

type Levels = readonly (readonly [price: string, contracts: string])[];

/** When the exchange publishes a market's result. */
export type Results = 'none' | 'first day' | 'all';

interface DemoMarket {
  readonly venue: 'kalshi' | 'polymarket';
  readonly id: string;
  readonly title: string;
  readonly rules: string;
  readonly outcomes: readonly [string, string];
  readonly asks: { readonly yes: Levels; readonly no: Levels };
  /** Paid per contract of the first outcome; “0.5” is a void. */
  readonly payout: string;
  readonly result: 'first day' | 'all';
  readonly script?: readonly object[];
}

/** One game: the away team is Kalshi's yes and Polymarket's first outcome. */
interface Game {
  readonly code: string;
  readonly away: string;
  readonly home: string;
  /** What the away team costs at Kalshi and the home team at Polymarket: the pair. */
  readonly kalshiAway: string;
  readonly polymarketHome: string;
  readonly awayWins: boolean;
  /** When each venue publishes the result; the first day where it is absent. */
  readonly polymarketResult?: 'all';
  readonly kalshiScript?: readonly object[];
  readonly polymarketScript?: readonly object[];
}

const REFUSED = [{ order: 'every', effect: 'reject', code: 'self_trade_check_unavailable' }];

/** The games of one evening. */
export const GAMES: readonly Game[] = [
  game('CBJFLA', 'Blue Jackets', 'Panthers', '0.36', '0.58', true),
  game('COLNYR', 'Avalanche', 'Rangers', '0.49', '0.44', false),
  {
    // Polymarket fills a part and rests; what is left is cancelled, and Kalshi is sized to it.
    ...game('STLOTT', 'Blues', 'Senators', '0.45', '0.48', true),
    polymarketScript: [{ order: 0, effect: 'fillAtMost', contracts: '30' }],
  },
  {
    // The losing leg is final on the first day and the winning one on the second.
    ...game('NSHCAR', 'Predators', 'Hurricanes', '0.41', '0.52', false),
    polymarketResult: 'all',
  },
  // Kalshi refuses the second leg for good: the pair is unwound.
  { ...game('MTLTOR', 'Canadiens', 'Maple Leafs', '0.43', '0.50', false), kalshiScript: REFUSED },
  game('UTACGY', 'Utah', 'Flames', '0.46', '0.47', true),
  {
    // Kalshi's first answer is lost: the order is looked up, never sent again.
    ...game('DETSEA', 'Red Wings', 'Kraken', '0.42', '0.51', false),
    kalshiScript: [{ order: 0, effect: 'loseAnswer', afterSeconds: 0 }],
  },
  game('MINVAN', 'Wild', 'Canucks', '0.36', '0.50', true),
  game('WPGEDM', 'Jets', 'Oilers', '0.32', '0.43', false),
];

function game(
  code: string,
  away: string,
  home: string,
  kalshiAway: string,
  polymarketHome: string,
  awayWins: boolean,
): Game {
  return { code, away, home, kalshiAway, polymarketHome, awayWins };
}

/** The ticker of a game's market at Kalshi. */
export function tickerOf({ code }: Pick<Game, 'code'>): string {
  return `KXNHLGAME-26NOV22${code}-${code.slice(0, 3)}`;
}

/** The slug of a game's market at Polymarket. */
export function slugOf({ code }: Pick<Game, 'code'>): string {
  return `nhl-${code.slice(0, 3).toLowerCase()}-${code.slice(3).toLowerCase()}-2026-11-22`;
}

function gameMarkets(one: Game): DemoMarket[] {
  const { away, home, kalshiAway, polymarketHome } = one;
  const payout = one.awayWins ? '1' : '0';
  return [
    {
      venue: 'kalshi',
      id: tickerOf(one),
      title: `${away} at ${home}: ${away} win`,
      rules: `If ${away} win the game against ${home}, overtime and shoot-out included, the market resolves to Yes.`,
      outcomes: ['yes', 'no'],
      asks: { yes: [[kalshiAway, '400']], no: [[opposite(kalshiAway), '400']] },
      payout,
      result: 'first day',
      ...(one.kalshiScript === undefined ? {} : { script: one.kalshiScript }),
    },
    {
      venue: 'polymarket',
      id: slugOf(one),
      title: `${away} vs. ${home}`,
      rules: `This market resolves to the team that wins, overtime and shoot-out included.`,
      outcomes: [away, home],
      asks: { yes: [[opposite(polymarketHome), '400']], no: [[polymarketHome, '400']] },
      payout,
      result: one.polymarketResult ?? 'first day',
      ...(one.polymarketScript === undefined ? {} : { script: one.polymarketScript }),
    },
  ];
}

/** The other side's price with the venue's two cents between them. */
function opposite(price: string): string {
  return `0.${String(102 - Number(price.slice(2))).padStart(2, '0')}`;
}

/** Markets of single legs. */
export const FLA = 'KXNHLGAME-26NOV22TBLFLA-FLA';
export const TOR = 'nhl-tor-bos-2026-11-22';
export const BOS = 'KXNHLGAME-26NOV22BOSPHI-BOS';
export const CPI = 'KXCPI-26NOV-T0.2';
export const FED = 'KXFEDDECISION-26DEC-H0';
export const VOID = 'KXATPMATCH-26NOV22ALCSIN-ALC';

const SINGLES: readonly DemoMarket[] = [
  {
    venue: 'kalshi',
    id: FLA,
    title: 'Lightning at Panthers: Panthers win',
    rules: 'If Panthers win, the market resolves to Yes.',
    outcomes: ['yes', 'no'],
    asks: { yes: [['0.58', '400']], no: [['0.44', '300']] },
    payout: '1',
    result: 'first day',
  },
  {
    venue: 'polymarket',
    id: TOR,
    title: 'Maple Leafs vs. Bruins',
    rules: 'This market resolves to the team that wins.',
    outcomes: ['Maple Leafs', 'Bruins'],
    asks: { yes: [['0.44', '400']], no: [['0.58', '400']] },
    payout: '0',
    result: 'first day',
  },
  {
    venue: 'kalshi',
    id: BOS,
    title: 'Bruins at Flyers: Bruins win',
    rules: 'If Bruins win, the market resolves to Yes.',
    outcomes: ['yes', 'no'],
    asks: { yes: [['0.44', '400']], no: [['0.58', '400']] },
    payout: '0',
    result: 'first day',
  },
  {
    venue: 'kalshi',
    id: CPI,
    title: 'CPI in November: above 0.2 %',
    rules: 'If the published change is above 0.2 %, the market resolves to Yes.',
    outcomes: ['yes', 'no'],
    asks: { yes: [['0.40', '400']], no: [['0.62', '400']] },
    payout: '1',
    result: 'all',
  },
  {
    venue: 'kalshi',
    id: VOID,
    title: 'Alcaraz vs. Sinner: Alcaraz wins (walkover: settles at 0.50)',
    rules: 'If Alcaraz wins, the market resolves to Yes; a walkover settles at 0.50.',
    outcomes: ['yes', 'no'],
    asks: { yes: [['0.47', '200']], no: [['0.55', '200']] },
    payout: '0.5',
    result: 'first day',
  },
  {
    venue: 'kalshi',
    id: FED,
    title: 'Fed decision in December: no change',
    rules: 'If the target range is unchanged, the market resolves to Yes.',
    outcomes: ['yes', 'no'],
    asks: { yes: [['0.60', '500']], no: [['0.41', '300']] },
    payout: '0',
    result: 'all',
  },
];

const DEMO_MARKETS: readonly DemoMarket[] = [...GAMES.flatMap(gameMarkets), ...SINGLES];

/** The paper exchange's file, with the results of what is over; bids lie a cent below the asks. */
export function paperFileText(results: Results): string {
  const markets = DEMO_MARKETS.map(({ asks, payout, result, ...market }) => ({
    ...market,
    book: { yes: side(asks.yes), no: side(asks.no) },
    ...(results === 'all' || results === result ? { result: { at: 0, payout } } : {}),
  }));
  return JSON.stringify({ markets });
}

function side(asks: Levels) {
  const bids = asks.map(([price, contracts]) => [cheaper(price), contracts]);
  return { asks, bids };
}

function cheaper(price: string): string {
  return `0.${String(Number(price.slice(2)) - 1).padStart(2, '0')}`;
}
