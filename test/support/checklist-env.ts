/** The `.env` block of the predecessor's deployment checklist, verbatim, inline comment included. */
export const CHECKLIST_ENV = `LIVE_TRADING=false         # Keep false for testing
LIVE_TRADING_INITIAL_BALANCE=1000
LIVE_TRADING_BET_AMOUNT=50
LIVE_TRADING_MIN_ROI=2
LIVE_TRADING_MAX_POSITION_SIZE=500
LIVE_TRADING_MAX_DAILY_TRADES=5
LIVE_TRADING_DAILY_LOSS_LIMIT=200
LIVE_TRADING_RESET_KEY=your_secure_key
POLYMARKET_API_KEY=test_key
KALSHI_API_KEY=test_key
`;
