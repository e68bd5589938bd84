/** The predecessor's file: a damaged one is refused as a whole, every mistake named by its field. */
import { describe, expect, test } from '@jest/globals';
import { inFileOrder, readPredecessorFile } from '../../contracts/predecessor-file.ts';
import { betText, fileText, predecessorText, sound } from '../support/predecessor.ts';

const BET = JSON.stringify(betText());

function mistakes(text: string): string[] {
  const read = readPredecessorFile(text);
  return read.ok ? [] : read.problems.map(({ field, problem }) => `${field}: ${problem}`);
}

/** The one bet's text with a piece replaced, in a file. */
function withBet(from: string, to: string): string {
  expect(BET).toContain(from);
  return `{"balance":1,"initial_balance":1,"total_profit":0,"bets":[${BET.replace(from, to)}]}`;
}

test('the predecessor’s own file is sound', () => {
  const text = predecessorText();
  if (text === undefined) return;
  expect(mistakes(text)).toEqual([]);
  expect(sound(text).bets).toHaveLength(10);
});

describe('damage', () => {
  test.each<[string, string, RegExp[]]>([
    ['cut off', fileText([betText()]).slice(0, -40), [/^file: is no JSON/]],
    ['empty', '', [/^file: is no JSON/]],
    ['another shape', '[]', [/^file: /]],
    [
      'no bets',
      '{"balance":1,"initial_balance":1,"total_profit":0}',
      [/^bets: bets must be a list, was missing$/],
    ],
    [
      'NaN and Infinity',
      withBet('"cost":3.7556249999999998', '"cost":NaN').replace(
        '"balance":1',
        '"balance":-Infinity',
      ),
      [/^balance: an amount must be a number, was "-Infinity"$/, /^bets\.0\.cost: .*"NaN"$/],
    ],
    ['a missing field', withBet('"sport":"NHL",', ''), [/^bets\.0\.sport: .*missing$/]],
    [
      'a missing field of a leg',
      withBet('"price":36.5,', ''),
      [/^bets\.0\.legs\.1\.price: a price must be a number, was missing$/],
    ],
    ['a negative quantity', withBet('"quantity":5', '"quantity":-5'), [/^bets\.0\.quantity: /]],
    ['a quantity of zero', withBet('"quantity":5', '"quantity":0'), [/^bets\.0\.quantity: /]],
    [
      'a wrong type',
      withBet('"quantity":5', '"quantity":"5"'),
      [/^bets\.0\.quantity: a quantity must be a number, was "5"$/],
    ],
    ['legs that are no list', withBet('"legs":[', '"legs":7,"was":['), [/^bets\.0\.legs: .* 7$/]],
    [
      'a negative cost',
      withBet('"cost_usd":1.79375', '"cost_usd":-1.79375'),
      [/legs\.0\.cost_usd/],
    ],
    [
      'an amount between two micro-dollars',
      withBet('"fee_usd":0.04375', '"fee_usd":0.0437505'),
      [/^bets\.0\.legs\.0\.fee_usd: must be whole micro-dollars.*0\.0437505$/],
    ],
    [
      'a price beyond a dollar',
      withBet('"price":35,', '"price":135,'),
      [/^bets\.0\.legs\.0\.price/],
    ],
    ['an unknown platform', withBet('"Kalshi"', '"Betfair"'), [/^bets\.0\.legs\.1\.platform/]],
    ['a time that is none', withBet('2025-12-04T13:54', '2025-12-34T13:54'), [/\.timestamp: /]],
    ['half a surrogate pair', withBet('"Panthers"', '"\\ud800"'), [/^file: holds a character/]],
    ['a null character', withBet('"Panthers"', '"\\u0000"'), [/^file: holds a character/]],
  ])('%s', (_, text, says) => {
    const found = mistakes(text);
    for (const each of says) expect(found).toContainEqual(expect.stringMatching(each));
    expect(found.length).toBeGreaterThanOrEqual(says.length);
  });

  test('a bet that is in the file twice', () => {
    expect(mistakes(fileText([betText(), betText()]))).toEqual([
      'bets.1.id: CBJ@FLA of that day is bets.0 already',
    ]);
  });

  test('a bet under the id of another', () => {
    expect(mistakes(withBet('"CBJ@FLA"', '"COL@NYR"'))).toEqual([
      'bets.0.id: does not name the codes of its legs, CBJ and FLA',
    ]);
  });

  test.each([
    ['"cost":3.7556249999999998', '"cost":3.76', 'bets.0.cost'],
    ['"cost_usd":1.79375', '"cost_usd":1.79376', 'bets.0.legs.0.cost_usd'],
    ['"payout":5', '"payout":6', 'bets.0.payout'],
    ['"profit":1.244375', '"profit":1.3', 'bets.0.profit'],
    ['"fees_total_usd":0.18062499999999998', '"fees_total_usd":0.2', 'bets.0.fees_total_usd'],
    ['"realized_profit":0', '"realized_profit":1', 'bets.0.realized_profit'],
    ['"quantity":5', '"quantity":6', 'bets.0.legs.0.payout_usd'],
  ])('what does not add up: %s as %s', (from, to, field) => {
    expect(mistakes(withBet(from, to))).toContainEqual(expect.stringMatching(`^${field}: `));
  });

  test('all mistakes at once', () => {
    const text = fileText([betText({ sport: 7, quantity: -1 }), betText({ game: '' })]);
    expect(mistakes(text).map((line) => line.split(':')[0])).toEqual([
      'bets.0.sport',
      'bets.0.quantity',
      'bets.1.game',
    ]);
  });
});

test('a word that is no number is left alone inside a text', () => {
  const { bets } = sound(withBet('"Panthers"', '"NaN of \\"Infinity\\""'));
  expect(bets[0]?.legs[1]?.team).toBe('NaN of "Infinity"');
});

test('fields that only the predecessor knew are kept, and go back in its order', () => {
  const bet = { ...betText(), strategy_1_cost: 85, arb_type: 'perfect' };
  const read = sound(fileText([bet])).bets[0]!;
  expect(read).toEqual(bet);
  const shuffled = Object.fromEntries(Object.entries(read).toReversed()) as typeof read;
  expect(Object.keys(inFileOrder(shuffled)).slice(0, 4)).toEqual([
    'id',
    'game',
    'sport',
    'timestamp',
  ]);
});
