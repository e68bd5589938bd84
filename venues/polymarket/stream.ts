/**
 * The websocket channels as an accelerator: they say that something happened, so that the watch
 * looks at once. Nothing is booked from them; what they miss the next look finds.
 */
import { readUserFrame } from '../../contracts/polymarket/stream.ts';
import { printable } from '../../domain/printable.ts';
import { messageOf } from '../../domain/thrown.ts';
import type { LiveSocket } from '../http/live-socket.ts';
import type { VenueListener } from '../venue.ts';
import { withoutSecrets } from '../secret.ts';
import type { PolymarketAccount } from './account.ts';
import type { PolymarketApiKey } from './l2.ts';
import { openPolymarketMarketStream } from './market-stream.ts';
import type { PolymarketSocketOptions } from './socket.ts';
import { openPolymarketSocket } from './socket.ts';

/** How often the held markets are compared with those the stream is asked for. */
const WATCH_INTERVAL_MS = 60_000;

export interface PolymarketUserStreamOptions extends Omit<
  PolymarketSocketOptions,
  'channel' | 'onOpen' | 'onText'
> {
  readonly credentials: PolymarketApiKey;
}

/**
 * Opens the account's channel for all its markets; `onEvent` hears of orders, of trades, and of
 * every new connection, before which anything may have been missed.
 */
export function openPolymarketUserStream(
  { credentials, ...options }: PolymarketUserStreamOptions,
  onEvent: () => void,
): LiveSocket {
  const { apiKey, secret, passphrase } = credentials;
  return openPolymarketSocket({
    ...options,
    channel: 'user',
    onOpen: (socket) => {
      const auth = { apiKey, secret: secret.reveal(), passphrase: passphrase.reveal() };
      // No markets: all of them.
      socket.send(JSON.stringify({ auth, type: 'user', markets: [] }));
      onEvent();
    },
    onText: (text) => {
      const events = readUserFrame(text);
      if (events === undefined) {
        const told = withoutSecrets(text, [secret.reveal(), passphrase.reveal()]);
        options.onTrouble?.(`a frame that is none: ${printable(told.slice(0, 200))}`);
      } else if (events.some((event) => event !== 'other')) onEvent();
    },
  });
}

/** Listens to the account's channel and to the results of the markets it holds, until the signal. */
export async function listenTo(
  account: PolymarketAccount,
  { onEvent, onTrouble }: VenueListener,
  signal: AbortSignal,
): Promise<void> {
  const { urls, credentials } = account.options;
  const results = openPolymarketMarketStream({ urls, onTrouble }, ({ kind }) => {
    if (kind === 'tick') return;
    // A result may be there: the next look asks for it, whatever its pace.
    account.due.resultsAskedMs = Number.NEGATIVE_INFINITY;
    onEvent();
  });
  const user = openPolymarketUserStream({ urls, credentials, onTrouble }, onEvent);
  const watch = watcher(account, (assets) => results.watch(assets), onTrouble);
  const timer = setInterval(watch, WATCH_INTERVAL_MS);
  timer.unref();
  watch();
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  clearInterval(timer);
  await Promise.all([user.close(), results.close()]);
}

/** Asks the ledger which markets are held, each market's tokens once, and hands on all of them. */
function watcher(
  account: PolymarketAccount,
  onAssets: (assets: readonly string[]) => void,
  onTrouble: VenueListener['onTrouble'],
): () => void {
  const tokens = new Map<string, readonly string[]>();
  const compare = async (): Promise<void> => {
    const held = new Set((await account.options.heldMarkets?.()) ?? account.dealtWith.keys());
    for (const known of tokens.keys()) if (!held.has(known)) tokens.delete(known);
    for (const marketId of held) {
      const found = tokens.get(marketId) ?? (await account.markets.terms(marketId))?.tokenIds;
      if (found !== undefined) tokens.set(marketId, found);
    }
    onAssets([...tokens.values()].flat());
  };
  return () => {
    compare().catch((error: unknown) => {
      onTrouble(`held markets: ${messageOf(error)}`);
    });
  };
}
