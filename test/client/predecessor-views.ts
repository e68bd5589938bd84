/** What the predecessor's endpoints answer, complete, for tests of both their sides. */
import type { TradingModeView, TradingStateView } from '../../contracts/predecessor.ts';

const PAPER = {
  mode: 'paper',
  phase: 'paper',
  why_not_real: 'LIVE_TRADING is not true in the environment, and the desk is in phase paper',
} as const;

export const MODE: TradingModeView = {
  live_trading_enabled: false,
  timestamp: '2026-11-22T14:07:31.000Z',
  ...PAPER,
};

export const STATE: TradingStateView = {
  balance: 971,
  initial_balance: 1000,
  total_profit: 0,
  estimated_profit: 21,
  total_trades: 1,
  bets: [
    {
      id: 'nhl-1',
      game: 'Blue Jackets at Panthers: Panthers win',
      sport: null,
      timestamp: '2026-11-22T14:00:00.000Z',
      game_time: null,
      quantity: 50,
      cost: 29.853,
      payout: 50,
      profit: 20.147,
      roi_percent: 67.4874,
      status: 'pending',
      legs: [
        {
          platform: 'Kalshi',
          price: 58,
          eff: 59.706,
          team: 'yes',
          code: null,
          market_id: 'KXNHLGAME-26NOV22CBJFLA-FLA',
          url: null,
          cost_usd: 29.853,
          fee_usd: 0.853,
          payout_usd: 50,
          order_id: 'paper-77',
          order_status: 'done',
        },
      ],
      order_ids: { Kalshi: 'paper-77' },
      settled_amount: 0,
      realized_profit: 0,
      fees_total_usd: 0.853,
    },
  ],
  daily_loss: 0,
  daily_trades: 1,
  ...PAPER,
};
