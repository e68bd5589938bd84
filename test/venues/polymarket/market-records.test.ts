/** 500 real records of the CLOB (2023): which of them have a result, and which only look like it. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { clobMarketSchema } from '../../../contracts/polymarket/markets.ts';
import type { PolymarketResolution } from '../../../domain/polymarket-resolution.ts';
import { polymarketResolution } from '../../../domain/polymarket-resolution.ts';

const FILE = fileURLToPath(
  new URL('../../../../shared/data/polymarket-clob-markets/markets.json', import.meta.url),
);

interface RawRecord {
  readonly market_slug: string;
  readonly closed: boolean;
  readonly accepting_orders: boolean;
  readonly is_50_50_outcome: boolean;
  readonly tokens: readonly { readonly price: number; readonly winner: boolean }[];
}

if (existsSync(FILE)) {
  // oxlint-disable-next-line jest/require-hook -- read once, by all tests
  registerRecords(JSON.parse(readFileSync(FILE, 'utf8')) as RawRecord[]);
} else {
  // oxlint-disable-next-line jest/expect-expect -- there is nothing to compare
  test('market records', () => console.info(`not tested on market records: ${FILE} is absent`));
}

function resolutionOf(record: RawRecord): PolymarketResolution {
  const parsed = clobMarketSchema.parse(record);
  return polymarketResolution({
    clob: {
      closed: parsed.closed,
      isFiftyFifty: parsed.is_50_50_outcome === true,
      tokens: parsed.tokens.map(({ winner, price }) => ({ winner, priceMicros: price })),
    },
  });
}

function registerRecords(records: readonly RawRecord[]): void {
  const bySlug = (slug: string): RawRecord => {
    const found = records.find(({ market_slug: one }) => one === slug);
    if (found === undefined) throw new Error(`no record ${slug}`);
    return found;
  };
  /** By the flags' and prices' texts alone: another way of saying strict winner or 50/50. */
  const expectedOf = ({ closed, is_50_50_outcome: halves, tokens }: RawRecord): string => {
    const words = tokens.map(({ winner, price }) => `${winner ? 'won' : 'lost'}@${price}`).join();
    if (!closed) return 'none';
    if (words === 'won@1,lost@0') return 'first';
    if (words === 'lost@0,won@1') return 'second';
    return halves && words === 'lost@0.5,lost@0.5' ? 'halves' : 'none';
  };
  const toldOf = (record: RawRecord): string => {
    const told = resolutionOf(record);
    if (told.kind !== 'resolved') return 'none';
    const names: Record<number, string> = { 1_000_000: 'first', 0: 'second', 500_000: 'halves' };
    return names[told.payoutMicros[0]] ?? 'something else';
  };
  const countsOf = (words: readonly string[]) =>
    Object.fromEntries(
      ['first', 'second', 'halves', 'none'].map((word) => [
        word,
        words.filter((one) => one === word).length,
      ]),
    );

  describe('market records of the venue', () => {
    test('of 500 exactly the 293 strict winners and the 4 of 50/50 resolve', () => {
      expect(records).toHaveLength(500);
      const told = records.map(toldOf);
      expect(told).toEqual(records.map(expectedOf));
      expect(countsOf(told)).toEqual({ first: 142, second: 151, halves: 4, none: 203 });
    });

    test('175 of the 472 closed ones have none, 65 of them at prices of exactly 0 and 1', () => {
      const closed = records.filter((record) => record.closed);
      const none = closed.filter((record) => toldOf(record) === 'none');
      const looks = none.filter(({ tokens }) =>
        ['0,1', '1,0'].includes(tokens.map(({ price }) => price).join()),
      );
      expect([closed.length, none.length, looks.length]).toEqual([472, 175, 65]);
    });

    test.each([
      ['nba-nuggets-vs-magic-02092023', 'closed at 0 and 1 without a winner', 'none'],
      ['nfl-monday-chargers-vs-colts', 'closed at 1 and 0 without a winner', 'none'],
      ['nba-utah-okc-2023-02-23', 'closed at 0 and 0', 'none'],
      ['nfl-wild-card-round-dolphins-vs-bills', 'closed at 0.9999 without a winner', 'none'],
      ['nba-wizards-vs-pistons-02012023', 'closed at 0.58', 'none'],
      ['fight-night-who-will-win-ramos-or-lingo-2023-03-11', 'halves without the flag', 'none'],
      ['archwill-donald-trump-win-the-2024-us-presidential-election', 'open at halves', 'none'],
      ['will-gpt-4-have-1t-parameters', 'without tokens', 'none'],
      ['will-trump-win-the-2024-iowa-caucus', 'a winner that “accepts orders”', 'first'],
      [
        'will-the-fdv-of-openseas-token-1-week-after-launch-be-above-blurs-fdv',
        'a 50/50 that “accepts orders”',
        'halves',
      ],
      ['nba-mil-phx-2023-02-26', 'a 50/50', 'halves'],
    ])('%s: %s', (slug, _trap, expected) => {
      expect(toldOf(bySlug(slug))).toBe(expected);
    });

    test('a dispute or an open proposal holds every one of them back', () => {
      const held = records.filter((record) => {
        const clob = {
          closed: record.closed,
          isFiftyFifty: record.is_50_50_outcome,
          tokens: record.tokens.map(({ winner, price }) => ({
            winner,
            priceMicros: Math.round(price * 1_000_000),
          })),
        };
        return ['disputed', 'proposed', 'requested'].some((umaStatus) => {
          const gamma = { closed: true, umaStatus, pricesMicros: [] };
          return polymarketResolution({ clob, gamma }).kind === 'resolved';
        });
      });
      expect(held).toEqual([]);
    });
  });
}
