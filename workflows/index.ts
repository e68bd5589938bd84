export { trade } from './trade.ts';
export { venueWatch } from './venue-watch.ts';
