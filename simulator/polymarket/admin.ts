/** The verbs of the admin port: docs/simulator.md lists them. */
import { z } from 'zod';
import { decimalField, payoutField, quantityField } from '../../contracts/fields.ts';
import { durationField, momentField, quotesField } from '../frame/admin-fields.ts';
import type { Verb, Verbs } from '../frame/verbs.ts';
import { inTime, verb } from '../frame/verbs.ts';
import { accountOf, addAccount, deposit, setAccount } from './accounts.ts';
import { fillUntold } from './faults.ts';
import { listed, listMarket, setHouseBook, setTick } from './listing.ts';
import { modeOf, MODES, restart } from './modes.ts';
import type { Market, Trade } from './records.ts';
import { amend, closeMarket, dispute, payoutsOf, propose, redeem, resolve } from './resolution.ts';
import type { ExchangeState } from './state.ts';
import { marketOf } from './state.ts';
import { failTrade } from './trades.ts';
import { endOrder } from './trading.ts';

const text = z.string().min(1);
const slugSchema = z.strictObject({ slug: text });
const pairField = z.tuple([text, text]).readonly();
const tickField = decimalField('a tick').refine((micros) => micros > 0, 'a tick is above zero');
const rateField = decimalField('a fee rate').refine((rate) => rate >= 0 && rate < 1_000_000);

const listingSchema = z
  .strictObject({
    slug: text,
    event: text,
    question: text,
    outcomes: pairField,
    tokenIds: pairField,
    negRisk: z.boolean(),
    tick: tickField,
    minSize: quantityField,
    feeRate: rateField.nullable(),
    feeExponent: z.int().min(1).max(4),
    secondsDelay: z.int().min(0).max(60),
    endAt: momentField,
    clobDelayMs: durationField,
    livenessMs: durationField,
    fields: z.record(z.string(), z.unknown()),
  })
  .partial()
  .required({ slug: true })
  .transform(({ tick, endAt, ...rest }) => ({ ...rest, tickMicros: tick, endAtMs: endAt }));

/** What a verb about a market answers. */
function standing(market: Market): unknown {
  const { slug, conditionId, tokenIds, closedAtMs, uma, payouts } = market;
  return {
    slug,
    conditionId,
    tokenIds,
    closed: closedAtMs !== undefined,
    uma,
    ...(payouts === undefined ? {} : { payouts }),
  };
}

function marketVerbs(state: ExchangeState): Verbs {
  return {
    openMarket: verb(listingSchema, (listing) => standing(listMarket(state, listing))),
    setBook: verb(z.strictObject({ slug: text, ...quotesField }), ({ slug, ...quotes }) => {
      const market = state.slugs.has(slug) ? listed(state, slug) : listMarket(state, { slug });
      setHouseBook(state, market, quotes);
      return standing(market);
    }),
    setTick: verb(z.strictObject({ slug: text, tick: tickField }), ({ slug, tick }) => {
      setTick(state, listed(state, slug), tick);
    }),
    setMarket: verb(
      z.strictObject({
        slug: text,
        accepting: z.boolean().exactOptional(),
        secondsDelay: z.int().min(0).exactOptional(),
        fields: z.record(z.string(), z.unknown()).exactOptional(),
      }),
      ({ slug, accepting, secondsDelay, fields }) => {
        const market = listed(state, slug);
        market.accepting = accepting ?? market.accepting;
        market.secondsDelay = secondsDelay ?? market.secondsDelay;
        market.fields = { ...market.fields, ...fields };
        return standing(market);
      },
    ),
  };
}

function resultVerbs(state: ExchangeState): Verbs {
  const paying = z.strictObject({ slug: text, payout: payoutField });
  const step = (run: (market: Market) => void): Verb =>
    verb(slugSchema, ({ slug }) => {
      const market = listed(state, slug);
      run(market);
      return standing(market);
    });
  const result = (run: (market: Market, payouts: ReturnType<typeof payoutsOf>) => void): Verb =>
    verb(paying, ({ slug, payout }) => {
      const market = listed(state, slug);
      run(market, payoutsOf(payout));
      return standing(market);
    });
  return {
    close: step((market) => closeMarket(state, market)),
    propose: result((market, payouts) => propose(state, market, payouts)),
    dispute: step((market) => dispute(state, market)),
    resolve: result((market, payouts) => resolve(state, market, payouts)),
    amend: result((market, payouts) => amend(state, market, payouts)),
    setResult: result((market, payouts) => {
      if (market.payouts === undefined) resolve(state, market, payouts);
      else amend(state, market, payouts);
    }),
    redeem: verb(
      z.strictObject({ slug: text, apiKey: text.exactOptional() }),
      ({ slug, apiKey }) => {
        const paid = redeem(state, accountOf(state, apiKey), listed(state, slug));
        return { redeemedMicros: paid?.amountMicros ?? 0 };
      },
    ),
  };
}

