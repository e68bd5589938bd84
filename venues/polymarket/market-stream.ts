/**
 * The public market channel as an accelerator: it says that a market changed its tick or got a
 * result, so that somebody looks at once. Nothing is booked from it; it needs no key.
 */
import { readMarketFrame } from '../../contracts/polymarket/market-stream.ts';
import { printable } from '../../domain/printable.ts';
import type { LiveSocket } from '../http/live-socket.ts';
import type { PolymarketSocketOptions } from './socket.ts';
import { openPolymarketSocket } from './socket.ts';

/** Beyond this a socket sends no first snapshots. @source reference/polymarket.md §4 */
const ASSETS_PER_SOCKET_MAX = 200;

/** Something changed; of which market, as far as the frame told. */
export interface PolymarketMarketEvent {
  /** `connected`: anything before it may have been missed; look. */
  readonly kind: 'connected' | 'tick' | 'resolved';
  readonly conditionId?: string;
}

export interface PolymarketMarketStream {
  /** From now on these assets and no others; as many sockets as they take. */
  watch(assetIds: Iterable<string>): void;
  /** Ends it for good; resolves when all sockets are closed. */
  close(): Promise<void>;
}

export type PolymarketMarketStreamOptions = Omit<
  PolymarketSocketOptions,
  'channel' | 'onOpen' | 'onText'
>;

interface Shard {
  readonly assets: Set<string>;
  readonly socket: LiveSocket;
}

/** Opens nothing until there is something to watch. A handler that throws is reported. */
export function openPolymarketMarketStream(
  options: PolymarketMarketStreamOptions,
  onEvent: (event: PolymarketMarketEvent) => void,
): PolymarketMarketStream {
  let shards: Shard[] = [];
  return {
    watch(assetIds) {
      const wanted = new Set(assetIds);
      for (const { assets, socket } of shards) {
        const gone = [...assets].filter((asset) => !wanted.has(asset));
        for (const asset of gone) assets.delete(asset);
        if (assets.size > 0) change(socket, 'unsubscribe', gone);
        for (const asset of assets) wanted.delete(asset);
      }
      for (const { socket } of shards.filter(({ assets }) => assets.size === 0)) {
        void socket.close();
      }
      shards = shards.filter(({ assets }) => assets.size > 0);
      for (const { assets, socket } of shards) {
        const added = [...wanted].slice(0, ASSETS_PER_SOCKET_MAX - assets.size);
        for (const asset of added) {
          assets.add(asset);
          wanted.delete(asset);
        }
        change(socket, 'subscribe', added);
      }
      const left = [...wanted];
      for (let start = 0; start < left.length; start += ASSETS_PER_SOCKET_MAX) {
        const assets = new Set(left.slice(start, start + ASSETS_PER_SOCKET_MAX));
        shards.push({ assets, socket: openShard(options, assets, onEvent) });
      }
    },
    async close() {
      await Promise.all(shards.map(({ socket }) => socket.close()));
      shards = [];
    },
  };
}

/** `assets` is read at every connection: what was added meanwhile is asked for then. */
function openShard(
  options: PolymarketMarketStreamOptions,
  assets: ReadonlySet<string>,
  onEvent: (event: PolymarketMarketEvent) => void,
): LiveSocket {
  return openPolymarketSocket({
    ...options,
    channel: 'market',
    onOpen: (socket) => {
      // Without the flag results are not told.
      const hello = { assets_ids: [...assets], type: 'market', custom_feature_enabled: true };
      socket.send(JSON.stringify(hello));
      onEvent({ kind: 'connected' });
    },
    onText: (text) => {
      const events = readMarketFrame(text);
      if (events === undefined) {
        options.onTrouble?.(`a frame that is none: ${printable(text.slice(0, 200))}`);
      }
      for (const { kind, ...where } of events ?? []) {
        if (kind !== 'other') onEvent({ kind, ...where });
      }
    },
  });
}

function change(
  socket: LiveSocket,
  operation: 'subscribe' | 'unsubscribe',
  assets: readonly string[],
): void {
  if (assets.length === 0) return;
  socket.send(JSON.stringify({ assets_ids: assets, operation }));
}
