/** The venue's websocket: commands, subscriptions, and what they are told. */
import { z } from 'zod';
import type { SocketLike } from '../venue-simulator.ts';
import { parseDecimal } from '../../domain/decimal.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import { countText, priceText, timeText } from './format.ts';
import { bookSides } from './market-views.ts';
import type { ExchangeEvent, Market } from './records.ts';
import { fillMessage, lifecycleMessage, orderMessage } from './socket-messages.ts';
import type { ExchangeState } from './state.ts';

/** @source DOC asyncapi.yaml */
const CHANNELS = ['orderbook_delta', 'fill', 'user_orders', 'market_lifecycle_v2'] as const;
type Channel = (typeof CHANNELS)[number];

interface Subscription {
  readonly sid: number;
  readonly channel: Channel;
  /** Absent: every market. */
  readonly tickers?: Set<string>;
  readonly useYesPrice: boolean;
  sequence: number;
  /** Levels as told, by side and YES price. */
  readonly told: Map<string, number>;
}

/** Error codes of the venue. @source DOC asyncapi.yaml */
const PROBLEMS = {
  unreadable: [1, 'Unable to process message'],
  params: [2, 'Params required'],
  command: [5, 'Unknown command'],
  subscribed: [6, 'Already subscribed'],
  sid: [7, 'Unknown subscription ID'],
  channel: [8, 'Unknown channel name'],
  market: [16, 'Market not found'],
} as const;

const commandSchema = z.object({
  id: z.int().default(0),
  cmd: z.string(),
  params: z
    .object({
      channels: z.array(z.string()).optional(),
      market_ticker: z.string().optional(),
      market_tickers: z.array(z.string()).optional(),
      use_yes_price: z.boolean().optional(),
      sids: z.array(z.int()).optional(),
      action: z.string().optional(),
    })
    .optional(),
});
type Command = z.output<typeof commandSchema>;

/** One connection of one user. */
export class KalshiSocket {
  readonly #state: ExchangeState;
  readonly #userId: string;
  readonly #socket: SocketLike;
  readonly #subscriptions = new Map<number, Subscription>();
  #lastSid = 0;

  constructor(state: ExchangeState, userId: string, socket: SocketLike) {
    this.#state = state;
    this.#userId = userId;
    this.#socket = socket;
    const listener = (event: ExchangeEvent): void => this.#tell(event);
    state.listeners.add(listener);
    socket.on('close', () => state.listeners.delete(listener));
    socket.on('message', (text) => this.#command(text));
  }

  #send(message: Readonly<Record<string, unknown>>): void {
    this.#socket.send(JSON.stringify(message));
  }

