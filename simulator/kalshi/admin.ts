/** The verbs of the admin port: docs/simulator.md lists them. */
import { z } from 'zod';
import { payoutField, quantityField } from '../../contracts/fields.ts';
import { durationField, momentField } from '../frame/admin-fields.ts';
import type { Verb, Verbs } from '../frame/verbs.ts';
import { inTime, verb } from '../frame/verbs.ts';
import { addKey, deposit, setUser, USUAL_USER } from './accounts.ts';
import {
  bookSchema,
  listingSchema,
  rangesField,
  resultSchema,
  shardField,
} from './admin-fields.ts';
import { fillUntold } from './faults.ts';
import {
  activate,
  amendFinalized,
  close,
  deactivate,
  determine,
  dispute,
  finalize,
  moveClose,
  setResult,
} from './lifecycle.ts';
import { listMarket, setHouseBook } from './listing.ts';
import { sweepPaused } from './pauses.ts';
import type { Market } from './records.ts';
import type { ExchangeState } from './state.ts';
import { cancelResting, emit, SHARDS } from './state.ts';

const text = z.string().min(1);
const tickerSchema = z.strictObject({ ticker: text });

function listed(state: ExchangeState, ticker: string): Market {
  const market = state.markets.get(ticker);
  if (market !== undefined) return market;
  throw new Error(`no market ${ticker}; open it with openMarket`);
}

/** What a verb about a market answers. */
function standing({ ticker, status, result }: Market): unknown {
  return { ticker, status, result };
}

function marketVerbs(state: ExchangeState): Verbs {
  const step = (run: (state: ExchangeState, market: Market) => void): Verb =>
    verb(tickerSchema, ({ ticker }) => {
      const market = listed(state, ticker);
      run(state, market);
      return standing(market);
    });
  return {
    openMarket: verb(listingSchema, (listing) => standing(listMarket(state, listing))),
    setBook: verb(bookSchema, ({ ticker, ...quotes }) => {
      const market = state.markets.get(ticker) ?? listMarket(state, { ticker });
      setHouseBook(state, market, quotes);
      return standing(market);
    }),
    setMarket: verb(
      z.strictObject({ ticker: text, fields: z.record(z.string(), z.unknown()) }),
      ({ ticker, fields }) => {
        const market = listed(state, ticker);
        market.fields = { ...market.fields, ...fields };
        market.updatedAtMs = state.nowMs;
        emit(state, { kind: 'lifecycle', market, eventType: 'metadata_updated', more: {} });
        return standing(market);
      },
    ),
    setPriceRanges: verb(
      z.strictObject({ ticker: text, priceRanges: rangesField, structure: text.exactOptional() }),
      ({ ticker, priceRanges, structure = 'custom' }) => {
        const market = listed(state, ticker);
        market.ranges = priceRanges;
        market.fields = { ...market.fields, price_level_structure: structure };
        const eventType = 'price_level_structure_updated';
        emit(state, { kind: 'lifecycle', market, eventType, more: {} });
        return standing(market);
      },
    ),
    activate: step(activate),
    deactivate: step(deactivate),
    close: step(close),
    dispute: step(dispute),
    finalize: step(finalize),
    moveClose: verb(
      z.strictObject({ ticker: text, closeAt: momentField }),
      ({ ticker, closeAt }) => {
        const market = listed(state, ticker);
        moveClose(state, market, closeAt);
        return standing(market);
      },
    ),
  };
}

function resultVerbs(state: ExchangeState): Verbs {
  return {
    determine: verb(resultSchema, ({ ticker, valueMicros }) => {
      const market = listed(state, ticker);
      determine(state, market, valueMicros);
      return standing(market);
    }),
    amend: verb(resultSchema, ({ ticker, valueMicros }) => {
      const market = listed(state, ticker);
      if (market.status === 'finalized') amendFinalized(state, market, valueMicros);
      else determine(state, market, valueMicros, 'amended');
      return standing(market);
    }),
    setResult: verb(z.strictObject({ ticker: text, payout: payoutField }), ({ ticker, payout }) => {
      const market = listed(state, ticker);
      setResult(state, market, payout);
      return standing(market);
    }),
  };
}

