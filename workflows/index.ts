export { dailyReset } from './daily-reset.ts';
export { rollout } from './rollout.ts';
export { sweep } from './sweep.ts';
export { trade } from './trade.ts';
export { venueWatch } from './venue-watch.ts';
