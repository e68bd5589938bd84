import { expect, test } from '@jest/globals';
import { PHASES } from '../../domain/desk.ts';
import { tradingMode } from '../../domain/trading-mode.ts';

const ENVIRONMENT = 'LIVE_TRADING is not true in the environment';
const PHASE = 'the desk is in phase paper';
const REHEARSAL = 'the desk rehearses: its hosts are not production';

test.each([
  [false, 'paper', `${ENVIRONMENT}, and ${PHASE}`],
  [true, 'paper', PHASE],
  [false, 'live', ENVIRONMENT],
  [false, 'full', ENVIRONMENT],
  [true, 'scaling', REHEARSAL, 'rehearsal'],
  [false, 'live', `${ENVIRONMENT}, and ${REHEARSAL}`, 'rehearsal'],
] as const)('with live trading %s in phase %s trading is paper and says why', (...row) => {
  const [liveTrading, phase, whyNotReal, liveBook = 'live'] = row;
  expect(tradingMode({ liveTrading, phase, liveBook })).toEqual({ mode: 'paper', whyNotReal });
});

test.each(PHASES.filter((phase) => phase !== 'paper'))(
  'both keys together make trading real: LIVE_TRADING and phase %s',
  (phase) => {
    const mode = tradingMode({ liveTrading: true, phase, liveBook: 'live' });
    expect(mode).toEqual({ mode: 'real', whyNotReal: null });
  },
);
