/** Which trade a bet of the predecessor is, and why it is none. */
import { describe, expect, test } from '@jest/globals';
import type { BetJudgement, PredecessorBet } from '../../domain/predecessor-trades.ts';
import { importedTradeId, instantOf, judgeBet } from '../../domain/predecessor-trades.ts';
import { betText } from '../support/predecessor.ts';

type Leg = PredecessorBet['legs'][number];

/** The bet with other fields, and its Polymarket (0) or Kalshi (1) leg with others. */
function bet(fields: Partial<PredecessorBet> = {}, legs: readonly Partial<Leg>[] = []) {
  const sound = betText(fields) as PredecessorBet;
  return { ...sound, legs: sound.legs.map((leg, index) => ({ ...leg, ...legs[index] })) };
}

function reasonsOf(judgement: BetJudgement): readonly string[] {
  return judgement.kind === 'trade' ? [] : judgement.reasons;
}

test('the legs are the markets of the addresses, prices are dollars, costs are price × quantity', () => {
  expect(judgeBet(bet())).toEqual({
    kind: 'trade',
    trade: {
      id: 'import-nhl-2025-12-06-CBJ-FLA',
      event: 'nhl:2025-12-06:CBJ@FLA',
      title: 'Blue Jackets vs Panthers',
      quantity: 5_000_000,
      legs: [
        {
          venue: 'polymarket',
          market: 'nhl-cbj-fla-2025-12-06',
          outcome: 0,
          label: 'Blue Jackets',
          priceMicros: 350_000,
          costMicros: 1_750_000,
          feeMicros: 43_750,
        },
        {
          venue: 'kalshi',
          market: 'KXNHLGAME-25DEC06CBJFLA-FLA',
          outcome: 0,
          label: 'yes',
          priceMicros: 365_000,
          costMicros: 1_825_000,
          feeMicros: 136_875,
        },
      ],
      costMicros: 3_755_625,
      riskMicros: 0,
      roiMillionths: 331_336,
      placedAtMs: Date.parse('2025-12-04T13:54:38.949Z'),
      settlesAtMs: Date.parse('2025-12-06T20:30:00Z'),
    },
  });
});

describe('which side a leg is', () => {
  const sideOf = (judged: BetJudgement, index: number): unknown =>
    judged.kind === 'trade' ? judged.trade.legs[index]?.outcome : reasonsOf(judged);
  const other = 'https://kalshi.com/markets/KXNHLGAME-25DEC06CBJFLA-CBJ';

  test('Kalshi: yes where the ticker ends with the leg’s code, no where with the other team’s', () => {
    expect(sideOf(judgeBet(bet()), 1)).toBe(0);
    expect(sideOf(judgeBet(bet({}, [{}, { url: other }])), 1)).toBe(1);
  });

  test('Kalshi: a ticker that pays for neither team is no side at all', () => {
    const url = 'https://kalshi.com/markets/KXNHLGAME-25DEC06CBJFLA-TIE';
    expect(reasonsOf(judgeBet(bet({}, [{}, { url }])))).toEqual([
      'legs.1.url: KXNHLGAME-25DEC06CBJFLA-TIE pays for TIE, neither team of CBJ@FLA',
    ]);
  });

  test('Polymarket: the away team comes first', () => {
    expect(sideOf(judgeBet(bet()), 0)).toBe(0);
    const swapped = bet({}, [{ code: 'FLA' }, { code: 'CBJ', url: other }]);
    expect(sideOf(judgeBet(swapped), 0)).toBe(1);
  });
});

describe('no trade of ours', () => {
  test.each<[string, PredecessorBet, RegExp]>([
    ['no address', bet({}, [{ url: '' }]), /legs\.0\.url: "" names no market of Polymarket/],
    [
      'a page of another site',
      bet({}, [{}, { url: 'https://kalshi.com.example/markets/A-FLA' }]),
      /legs\.1\.url/,
    ],
    ['two legs at one venue', bet({}, [{ platform: 'Kalshi' }]), /both are at Kalshi/],
    ['a price off the tick', bet({}, [{ price: 35.3 }]), /legs\.0\.price: 35\.3 cents is \$0\.353/],
    ['a unit error', bet({ quantity: 100 }, [{ price: 0.5 }, { price: 0.5 }]), /ROI|unit error/],
    ['a write-off', bet({ status: 'incomplete' }), /status: incomplete/],
    ['a real order', bet({}, [{}, { order_id: 'o-1' }]), /a real order has no place/],
  ])('%s', (_, judged, says) => {
    expect(reasonsOf(judgeBet(judged)).join('\n')).toMatch(says);
    expect(judgeBet(judged).kind).toBe('refused');
  });

  test('a settled bet is history', () => {
    const settled = bet({ status: 'settled', realized_profit: 1.2443749999999998 });
    expect(judgeBet(settled)).toEqual({
      kind: 'history',
      reasons: ['status: settled there already, with a profit of 1.244375'],
    });
  });
});

test('a pair that costs more than it pays risks the difference', () => {
  const dear = judgeBet(bet({}, [{ price: 50 }, { price: 50 }]));
  expect(dear).toMatchObject({ kind: 'trade', trade: { riskMicros: 180_625 } });
});

describe('times, which name no zone, are UTC', () => {
  test.each([
    ['2025-12-06T20:30', '2025-12-06T20:30:00.000Z'],
    ['2025-12-04T13:54:38', '2025-12-04T13:54:38.000Z'],
    ['2025-12-04T13:54:38.949744', '2025-12-04T13:54:38.949Z'],
    ['2025-12-04T13:54:38.9Z', '2025-12-04T13:54:38.900Z'],
  ])('%s', (text, iso) => {
    expect(new Date(instantOf(text)!).toISOString()).toBe(iso);
  });

  test.each(['', '2025-12-06', '2025-02-30T10:00', '2025-13-01T10:00', 'soon', '2025-12-06T24:30'])(
    '%p is no time',
    (text) => {
      expect(instantOf(text)).toBeUndefined();
    },
  );
});

test('the id is of the game’s date, of the bet’s own where the game has none', () => {
  expect(importedTradeId(bet({ game_time: '2025-12-07T00:00' }))).toBe(
    'import-nhl-2025-12-07-CBJ-FLA',
  );
  expect(importedTradeId(bet({ game_time: '' }))).toBe('import-nhl-2025-12-04-CBJ-FLA');
});
