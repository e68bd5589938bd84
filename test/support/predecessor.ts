/** The predecessor's own file, and bets like its own for what that file does not hold. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PredecessorFile } from '../../contracts/predecessor-file.ts';
import { readPredecessorFile } from '../../contracts/predecessor-file.ts';

const FILE = fileURLToPath(
  new URL('../../../shared/data/predecessor-paper-trades.json', import.meta.url),
);

/** The text of its file of December 2025; undefined, and said in one line, where it is absent. */
export function predecessorText(): string | undefined {
  if (existsSync(FILE)) return readFileSync(FILE, 'utf8');
  console.info(`not tested with the predecessor's file: ${FILE} is absent`);
  return undefined;
}

/** A bet on one game as Python wrote it, 5 contracts at 35 and 36.5 cents, with other fields. */
export function betText(fields: Readonly<Record<string, unknown>> = {}): object {
  return {
    id: 'CBJ@FLA',
    game: 'Blue Jackets vs Panthers',
    sport: 'NHL',
    timestamp: '2025-12-04T13:54:38.949744',
    game_time: '2025-12-06T20:30',
    legs: [
      {
        platform: 'Polymarket',
        price: 35.0,
        eff: 35.875,
        team: 'Blue Jackets',
        code: 'CBJ',
        market_id: '672834',
        url: 'https://polymarket.com/event/nhl-cbj-fla-2025-12-06',
        fee_rate: 0.02,
        cost_usd: 1.79375,
        fee_usd: 0.04375,
        payout_usd: 5.0,
        slippage_usd: 0.00875,
      },
      {
        platform: 'Kalshi',
        price: 36.5,
        eff: 39.2375,
        team: 'Panthers',
        code: 'FLA',
        market_id: null,
        url: 'https://kalshi.com/markets/KXNHLGAME-25DEC06CBJFLA-FLA',
        fee_rate: 0.07,
        cost_usd: 1.961875,
        fee_usd: 0.136875,
        payout_usd: 5.0,
        slippage_usd: 0.009125,
      },
    ],
    quantity: 5.0,
    cost: 3.7556249999999998,
    payout: 5.0,
    profit: 1.244375,
    roi_percent: 33.1336,
    status: 'pending',
    settled_amount: 0.0,
    realized_profit: 0.0,
    fees_total_usd: 0.18062499999999998,
    ...fields,
  };
}

/** A file of such bets, whose balance follows from them. */
export function fileText(bets: readonly object[], fields: object = {}): string {
  const balance = 100 - 3.755625 * bets.length;
  return JSON.stringify({ balance, initial_balance: 100, bets, total_profit: 0, ...fields });
}

/** A file that must be sound. @throws Error naming every mistake */
export function sound(text: string): PredecessorFile {
  const read = readPredecessorFile(text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.file;
}
