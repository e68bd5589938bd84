/** The market channel: books, prices, ticks and results of the assets asked for. @source reference §4 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { formatDecimal } from '../../domain/decimal.ts';
import { jsonOf } from '../frame/bodies.ts';
import type { SocketLike } from '../venue-simulator.ts';
import { bookView, levelsOf } from './market-views.ts';
import type { ExchangeEvent, Market, TokenIndex, Trade } from './records.ts';
import type { ExchangeState } from './state.ts';
import { marketOf, tokenPrice } from './state.ts';

/** Beyond it there is no snapshot. @source reference §4 */
const ASSETS_MAX = 200;

const commandSchema = z.object({
  assets_ids: z.array(z.string()).default([]),
  type: z.literal('market').optional(),
  operation: z.enum(['subscribe', 'unsubscribe']).optional(),
  custom_feature_enabled: z.boolean().optional(),
});

/** One connection; anybody may have it. There are no sequence numbers and nothing is replayed. */
export class MarketSocket {
  readonly #state: ExchangeState;
  readonly #socket: SocketLike;
  /** Levels as told, by `side price`, of each asset. */
  readonly #told = new Map<string, Map<string, string>>();
  #custom = false;

  constructor(state: ExchangeState, socket: SocketLike) {
    this.#state = state;
    this.#socket = socket;
    const listener = (event: ExchangeEvent): void => this.#tell(event);
    state.listeners.add(listener);
    socket.on('close', () => state.listeners.delete(listener));
    socket.on('message', (text) => this.#command(text));
  }

  #command(text: string): void {
    if (text === 'PING') {
      this.#socket.send('PONG');
      return;
    }
    const command = commandSchema.safeParse(jsonOf(text)).data;
    if (command === undefined) {
      this.#socket.send('INVALID OPERATION');
      return;
    }
    this.#custom = command.custom_feature_enabled ?? this.#custom;
    if (command.operation === 'unsubscribe') {
      for (const asset of command.assets_ids) this.#told.delete(asset);
      return;
    }
    const books = command.assets_ids.flatMap((asset) => this.#subscribe(asset) ?? []);
    // The first answer is one frame with an array of books.
    if (books.length > 0) this.#send(books);
  }

  #subscribe(asset: string): Record<string, unknown> | undefined {
    const found = this.#state.tokens.get(asset);
    if (found === undefined) return undefined;
    const { market, token } = found;
    const isShown = this.#told.size < ASSETS_MAX;
    this.#told.set(asset, levels(market, token));
    return isShown
      ? { event_type: 'book', ...bookView(market, token, this.#state.nowMs) }
      : undefined;
  }

  #send(message: unknown): void {
    this.#socket.send(JSON.stringify(message));
  }

  #tell(event: ExchangeEvent): void {
    if (event.kind === 'book') this.#changes(event.market);
    else if (event.kind === 'trade') this.#lastTrade(event.trade);
    else if (event.kind === 'tick') this.#tick(event.market, event.oldTickMicros);
    else if (event.kind === 'listed') this.#listed(event.market);
    else if (event.kind === 'resolved') this.#resolved(event.market);
  }

  /** The assets of a market that were asked for. */
  #assets({ tokenIds }: Market): { asset: string; token: TokenIndex }[] {
    return ([0, 1] as const)
      .map((token) => ({ asset: tokenIds[token], token }))
      .filter(({ asset }) => this.#told.has(asset));
  }

  #changes(market: Market): void {
    const changes = this.#assets(market).flatMap(({ asset, token }) => {
      const before = this.#told.get(asset)!;
      const now = levels(market, token);
      this.#told.set(asset, now);
      const best = levelsOf(market, token);
      return [...new Set([...before.keys(), ...now.keys()])]
        .filter((key) => before.get(key) !== now.get(key))
        .map((key) => {
          const [side = '', price = ''] = key.split(' ');
          const size = now.get(key) ?? '0';
          return {
            asset_id: asset,
            price,
            size,
            side,
            hash: createHash('sha1').update(`${asset} ${key} ${size}`).digest('hex'),
            best_bid: best.bids.at(-1)?.price ?? '0',
            best_ask: best.asks.at(-1)?.price ?? '1',
          };
        });
    });
    if (changes.length === 0) return;
    this.#send({ event_type: 'price_change', ...this.#about(market), price_changes: changes });
    if (this.#custom) this.#best(market);
  }

  #best(market: Market): void {
    for (const { asset, token } of this.#assets(market)) {
      const best = levelsOf(market, token);
      const [bid, ask] = [best.bids.at(-1)?.price ?? '', best.asks.at(-1)?.price ?? ''];
      const spread = bid === '' || ask === '' ? '' : (Number(ask) - Number(bid)).toFixed(4);
      const fields = { asset_id: asset, best_bid: bid, best_ask: ask, spread };
      this.#send({ event_type: 'best_bid_ask', ...this.#about(market), ...fields });
    }
  }

  #about({ conditionId }: Market): { market: string; timestamp: string } {
    return { market: conditionId, timestamp: String(this.#state.nowMs) };
  }

  #lastTrade({ conditionId, taker, status }: Trade): void {
    const market = marketOf(this.#state, conditionId);
    const asset = market.tokenIds[taker.token];
    if (status !== 'MATCHED' || !this.#told.has(asset)) return;
    this.#send({
      event_type: 'last_trade_price',
      ...this.#about(market),
      asset_id: asset,
      price: formatDecimal(taker.price),
      size: formatDecimal(taker.quantity),
      side: taker.side,
      fee_rate_bps: '0',
    });
  }

  #tick(market: Market, oldTickMicros: number): void {
    for (const { asset } of this.#assets(market)) {
      this.#send({
        event_type: 'tick_size_change',
        ...this.#about(market),
        asset_id: asset,
        old_tick_size: formatDecimal(oldTickMicros),
        new_tick_size: formatDecimal(market.tickMicros),
      });
    }
  }

  #listed(market: Market): void {
    if (!this.#custom) return;
    const { slug, question, tokenIds, outcomes } = market;
    const fields = { slug, question, assets_ids: tokenIds, outcomes };
    this.#send({ event_type: 'new_market', ...this.#about(market), ...fields });
  }

  #resolved(market: Market): void {
    if (!this.#custom || this.#assets(market).length === 0) return;
    const { slug, tokenIds, outcomes, payouts } = market;
    const winner = ([0, 1] as const).find((token) => payouts?.[token] === 1_000_000);
    this.#send({
      event_type: 'market_resolved',
      ...this.#about(market),
      slug,
      assets_ids: tokenIds,
      winning_asset_id: winner === undefined ? '' : tokenIds[winner],
      winning_outcome: winner === undefined ? '' : outcomes[winner],
    });
  }
}

/** Sizes by side and price, in the token's own prices. */
function levels(market: Market, token: TokenIndex): Map<string, string> {
  const keyed = (side: 'bid' | 'ask'): [string, string][] =>
    market.book.levels(side).map(([price, size]) => {
      const isBid = (side === 'bid') === (token === 0);
      return [
        `${isBid ? 'BUY' : 'SELL'} ${formatDecimal(tokenPrice(price, token))}`,
        formatDecimal(size),
      ];
    });
  return new Map([...keyed('bid'), ...keyed('ask')]);
}
