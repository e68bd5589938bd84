/** Whether orders are taken from where this process stands: asked first of all and every hour. */
import { geoblockSchema } from '../../contracts/polymarket/site.ts';
import { printable } from '../../domain/printable.ts';
import type { VenueStatus } from '../venue.ts';
import { isVenueFailure } from '../venue.ts';
import type { PolymarketClient } from './client.ts';

/** How long an answer is believed. It is asked at start and hourly. */
const ANSWER_AGE_MS_MAX = 3_600_000;
/** A site that does not answer is not asked at every turn. */
const FAILURE_AGE_MS_MAX = 5_000;

interface Told extends VenueStatus {
  readonly atMs: number;
  readonly ageMsMax: number;
}

/** Asks when it has to. Never rejects: what is not known is told as not trading. */
export interface GeoblockWatch {
  /** @param atMs Unix ms of the Clock */
  status(atMs: number): Promise<VenueStatus>;
}

/** Makes the watch on one site; questions asked at the same time are one. */
export function createGeoblockWatch(site: PolymarketClient): GeoblockWatch {
  let told: Told | undefined;
  let asking: Promise<Told> | undefined;
  return {
    async status(atMs) {
      const ageMs = told === undefined ? -1 : atMs - told.atMs;
      if (told !== undefined && ageMs >= 0 && ageMs < told.ageMsMax) return statusOf(told);
      asking ??= ask(site, atMs).finally(() => {
        asking = undefined;
      });
      told = await asking;
      return statusOf(told);
    },
  };
}

function statusOf({ trading, detail }: Told): VenueStatus {
  return { trading, detail };
}

async function ask(site: PolymarketClient, atMs: number): Promise<Told> {
  try {
    const told = await site.read({ path: '/api/geoblock', schema: geoblockSchema });
    const where = [told.country, told.region].filter((part) => part != null && part !== '');
    const place = where.length === 0 ? 'an unknown place' : printable(where.join(' '));
    return {
      trading: !told.blocked,
      detail: told.blocked ? `orders are refused from here (${place})` : `allowed from ${place}`,
      atMs,
      ageMsMax: ANSWER_AGE_MS_MAX,
    };
  } catch (error) {
    if (!isVenueFailure(error)) throw error;
    const detail = `not known whether orders are taken from here: ${error.message}`;
    return { trading: false, detail, atMs, ageMsMax: FAILURE_AGE_MS_MAX };
  }
}
