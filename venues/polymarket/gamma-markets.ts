/** Gamma's markets by slug and by condition id. */
import type { GammaMarket, UnreadableMarket } from '../../contracts/polymarket/gamma.ts';
import { gammaMarketsSchema } from '../../contracts/polymarket/gamma.ts';
import { conditionIdField } from '../../contracts/polymarket/fields.ts';
import { printable } from '../../domain/printable.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { Query } from '../http/json-client.ts';
import type { PolymarketClient } from './client.ts';
import { unheard } from './client.ts';
import { tokensOf } from './market-body.ts';

/** What never changes about a market that has its tokens. */
export interface MarketIds {
  readonly conditionId: string;
  readonly tokenIds: readonly [string, string];
}

/** A market as it was read lately serves for what changes rarely: fees, words, flags. */
const MARKET_AGE_MS_MAX = 5 * 60_000;
const KEPT_MAX = 5_000;
/** Slugs of a hundred characters still make a request line that every server takes. */
export const MARKETS_PER_READ = 50;

/** Reads of one Gamma, with what was learned from them. */
export class GammaMarkets {
  readonly #client: PolymarketClient;
  readonly #lately = new BoundedMap<string, GammaMarket>({
    sizeMax: KEPT_MAX,
    ageMsMax: MARKET_AGE_MS_MAX,
  });
  readonly #ids = new BoundedMap<string, MarketIds>({ sizeMax: KEPT_MAX });
  readonly #slugs = new BoundedMap<string, string>({ sizeMax: KEPT_MAX });

  constructor(client: PolymarketClient) {
    this.#client = client;
  }

  /** A market, fresh; undefined where there is none of that slug. */
  async bySlug(slug: string, signal?: AbortSignal): Promise<GammaMarket | undefined> {
    const found = await this.#find({ slug }, signal);
    if (found !== undefined && found.slug !== slug) {
      throw unheard(`Gamma answered with another market, ${found.slug}`);
    }
    return found;
  }

  /** The same as it was at most five minutes ago. */
  async bySlugLately(slug: string, signal?: AbortSignal): Promise<GammaMarket | undefined> {
    return this.#lately.get(slug) ?? this.bySlug(slug, signal);
  }

  /** Fresh; undefined where no market has this condition. */
  async byCondition(conditionId: string, signal?: AbortSignal): Promise<GammaMarket | undefined> {
    const asked = conditionId.toLowerCase();
    const found = await this.#find({ condition_ids: asked }, signal);
    if (found !== undefined && found.conditionId?.toLowerCase() !== asked) {
      throw unheard(`Gamma answered with another market, ${found.slug}`);
    }
    return found;
  }

  /** Undefined where there is no such market, `none` where it has no tokens yet. */
  async idsOf(slug: string, signal?: AbortSignal): Promise<MarketIds | 'none' | undefined> {
    const known = this.#ids.get(slug);
    if (known !== undefined) return known;
    const found = await this.bySlug(slug, signal);
    return found && (this.#ids.get(slug) ?? 'none');
  }

  async slugOf(conditionId: string, signal?: AbortSignal): Promise<string | undefined> {
    const known = this.#slugs.get(conditionId.toLowerCase());
    return known ?? (await this.byCondition(conditionId, signal))?.slug;
  }

  /** Those of at most `MARKETS_PER_READ` slugs that are closed, readable or not. */
  async closedOf(
    slugs: readonly string[],
    signal?: AbortSignal,
  ): Promise<(GammaMarket | UnreadableMarket)[]> {
    const found = await this.#read({ slug: slugs, closed: 'true', limit: slugs.length }, signal);
    return found.filter(({ slug }) => slugs.includes(slug));
  }

  /** Lists leave closed markets out unless they are asked for. @source pitfall 11 */
  async #find(query: Query, signal?: AbortSignal): Promise<GammaMarket | undefined> {
    for (const closed of [undefined, 'true']) {
      const [found, ...more] = await this.#read({ ...query, closed }, signal);
      if (more.length > 0) throw unheard('Gamma answered one id with several markets');
      if (found !== undefined) return readable(found);
    }
    return undefined;
  }

  async #read(query: Query, signal?: AbortSignal): Promise<(GammaMarket | UnreadableMarket)[]> {
    const found = await this.#client.read({
      path: '/markets',
      query,
      schema: gammaMarketsSchema,
      signal,
    });
    for (const market of found) if (!('unreadable' in market)) this.#keep(market);
    return found;
  }

  #keep(market: GammaMarket): void {
    const { slug } = market;
    this.#lately.set(slug, market);
    const conditionId = conditionIdField.safeParse(market.conditionId);
    if (!conditionId.success) return;
    this.#slugs.set(conditionId.data, slug);
    const tokenIds = tokensOf(market);
    if (tokenIds !== undefined) this.#ids.set(slug, { conditionId: conditionId.data, tokenIds });
  }
}

/** @throws VenueUnreachable naming the field that cannot be read */
export function readable(market: GammaMarket | UnreadableMarket): GammaMarket {
  if (!('unreadable' in market)) return market;
  throw unheard(`Gamma's market ${printable(market.slug)} cannot be read: ${market.unreadable}`);
}
