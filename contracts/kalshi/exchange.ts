/** The state of the exchange, and of an account's keys and limits. */
import { z } from 'zod';
import { instantField } from '../fields.ts';
import { idField, shardField } from './fields.ts';

/** `GET /exchange/status`: the top level speaks for shard 0 only. */
export const exchangeStatusSchema = z.object({
  exchange_active: z.boolean(),
  trading_active: z.boolean(),
  exchange_estimated_resume_time: instantField.nullish(),
  exchange_index_statuses: z
    .array(
      z.object({
        exchange_index: shardField,
        exchange_active: z.boolean(),
        trading_active: z.boolean(),
      }),
    )
    .nullish(),
});

export type KalshiExchangeStatus = z.output<typeof exchangeStatusSchema>;

const windowSchema = z.object({ start_datetime: instantField, end_datetime: instantField });

/** `GET /exchange/schedule`: of it the maintenance that is announced. */
export const exchangeScheduleSchema = z.object({
  schedule: z.object({ maintenance_windows: z.array(windowSchema).nullish() }),
});

/** `GET /api_keys`: the scopes of every key, and until when the region is attested. */
export const apiKeysSchema = z.object({
  api_keys: z.array(
    z.object({
      api_key_id: idField,
      scopes: z.array(z.string()).nullish(),
      subaccount: z.int().nullish(),
    }),
  ),
  api_key_region_expiration_ts: z.number().nullish(),
});

const bucketSchema = z.object({ refill_rate: z.number(), bucket_capacity: z.number() });

/** `GET /account/limits`: the tier, in tokens a second. */
export const accountLimitsSchema = z.object({
  usage_tier: z.string(),
  read: bucketSchema,
  write: bucketSchema,
});

/** `GET /communications/id`: names the user and no key, and stays the same. */
export const communicationsIdSchema = z.object({ communications_id: idField });
