/** The suite of all venues on the real adapter against the simulated exchange. */
import { runVenueConformance } from '../conformance.ts';
import { newKalshiOnSimulator } from './simulated.ts';

runVenueConformance({ name: 'Kalshi on the simulator', newVenue: newKalshiOnSimulator });
