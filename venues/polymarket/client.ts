/** One host of Polymarket's: signed where somebody signs, lists read to their end. */
import type { z } from 'zod';
import { readErrorBody } from '../../contracts/polymarket/fields.ts';
import type { ReadCall } from '../http/json-client.ts';
import { JsonClient, unheardBy } from '../http/json-client.ts';
import type { TransportDeadlines } from '../http/transport.ts';
import { VenueRefused } from '../venue.ts';
import type { VenueUnreachable } from '../venue.ts';
import { endpointOf } from './hosts.ts';

/** What is signed of a call: the path without its query, and the body's exact text. */
export interface SignedCall {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
}

export interface PolymarketClientOptions {
  /** The base URL of one host. */
  readonly url: string;
  readonly deadlines?: TransportDeadlines | undefined;
  readonly readsPerSecond: number;
  /** Headers that sign a call, made in the turn in which its bytes leave; absent: nothing is signed. */
  readonly headersOf?: ((call: SignedCall) => Record<string, string>) | undefined;
}

const FIRST_CURSOR = 'MA==';
const END_CURSOR = 'LTE=';
/** More pages than this is a list that goes in circles. */
const PAGES_MAX = 200;
/** The edge in front of the venue turns away clients that do not name themselves. */
const USER_AGENT = 'ballast';

/** The client of one host and, where it signs, one API key. */
export class PolymarketClient extends JsonClient {
  constructor({ url, deadlines, readsPerSecond, headersOf }: PolymarketClientOptions) {
    const { basePath, ...endpoint } = endpointOf(url);
    super({
      venue: 'polymarket',
      endpoint,
      basePath,
      deadlines,
      readTokensPerSecond: readsPerSecond,
      readCost: 1,
      errorOf: readErrorBody,
      headersOf: ({ path, ...call }) => ({
        'user-agent': USER_AGENT,
        ...headersOf?.({ ...call, path: path.split('?')[0] ?? path }),
      }),
    });
  }

  /**
   * Every page of a list `{data, next_cursor}`, in the venue's order.
   * @throws VenueUnreachable where the list does not end
   */
  async *pages<Body extends z.ZodType<{ next_cursor: string }>>(
    call: ReadCall<Body>,
  ): AsyncGenerator<z.output<Body>> {
    let cursor = FIRST_CURSOR;
    const seen = new Set([cursor]);
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const query = { ...call.query, next_cursor: cursor };
      const body = await this.read({ ...call, query });
      yield body;
      cursor = body.next_cursor;
      if (cursor === END_CURSOR) return;
      if (cursor === '' || seen.has(cursor)) break;
      seen.add(cursor);
    }
    throw unheard(
      `${call.path} gave ${PAGES_MAX} pages, the same one again or none next, and no end`,
    );
  }
}

/** Polymarket was not heard, or not understood, which is the same. */
export function unheard(detail: string): VenueUnreachable {
  return unheardBy('polymarket', detail);
}

/** Polymarket, or this adapter for it, said no. */
export function refused(code: string, detail: string): VenueRefused {
  return new VenueRefused({ venue: 'polymarket', code, detail });
}