function feeVerbs(state: ExchangeState): Verbs {
  const feesSchema = z.strictObject({
    ticker: text,
    feeType: text,
    feeMultiplier: z.number().min(0),
  });
  const seriesOf = (ticker: string): Record<string, unknown> => {
    const event = state.events.get(listed(state, ticker).eventTicker);
    return state.series.get(String(event?.['series_ticker']))!;
  };
  return {
    setFees: verb(feesSchema, ({ ticker, feeType, feeMultiplier }) => {
      const series = seriesOf(ticker);
      Object.assign(series, { fee_type: feeType, fee_multiplier: feeMultiplier });
    }),
    setEventFees: verb(feesSchema, ({ ticker, feeType, feeMultiplier }) => {
      const event = state.events.get(listed(state, ticker).eventTicker)!;
      const override = { fee_type_override: feeType, fee_multiplier_override: feeMultiplier };
      Object.assign(event, override);
    }),
    scheduleFees: verb(feesSchema.extend({ at: momentField }), (change) => {
      state.feeChanges.push({
        id: state.ids.next(),
        series_ticker: String(seriesOf(change.ticker)['ticker']),
        fee_type: change.feeType,
        fee_multiplier: change.feeMultiplier,
        scheduledAtMs: change.at,
      });
    }),
  };
}

function accountVerbs(state: ExchangeState): Verbs {
  return {
    setUser: verb(
      z.strictObject({
        userId: text.exactOptional(),
        tier: text.exactOptional(),
        regionExpiresAt: momentField.exactOptional(),
      }),
      ({ userId = USUAL_USER, tier, regionExpiresAt }) =>
        setUser(state, userId, { tier, regionExpiresAtMs: regionExpiresAt }),
    ),
    addKey: verb(
      z.strictObject({
        keyId: text,
        publicKeyPem: text,
        userId: text.exactOptional(),
        scopes: z.array(text).readonly().exactOptional(),
      }),
      (key) => addKey(state, key),
    ),
    removeKey: verb(z.strictObject({ keyId: text }), ({ keyId }) => ({
      removed: state.keys.delete(keyId),
    })),
    deposit: verb(
      z.strictObject({
        userId: text.exactOptional(),
        subaccount: z.int().min(0).max(63).exactOptional(),
        shard: shardField.exactOptional(),
        amount: text,
      }),
      (body) => deposit(state, body),
    ),
  };
}

const exchangeSchema = z.strictObject({
  trading: z.boolean().exactOptional(),
  exchange: z.boolean().exactOptional(),
  shard: shardField.exactOptional(),
  resumeAt: momentField.exactOptional(),
});

function exchangeVerbs(state: ExchangeState): Verbs {
  const { switches } = state;
  return {
    setExchange: verb(exchangeSchema, ({ trading, exchange, shard, resumeAt }) => {
      for (const one of shard === undefined ? SHARDS : [shard]) {
        if (trading !== undefined) switches.trading.set(one, trading);
        if (exchange !== undefined) switches.exchange.set(one, exchange);
      }
      switches.resumeAtMs = resumeAt;
      sweepPaused(state);
    }),
    setSchedule: verb(z.strictObject({ on: z.boolean() }), ({ on }) => {
      switches.schedule = on;
      sweepPaused(state);
    }),
    setLag: verb(z.strictObject({ ms: durationField }), ({ ms }) => {
      switches.lagMs = ms;
    }),
    setFokMiss: verb(z.strictObject({ as: z.enum(['canceled', 'rejected']) }), ({ as }) => {
      switches.fokMiss = as;
    }),
    archive: verb(z.strictObject({ before: momentField }), ({ before }) => {
      switches.archivedBeforeMs = before;
    }),
    hideNext: verb(
      z.strictObject({ count: z.int().min(0), hiddenMs: durationField }),
      (hideNext) => {
        switches.hideNext = hideNext;
      },
    ),
  };
}

const orderSchema = z
  .strictObject({
    orderId: text,
    clientOrderId: text,
    count: quantityField,
    hiddenMs: durationField,
  })
  .partial();

function orderVerbs(state: ExchangeState): Verbs {
  const idOf = ({ orderId, clientOrderId }: z.output<typeof orderSchema>): string => {
    const found = [...state.orders.values()].find(
      ({ order }) => order.orderId === orderId || order.clientOrderId === clientOrderId,
    );
    if (found === undefined) throw new Error(`no order ${orderId ?? clientOrderId ?? ''}`);
    return found.order.orderId;
  };
  return {
    ghostFill: verb(orderSchema, (body) => {
      const count = body.count === undefined ? {} : { count: body.count };
      const hiddenMs = body.hiddenMs ?? 0;
      return { filled: fillUntold(state, idOf(body), { hiddenMs, ...count }) };
    }),
    cancelOrder: verb(orderSchema, (body) => {
      cancelResting(state, idOf(body));
    }),
  };
}

/** Every verb; each lets time pass first. */
export function adminVerbs(state: ExchangeState, letTimePass: () => void): Readonly<Verbs> {
  const verbs: Verbs = {
    ...marketVerbs(state),
    ...resultVerbs(state),
    ...feeVerbs(state),
    ...accountVerbs(state),
    ...exchangeVerbs(state),
    ...orderVerbs(state),
  };
  return inTime(verbs, letTimePass);
}
