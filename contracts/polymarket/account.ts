/** An account's keys, cash, limits and redemptions. */
import { z } from 'zod';
import type { Micros } from '../../domain/money.ts';
import { conditionIdField, idField, numberField } from './fields.ts';
import { baseUnitsField, secondsField } from './trading-fields.ts';

/** `GET /auth/derive-api-key` and `POST /auth/api-key`. */
export const apiKeySchema = z.object({
  apiKey: idField,
  secret: idField,
  passphrase: idField,
});

/** `GET /balance-allowance`: millionths as whole numbers; allowances by the spender's address. */
export const balanceAllowanceSchema = z.object({
  balance: baseUnitsField.transform((value) => value as Micros),
  allowances: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).nullish(),
});

/** `GET /auth/ban-status/closed-only`. */
export const closedOnlySchema = z.object({ closed_only: z.boolean() });

/** `GET /time`: Unix seconds. */
export const timeSchema = secondsField;

/** `GET /v1/user/rate-limit-tier`; its shape is not documented beyond the name. */
export const rateLimitTierSchema = z.looseObject({ tier: z.string().nullish() });

/**
 * `GET /activity?type=REDEEM` of the Data API: one row a market and transaction.
 * @source reference/polymarket.md §3; Polymarket/bindings 0.10.0
 */
export const activityPageSchema = z.array(
  z.object({
    type: z.string(),
    timestamp: secondsField,
    conditionId: conditionIdField,
    usdcSize: numberField('usdcSize'),
    transactionHash: idField,
  }),
);
