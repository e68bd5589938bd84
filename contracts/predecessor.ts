/**
 * What the predecessor's two read endpoints answer, in its own names and units: JSON numbers,
 * dollars, and cents for `price` and `eff`. docs/http-compatibility.md says what each means here.
 */
import { z } from 'zod';
import { PHASES } from '../domain/desk.ts';

const instant = z.iso.datetime();
const keys = {
  mode: z.enum(['real', 'paper']),
  phase: z.enum(PHASES),
  /** One sentence; null where trading is real. */
  why_not_real: z.string().nullable(),
};

/** `GET /api/trading/mode` */
export const tradingModeSchema = z.strictObject({
  live_trading_enabled: z.boolean(),
  timestamp: instant,
  ...keys,
});
export type TradingModeView = z.output<typeof tradingModeSchema>;

const legSchema = z.strictObject({
  platform: z.enum(['Kalshi', 'Polymarket']),
  /** Cents a contract, before and after fees. */
  price: z.number(),
  eff: z.number(),
  team: z.string(),
  code: z.string().nullable(),
  market_id: z.string(),
  url: z.string().nullable(),
  cost_usd: z.number(),
  fee_usd: z.number(),
  payout_usd: z.number(),
  order_id: z.string().nullable(),
  order_status: z.string().nullable(),
});

const betSchema = z.strictObject({
  id: z.string(),
  game: z.string(),
  sport: z.string().nullable(),
  timestamp: instant,
  game_time: z.string().nullable(),
  quantity: z.number(),
  cost: z.number(),
  payout: z.number(),
  profit: z.number(),
  roi_percent: z.number(),
  status: z.enum(['pending', 'settled', 'incomplete']),
  legs: z.array(legSchema),
  order_ids: z.partialRecord(z.enum(['Kalshi', 'Polymarket']), z.string().nullable()),
  settled_amount: z.number(),
  realized_profit: z.number(),
  fees_total_usd: z.number(),
});

/** `GET /api/trading/state` */
export const tradingStateSchema = z.strictObject({
  balance: z.number(),
  initial_balance: z.number(),
  total_profit: z.number(),
  estimated_profit: z.number(),
  total_trades: z.int(),
  /** The newest first, at most `BETS_SHOWN_MAX` of them. */
  bets: z.array(betSchema),
  daily_loss: z.number(),
  daily_trades: z.int(),
  ...keys,
});
export type TradingStateView = z.output<typeof tradingStateSchema>;
export type BetView = TradingStateView['bets'][number];