function accountVerbs(state: ExchangeState): Verbs {
  const changes = z
    .strictObject({
      tier: text,
      banned: z.boolean(),
      closedOnly: z.boolean(),
      allowed: z.boolean(),
      stuck: decimalField('an amount'),
    })
    .partial();
  return {
    addAccount: verb(
      z.strictObject({
        privateKeyAddress: text,
        funder: text.exactOptional(),
        signatureType: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
        apiKey: text,
        secret: text,
        passphrase: text,
      }),
      (account) => addAccount(state, account),
    ),
    setAccount: verb(
      changes.extend({ apiKey: text.exactOptional() }),
      ({ apiKey, tier, banned, closedOnly, allowed, stuck }) =>
        setAccount(state, apiKey, {
          ...(tier === undefined ? {} : { tier }),
          ...(banned === undefined ? {} : { banned }),
          ...(closedOnly === undefined ? {} : { closedOnly }),
          ...(allowed === undefined ? {} : { allowed }),
          ...(stuck === undefined ? {} : { stuckMicros: stuck }),
        }),
    ),
    deposit: verb(
      z.strictObject({ amount: text, apiKey: text.exactOptional() }),
      ({ amount, apiKey }) => deposit(state, apiKey, amount),
    ),
  };
}

const countField = z.int().min(0);

function venueVerbs(state: ExchangeState): Verbs {
  const { switches } = state;
  /** A verb that changes switches of these names. */
  const turn = (schema: z.ZodType<Partial<ExchangeState['switches']>>): Verb =>
    verb(schema, (changes) => void Object.assign(switches, changes));
  return {
    setMode: verb(
      z.strictObject({ mode: z.enum(MODES), until: momentField.exactOptional() }),
      ({ mode, until }) => {
        switches.mode = mode;
        switches.modeUntilMs = until;
        return modeOf(state);
      },
    ),
    restart: verb(
      z.strictObject({ forMs: durationField, postOnlyMs: durationField.exactOptional() }),
      ({ forMs, postOnlyMs }) => {
        switches.postOnlyMs = postOnlyMs ?? switches.postOnlyMs;
        restart(state, forMs);
        return modeOf(state);
      },
    ),
    setGeoblock: verb(
      z.strictObject({
        blocked: z.boolean(),
        country: text.default('CH'),
        region: text.default('ZH'),
      }),
      (geoblock) => {
        switches.geoblock = geoblock;
      },
    ),
    setVersion: turn(z.strictObject({ version: z.int() })),
    setLag: verb(
      z.strictObject({ ms: durationField, dataMs: durationField.exactOptional() }),
      ({ ms, dataMs }) => {
        switches.lagMs = ms;
        switches.dataLagMs = dataMs ?? switches.dataLagMs;
      },
    ),
    setPageSize: turn(z.strictObject({ pageSize: z.int().min(1) })),
    setSettlement: turn(z.strictObject({ minedMs: durationField, confirmedMs: durationField })),
    setKilled: turn(
      z
        .strictObject({
          killedAs: z.enum(['order', 'empty', 'error']),
          killedShown: z.boolean(),
        })
        .partial() as z.ZodType<Partial<ExchangeState['switches']>>,
    ),
    setFeeRounding: turn(z.strictObject({ feeRounding: z.enum(['nearest', 'up']) })),
    setLimits: turn(z.strictObject({ limitsEnforced: z.boolean() })),
    hideNext: verb(
      z.strictObject({ count: countField, hiddenMs: durationField }),
      (hideNext) => void Object.assign(switches, { hideNext }),
    ),
    delayNext: verb(
      z.strictObject({ count: countField, delayMs: durationField }),
      (delayNext) => void Object.assign(switches, { delayNext }),
    ),
    setFate: verb(
      z.strictObject({ count: countField, fate: z.enum(['confirm', 'retry', 'fail']) }),
      (fateNext) => void Object.assign(switches, { fateNext }),
    ),
  };
}

function orderVerbs(state: ExchangeState): Verbs {
  const tradesOf = (id: string): Trade[] => {
    const trades = [...state.trades.values()].map(({ now }) => now);
    const found = trades.filter(
      ({ tradeId, taker, makers }) =>
        tradeId === id || [taker, ...makers].some((leg) => leg.orderId === id),
    );
    if (found.length === 0) throw new Error(`no trade or order with trades ${id}`);
    return found.filter(({ stepAtMs }) => stepAtMs !== undefined);
  };
  return {
    failTrades: verb(z.strictObject({ id: text }), ({ id }) => ({
      failed: tradesOf(id).map((trade) => failTrade(state, trade).tradeId),
    })),
    fillOrder: verb(
      z.strictObject({
        orderId: text,
        count: quantityField.exactOptional(),
        hiddenMs: durationField.default(0),
      }),
      ({ orderId, ...options }) => ({ filledMicros: fillUntold(state, orderId, options) }),
    ),
    cancelOrder: verb(
      z.strictObject({ orderId: text, invalid: z.boolean().default(false) }),
      ({ orderId, invalid }) => {
        const order = state.orders.get(orderId)?.now;
        if (order === undefined || !state.open.has(orderId)) {
          throw new Error(`no open order ${orderId}`);
        }
        endOrder(
          state,
          marketOf(state, order.conditionId),
          order,
          invalid ? 'INVALID' : 'CANCELED',
        );
      },
    ),
  };
}

/** Every verb; each lets time pass first. */
export function adminVerbs(state: ExchangeState, letTimePass: () => void): Verbs {
  const verbs: Verbs = {
    ...marketVerbs(state),
    ...resultVerbs(state),
    ...accountVerbs(state),
    ...venueVerbs(state),
    ...orderVerbs(state),
  };
  return inTime(verbs, letTimePass);
}
