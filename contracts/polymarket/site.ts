/** What the website tells about where we are. */
import { z } from 'zod';

/** `GET https://polymarket.com/api/geoblock`: whether orders are taken from this address. */
export const geoblockSchema = z.object({
  blocked: z.boolean(),
  country: z.string().nullish(),
  region: z.string().nullish(),
});
