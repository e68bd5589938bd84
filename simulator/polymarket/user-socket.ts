/** The user channel: an account's orders and trades, after a first message that says whose. */
import { z } from 'zod';
import { jsonOf } from '../frame/bodies.ts';
import type { SocketLike } from '../venue-simulator.ts';
import type { Account, ExchangeEvent } from './records.ts';
import type { ExchangeState } from './state.ts';
import { orderMessage, tradeMessage } from './views.ts';

const firstSchema = z.object({
  auth: z.object({ apiKey: z.string(), secret: z.string(), passphrase: z.string() }),
  type: z.literal('user'),
  /** Condition ids; none: all. */
  markets: z.array(z.string()).default([]),
});

/** One connection. Wrong credentials close it. */
export class UserSocket {
  readonly #state: ExchangeState;
  readonly #socket: SocketLike;
  #account: Account | undefined;
  #markets: readonly string[] = [];

  constructor(state: ExchangeState, socket: SocketLike) {
    this.#state = state;
    this.#socket = socket;
    const listener = (event: ExchangeEvent): void => this.#tell(event);
    state.listeners.add(listener);
    socket.on('close', () => state.listeners.delete(listener));
    socket.on('message', (text) => this.#message(text));
  }

  #message(text: string): void {
    if (text === 'PING') {
      this.#socket.send('PONG');
      return;
    }
    const first = firstSchema.safeParse(jsonOf(text)).data;
    const account = first === undefined ? undefined : this.#state.accounts.get(first.auth.apiKey);
    const proven =
      account !== undefined &&
      account.secret === first?.auth.secret &&
      account.passphrase === first.auth.passphrase;
    if (!proven) {
      this.#socket.close();
      return;
    }
    this.#account = account;
    this.#markets = first?.markets ?? [];
  }

  #wants(conditionId: string): boolean {
    return this.#markets.length === 0 || this.#markets.includes(conditionId);
  }

  #tell(event: ExchangeEvent): void {
    const owner = this.#account?.owner;
    if (owner === undefined) return;
    const message = event.kind === 'order' ? this.#order(event, owner) : this.#trade(event, owner);
    if (message !== undefined) this.#socket.send(JSON.stringify(message));
  }

  #order(
    { order, type }: Extract<ExchangeEvent, { kind: 'order' }>,
    owner: string,
  ): Record<string, unknown> | undefined {
    const mine = order.owner === owner && this.#wants(order.conditionId);
    return mine ? orderMessage(this.#state, order, type) : undefined;
  }

  #trade(event: ExchangeEvent, owner: string): Record<string, unknown> | undefined {
    if (event.kind !== 'trade' || !this.#wants(event.trade.conditionId)) return undefined;
    const { trade } = event;
    const mine = [trade.taker, ...trade.makers].some((leg) => leg.owner === owner);
    return mine ? tradeMessage(this.#state, trade, owner) : undefined;
  }
}
