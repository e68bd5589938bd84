/** Kalshi's REST API: signed where there is a key, lists read to their end. */
import type { z } from 'zod';
import { readKalshiError } from '../../contracts/kalshi/errors.ts';
import type { ReadCall } from '../http/json-client.ts';
import { JsonClient, unheardBy } from '../http/json-client.ts';
import type { TransportDeadlines } from '../http/transport.ts';
import type { VenueUnreachable } from '../venue.ts';
import { endpointOf } from './hosts.ts';
import type { KalshiSigner } from './sign.ts';

export interface KalshiClientOptions {
  /** With or without `/trade-api/v2`; its host decides between production, demo and loopback. */
  readonly baseUrl: string;
  readonly signer?: KalshiSigner | undefined;
  /** Unix ms of the wall clock that signatures carry; absent: the machine's. */
  readonly wallMs?: (() => number) | undefined;
  readonly deadlines?: TransportDeadlines | undefined;
  /** Tokens a second that reads may use; absent: half of the Basic tier's 200. */
  readonly readTokensPerSecond?: number | undefined;
}

/** @source Kalshi documentation, rate limits (2026-08); Basic: 200 read tokens a second */
const READ_TOKENS_PER_SECOND = 100;
const READ_COST = 10;
/** Lists are read in pages of the largest size; more pages than this is a list that goes in circles. */
const PAGES_MAX = 200;
const PAGE_SIZE = 1000;

/** The client of one host and, where it has a signer, one API key. */
export class KalshiClient extends JsonClient {
  readonly #wallMs: () => number;

  constructor(options: KalshiClientOptions) {
    const { signer, deadlines, wallMs = Date.now } = options;
    const { apiPath, ...endpoint } = endpointOf(options.baseUrl);
    super({
      venue: 'kalshi',
      endpoint,
      basePath: apiPath,
      deadlines,
      readTokensPerSecond: options.readTokensPerSecond ?? READ_TOKENS_PER_SECOND,
      readCost: READ_COST,
      errorOf: readKalshiError,
      headersOf: ({ method, path }) => signer?.(method, path, wallMs()) ?? {},
    });
    this.#wallMs = wallMs;
  }

  /**
   * Every page of a list, in the venue's order (newest first).
   * @throws VenueUnreachable where the list does not end
   */
  async *pages<Body extends z.ZodType<{ cursor?: string | null | undefined }>>(
    call: ReadCall<Body>,
  ): AsyncGenerator<z.output<Body>> {
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const query = { ...call.query, limit: PAGE_SIZE, cursor };
      const body = await this.read({ ...call, query });
      yield body;
      const next = body.cursor ?? '';
      if (next === '') return;
      if (next === cursor) break;
      cursor = next;
    }
    throw unheard(`${call.path} gave ${PAGES_MAX} pages or the same one again, and no end`);
  }

  /** The venue's clock against ours: its `Date` (a whole second) and when the answer came, wall ms. */
  async clocks(signal?: AbortSignal): Promise<{ dateMs: number | undefined; wallMs: number }> {
    const { dateMs } = await this.get({ path: '/exchange/status', signal });
    return { dateMs, wallMs: this.#wallMs() };
  }
}

/** Kalshi was not heard, or not understood, which is the same. */
export function unheard(detail: string): VenueUnreachable {
  return unheardBy('kalshi', detail);
}
