/**
 * The predecessor's paper-trading file. A file with any mistake is refused as a whole, each named
 * by its field; fields that only the predecessor's own arithmetic had are kept as they are.
 */
import { z } from 'zod';
import { microsOfCents, microsOfFloat } from '../domain/float-text.ts';
import { MICROS_PER_UNIT, mulDivCeil, mulDivFloor } from '../domain/money.ts';
import { importedTradeId, instantOf, teamsOf } from '../domain/predecessor-trades.ts';
import type { BetView } from './predecessor.ts';
import { TRADE_ID_PATTERN, fieldProblems } from './proposal.ts';
import type { FieldProblem } from './proposal.ts';

/** More than this is no file of a desk that bets by hand-sized amounts; one transaction books all. */
export const PREDECESSOR_BETS_MAX = 1_000;

/** No bet of the predecessor came near it; a thousand of them still add up to safe integers. */
const USD_MAX = 1_000_000;

const number = (what: string) =>
  z.number({ error: ({ input }) => `${what} must be a number, was ${shown(input)}` });
const text = (what: string) =>
  z.string({ error: ({ input }) => `${what} must be text, was ${shown(input)}` });

/** Floats that stand for whole micro-dollars. */
const dollars = number('an amount').refine((value) => isWhole(value), {
  error: ({ input }) =>
    `must be whole micro-dollars, at most ${USD_MAX} dollars, was ${shown(input)}`,
});
const paid = dollars.refine((value) => value >= 0, {
  error: ({ input }) => `must not be negative, was ${shown(input)}`,
});
const cents = number('a price').refine(
  (value) => value > 0 && value < 100 && microsOfCents(value) !== undefined,
  { error: ({ input }) => `a price lies between 0 and 100 cents, was ${shown(input)}` },
);
const quantity = number('a quantity').refine((value) => value > 0 && isWhole(value), {
  error: ({ input }) =>
    `a quantity must be above zero, in whole micro-contracts, was ${shown(input)}`,
});
const when = (emptyToo: boolean) =>
  text('a time').refine((value) => (emptyToo && value === '') || instantOf(value) !== undefined, {
    error: ({ input }) => `must be a time such as 2025-12-06T20:30, was ${shown(input)}`,
  });

const legSchema = z.looseObject({
  platform: z.enum(['Kalshi', 'Polymarket'], {
    error: ({ input }) => `platform must be Kalshi or Polymarket, was ${shown(input)}`,
  }),
  price: cents,
  eff: number('eff'),
  team: text('team').min(1, 'team must not be empty'),
  code: text('code').regex(/^[A-Za-z0-9]{1,12}$/, 'code must be 1 to 12 letters or digits'),
  market_id: text('market_id').nullish(),
  url: text('url'),
  cost_usd: paid,
  fee_usd: paid,
  payout_usd: paid,
  order_id: text('order_id').nullish(),
});