  #fail(id: number, problem: keyof typeof PROBLEMS, more: Record<string, string> = {}): void {
    const [code, msg] = PROBLEMS[problem];
    this.#send({ type: 'error', id, msg: { code, msg, ...more } });
  }

  #command(text: string): void {
    const command = readCommand(text);
    if (command === undefined) {
      this.#fail(0, 'unreadable');
      return;
    }
    const { id, cmd } = command;
    if (cmd === 'subscribe') this.#subscribe(command);
    else if (cmd === 'unsubscribe') this.#unsubscribe(command);
    else if (cmd === 'update_subscription') this.#update(command);
    else if (cmd === 'list_subscriptions') {
      const msg = [...this.#subscriptions.values()].map(({ sid, channel }) => ({ channel, sid }));
      this.#send({ type: 'ok', id, msg });
    } else this.#fail(id, 'command');
  }

  #subscribe({ id, params }: Command): void {
    if (params?.channels === undefined) {
      this.#fail(id, 'params');
      return;
    }
    const named = params.market_ticker === undefined ? undefined : [params.market_ticker];
    const tickers = params.market_tickers ?? named;
    const unknown = tickers?.find((ticker) => !this.#state.markets.has(ticker));
    if (unknown !== undefined) {
      this.#fail(id, 'market', { market_ticker: unknown });
      return;
    }
    for (const name of params.channels) {
      const channel = CHANNELS.find((one) => one === name);
      const taken = [...this.#subscriptions.values()].some((one) => one.channel === channel);
      if (channel === undefined) this.#fail(id, 'channel');
      else if (taken) this.#fail(id, 'subscribed');
      else if (channel === 'orderbook_delta' && tickers === undefined) this.#fail(id, 'params');
      else this.#open(id, channel, tickers, params.use_yes_price ?? false);
    }
  }

  #open(
    id: number,
    channel: Channel,
    tickers: readonly string[] | undefined,
    useYesPrice: boolean,
  ): void {
    this.#lastSid += 1;
    const subscription: Subscription = {
      sid: this.#lastSid,
      channel,
      useYesPrice,
      sequence: 0,
      told: new Map(),
      ...(tickers === undefined ? {} : { tickers: new Set(tickers) }),
    };
    this.#subscriptions.set(this.#lastSid, subscription);
    this.#send({ type: 'subscribed', id, msg: { channel, sid: this.#lastSid } });
    if (channel === 'orderbook_delta')
      for (const one of tickers ?? []) this.#snapshot(subscription, one);
  }

  #unsubscribe({ id, params }: Command): void {
    for (const sid of params?.sids ?? []) {
      if (this.#subscriptions.delete(sid)) this.#send({ type: 'unsubscribed', id, sid });
      else this.#fail(id, 'sid');
    }
  }

  #update({ id, params }: Command): void {
    const subscription = this.#subscriptions.get(params?.sids?.[0] ?? 0);
    const tickers = params?.market_tickers ?? [];
    if (subscription?.tickers === undefined) {
      this.#fail(id, 'sid');
      return;
    }
    for (const ticker of tickers) {
      if (params?.action === 'delete_markets') subscription.tickers.delete(ticker);
      else subscription.tickers.add(ticker);
    }
    const { sid, sequence } = subscription;
    const msg = { market_tickers: [...subscription.tickers] };
    this.#send({ type: 'ok', id, sid, seq: sequence, msg });
    if (params?.action === 'delete_markets' || subscription.channel !== 'orderbook_delta') return;
    for (const ticker of tickers) this.#snapshot(subscription, ticker);
  }

  #snapshot(subscription: Subscription, ticker: string): void {
    const market = this.#state.markets.get(ticker);
    if (market === undefined) return;
    const { yes, no } = bookSides(market);
    const noPrice = (price: string): string =>
      subscription.useYesPrice ? priceText(MICROS_PER_UNIT - parseDecimal(price)!) : price;
    subscription.sequence += 1;
    for (const [key, quantity] of levelsOf(market)) subscription.told.set(key, quantity);
    this.#send({
      type: 'orderbook_snapshot',
      sid: subscription.sid,
      seq: subscription.sequence,
      msg: {
        market_ticker: ticker,
        market_id: market.marketId,
        // A side without levels is left out.
        ...(yes.length === 0 ? {} : { yes_dollars_fp: yes }),
        ...(no.length === 0
          ? {}
          : { no_dollars_fp: no.map(([price, count]) => [noPrice(price), count]) }),
      },
    });
  }

  #tell(event: ExchangeEvent): void {
    for (const subscription of this.#subscriptions.values()) {
      if (event.kind === 'book') this.#deltas(subscription, event.market);
      else this.#message(subscription, event);
    }
  }

  #message({ sid, channel, tickers }: Subscription, event: ExchangeEvent): void {
    const wants = (ticker: string): boolean => tickers?.has(ticker) ?? true;
    if (event.kind === 'fill' && channel === 'fill') {
      const { fill } = event;
      if (fill.userId !== this.#userId || !wants(fill.ticker)) return;
      this.#send({ type: 'fill', sid, msg: fillMessage(fill) });
    } else if (event.kind === 'order' && channel === 'user_orders') {
      const { order } = event;
      if (order.userId !== this.#userId || !wants(order.ticker)) return;
      this.#send({ type: 'user_order', sid, msg: orderMessage(order) });
    } else if (event.kind === 'lifecycle' && channel === 'market_lifecycle_v2') {
      if (!wants(event.market.ticker)) return;
      this.#send({ type: 'market_lifecycle_v2', sid, msg: lifecycleMessage(event) });
    }
  }

  #deltas(subscription: Subscription, market: Market): void {
    const { channel, tickers, told, useYesPrice, sid } = subscription;
    if (channel !== 'orderbook_delta' || tickers?.has(market.ticker) !== true) return;
    const now = levelsOf(market);
    const known = [...told.keys()].filter((key) => key.startsWith(`${market.ticker} `));
    for (const key of new Set([...known, ...now.keys()])) {
      const delta = (now.get(key) ?? 0) - (told.get(key) ?? 0);
      if (delta === 0) continue;
      told.set(key, now.get(key) ?? 0);
      subscription.sequence += 1;
      const [, side, price] = key.split(' ');
      const shown = side === 'no' && !useYesPrice ? MICROS_PER_UNIT - Number(price) : Number(price);
      const { nowMs } = this.#state;
      this.#send({
        type: 'orderbook_delta',
        sid,
        seq: subscription.sequence,
        msg: {
          market_ticker: market.ticker,
          market_id: market.marketId,
          price_dollars: priceText(shown),
          delta_fp: countText(delta),
          side,
          ts: timeText(nowMs),
          ts_ms: nowMs,
        },
      });
    }
  }
}

/** A market's levels by ticker, outcome and YES price. */
function levelsOf({ ticker, book }: Market): Map<string, number> {
  const keyed = (side: 'yes' | 'no', from: 'bid' | 'ask') =>
    book
      .levels(from)
      .map(([price, count]): [string, number] => [`${ticker} ${side} ${price}`, count]);
  return new Map([...keyed('yes', 'bid'), ...keyed('no', 'ask')]);
}

function readCommand(text: string): Command | undefined {
  try {
    return commandSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
