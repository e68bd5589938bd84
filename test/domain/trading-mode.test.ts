import { expect, test } from '@jest/globals';
import { PHASES } from '../../domain/desk.ts';
import { tradingMode } from '../../domain/trading-mode.ts';

const ENVIRONMENT = 'LIVE_TRADING is not true in the environment';
const PHASE = 'the desk is in phase paper';

test.each([
  [false, 'paper', `${ENVIRONMENT}, and ${PHASE}`],
  [true, 'paper', PHASE],
  [false, 'live', ENVIRONMENT],
  [false, 'full', ENVIRONMENT],
] as const)('with live trading %s in phase %s trading is paper and says why', (...row) => {
  const [liveTrading, phase, whyNotReal] = row;
  expect(tradingMode({ liveTrading, phase })).toEqual({ mode: 'paper', whyNotReal });
});

test.each(PHASES.filter((phase) => phase !== 'paper'))(
  'both keys together make trading real: LIVE_TRADING and phase %s',
  (phase) => {
    expect(tradingMode({ liveTrading: true, phase })).toEqual({ mode: 'real', whyNotReal: null });
  },
);