const betSchema = z
  .looseObject({
    id: text('id').regex(/^[A-Za-z0-9]{1,12}@[A-Za-z0-9]{1,12}$/, 'id must be AWAY@HOME'),
    game: text('game').min(1, 'game must not be empty').max(200, 'game has at most 200 characters'),
    sport: text('sport').regex(/^[A-Za-z0-9_]{1,12}$/, 'sport must be 1 to 12 letters or digits'),
    timestamp: when(false),
    game_time: when(true),
    legs: z
      .array(legSchema, { error: ({ input }) => `legs must be a list, was ${shown(input)}` })
      .length(2, 'a bet has two legs'),
    quantity,
    cost: paid,
    payout: paid,
    profit: dollars,
    roi_percent: number('roi_percent'),
    status: text('status'),
    settled_amount: paid,
    realized_profit: dollars,
    fees_total_usd: paid.optional(),
  })
  .superRefine((bet, context) => {
    for (const { path, message } of sumFaults(bet)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  });
/** A bet with every field of its record, those unknown here too, in the file's own units. */
export type PredecessorBetRecord = z.output<typeof betSchema>;

export const predecessorFileSchema = z
  .looseObject({
    balance: dollars,
    initial_balance: dollars,
    bets: z
      .array(betSchema, { error: ({ input }) => `bets must be a list, was ${shown(input)}` })
      .max(PREDECESSOR_BETS_MAX, `a file has at most ${PREDECESSOR_BETS_MAX} bets`),
    total_profit: dollars,
  })
  .superRefine(({ bets }, context) => {
    const first = new Map<string, number>();
    for (const [index, bet] of bets.entries()) {
      const id = importedTradeId(bet);
      const earlier = first.get(id);
      if (earlier === undefined) first.set(id, index);
      else {
        const message = `${bet.id} of that day is bets.${earlier} already`;
        context.addIssue({ code: 'custom', path: ['bets', index, 'id'], message });
      }
      if (!TRADE_ID_PATTERN.test(id)) {
        const message = `makes no id of a trade: ${id}`;
        context.addIssue({ code: 'custom', path: ['bets', index, 'id'], message });
      }
    }
  });
export type PredecessorFile = z.output<typeof predecessorFileSchema>;

/** What `ballast export` writes: bets that came from there as they were, ours in the same fields. */
export interface ExportedFile {
  readonly balance: number;
  readonly initial_balance: number;
  readonly bets: readonly ExportedBet[];
  readonly total_profit: number;
}
export type ExportedBet = PredecessorBetRecord | BetView;

/** A record with its fields in the order the predecessor wrote them; a database may change it. */
export function inFileOrder(bet: PredecessorBetRecord): PredecessorBetRecord {
  const legs = bet.legs.map((leg) => ordered(leg, LEG_ORDER));
  return ordered({ ...bet, legs }, BET_ORDER);
}

const LEG_ORDER =
  'platform price eff team code market_id url fee_rate cost_usd fee_usd payout_usd slippage_usd'.split(
    ' ',
  );
const BET_ORDER = [
  ...Object.keys(betSchema.shape),
  ...'slippage_total_usd arb_type total_cost_per_unit bet_amount_config'.split(' '),
];

function ordered<Fields extends object>(fields: Fields, names: readonly string[]): Fields {
  const place = (name: string): number => {
    const index = names.indexOf(name);
    return index < 0 ? names.length : index;
  };
  const entries = Object.entries(fields).toSorted(([a], [b]) => place(a) - place(b));
  return Object.fromEntries(entries) as Fields;
}

/** What a text came to: a sound file, or everything wrong with it. */
export type ReadFile =
  | { readonly ok: true; readonly file: PredecessorFile }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/** Reads a file's text. `NaN` and `Infinity`, which Python writes, are named by their field. */
export function readPredecessorFile(json: string): ReadFile {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json.replace(/^\uFEFF/, '').replaceAll(NOT_A_NUMBER, asText));
  } catch (error) {
    const problem = `is no JSON: ${(error as Error).message}`;
    return { ok: false, problems: [{ field: 'file', problem }] };
  }
  // Postgres stores neither; as text of JSON they are these escapes.
  if (/\\u(?:0000|d[89a-f])/i.test(JSON.stringify(parsed))) {
    const problem = 'holds a character that cannot be stored (U+0000 or half of a surrogate pair)';
    return { ok: false, problems: [{ field: 'file', problem }] };
  }
  const read = predecessorFileSchema.safeParse(parsed);
  return read.success
    ? { ok: true, file: read.data }
    : { ok: false, problems: fieldProblems(read.error, 'file') };
}

/** Either a string, which is left alone, or one of the words that are no JSON. */
const NOT_A_NUMBER = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;
const asText = (match: string): string => (match.startsWith('"') ? match : `"${match}"`);

interface Fault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What does not add up: a file somebody edited, or another unit than cents and dollars. */
function sumFaults(bet: PredecessorBetRecord): Fault[] {
  const [away, home] = teamsOf(bet);
  const codes = bet.legs.map(({ code }) => code).toSorted();
  const contracts = units(bet.quantity);
  const costs = sum(bet.legs.map((leg) => leg.cost_usd));
  const fees = sum(bet.legs.map((leg) => leg.fee_usd));
  const isOpen = bet.status !== 'settled' && bet.status !== 'incomplete';
  const checks: [boolean, readonly (string | number)[], string][] = [
    ...bet.legs.flatMap((leg, index): [boolean, readonly (string | number)[], string][] => [
      [isPaid(leg, contracts), ['legs', index, 'cost_usd'], 'is not price × quantity + fee_usd'],
      [units(leg.payout_usd) === contracts, ['legs', index, 'payout_usd'], 'is not the quantity'],
    ]),
    [
      String(codes) === String([away, home].toSorted()) && away !== home,
      ['id'],
      `does not name the codes of its legs, ${codes.join(' and ')}`,
    ],
    [units(bet.cost) === costs, ['cost'], "is not the sum of its legs' cost_usd"],
    [units(bet.payout) === contracts, ['payout'], 'is not the quantity'],
    [units(bet.profit) === contracts - costs, ['profit'], 'is not payout - cost'],
    [
      bet.fees_total_usd === undefined || units(bet.fees_total_usd) === fees,
      ['fees_total_usd'],
      "is not the sum of its legs' fee_usd",
    ],
    [
      !isOpen || (bet.settled_amount === 0 && bet.realized_profit === 0),
      ['realized_profit'],
      `has a result while the status is ${bet.status}`,
    ],
  ];
  return checks.flatMap(([holds, path, message]) => (holds ? [] : [{ path, message }]));
}

function isPaid(leg: PredecessorBetRecord['legs'][number], contracts: number): boolean {
  const price = microsOfCents(leg.price) ?? 0;
  const net = units(leg.cost_usd) - units(leg.fee_usd);
  return (
    net === mulDivFloor(contracts, price, MICROS_PER_UNIT) &&
    net === mulDivCeil(contracts, price, MICROS_PER_UNIT)
  );
}

function isWhole(value: number): boolean {
  return Math.abs(value) <= USD_MAX && microsOfFloat(value) !== undefined;
}

function units(value: number): number {
  return microsOfFloat(value) ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + units(value), 0);
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : (JSON.stringify(value) ?? typeof value).slice(0, 80);
}
