/** Fills, settlements and cash of an account. */
import { z } from 'zod';
import { instantField, payoutField } from '../fields.ts';
import {
  bookSideField,
  countField,
  cursorField,
  dollarsField,
  idField,
  outcomeSideField,
  shardField,
} from './fields.ts';

/** A fill. REST tells no `client_order_id`; `outcome_side` is what was gained, sales included. */
export const kalshiFillSchema = z.object({
  fill_id: idField,
  order_id: idField,
  ticker: idField,
  outcome_side: outcomeSideField,
  book_side: bookSideField,
  count_fp: countField,
  yes_price_dollars: payoutField,
  no_price_dollars: payoutField,
  fee_cost: dollarsField,
  created_time: instantField,
  subaccount_number: z.int().nullish(),
});

export type KalshiFill = z.output<typeof kalshiFillSchema>;

/** `GET /portfolio/fills`, one page, newest first. */
export const fillPageSchema = z.object({ fills: z.array(kalshiFillSchema), cursor: cursorField });

/** A settlement row: gross counts and costs; `revenue` is whole cents of the net position. */
export const kalshiSettlementSchema = z.object({
  ticker: idField,
  market_result: z.enum(['yes', 'no', 'scalar']),
  yes_count_fp: countField,
  yes_total_cost_dollars: dollarsField,
  no_count_fp: countField,
  no_total_cost_dollars: dollarsField,
  revenue: z.int(),
  settled_time: instantField,
  fee_cost: dollarsField,
  value: z.number().nullish(),
});

export type KalshiSettlement = z.output<typeof kalshiSettlementSchema>;

/** `GET /portfolio/settlements`, one page, newest first. */
export const settlementPageSchema = z.object({
  settlements: z.array(kalshiSettlementSchema),
  cursor: cursorField,
});

/** `GET /portfolio/balance`. The integer `balance` is truncated cents and is not read. */
export const balanceSchema = z.object({
  balance_dollars: dollarsField,
  balance_breakdown: z
    .array(z.object({ exchange_index: shardField, balance: dollarsField }))
    .nullish(),
});

export type KalshiBalance = z.output<typeof balanceSchema>;

/** `GET /portfolio/subaccounts/netting`: whether opposite positions of a market net. */
export const nettingSchema = z.object({
  netting_configs: z.array(
    z.object({
      subaccount_number: z.int(),
      enabled: z.boolean(),
      exchange_index: shardField.nullish(),
    }),
  ),
});

/** `GET /exchange/user_data_timestamp`: how far the lists of an account have come. */
export const userDataTimestampSchema = z.object({ as_of_time: instantField });

/** `GET /historical/cutoff`: orders that ended before have left the ordinary list. */
export const historicalCutoffSchema = z.object({ orders_updated_ts: instantField });

/** The same answer: fills before this have left theirs. */
export const fillCutoffSchema = z.object({ trades_created_ts: instantField });
