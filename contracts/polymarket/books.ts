/** Order books. Unknown keys are allowed. */
import { z } from 'zod';
import { decimalField, payoutField } from '../fields.ts';
import { assetIdField, conditionIdField } from './fields.ts';

const sizeField = decimalField('a size').refine((value) => value >= 0, {
  error: 'a size must not be negative',
});

const levelsField = z.array(z.object({ price: payoutField, size: sizeField })).max(20_000);

/** `GET /book?token_id=`: bids rising and asks falling, so the best of each comes last. */
export const bookSchema = z.object({
  market: conditionIdField,
  asset_id: assetIdField,
  bids: levelsField,
  asks: levelsField,
});
