/** Final results, from Gamma's state of the oracle and the CLOB's winner flags together. */
import type { GammaMarket } from '../../contracts/polymarket/gamma.ts';
import type { ClobMarket } from '../../contracts/polymarket/markets.ts';
import { clobMarketSchema } from '../../contracts/polymarket/markets.ts';
import type { Clock } from '../../domain/clock.ts';
import type {
  ClobWord,
  GammaWord,
  PolymarketResolution,
} from '../../domain/polymarket-resolution.ts';
import { polymarketResolution } from '../../domain/polymarket-resolution.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { MarketResult } from '../venue.ts';
import type { PolymarketClient } from './client.ts';
import { unheard } from './client.ts';
import { tokensOf } from './market-body.ts';

/** A result may be amended: none is believed for longer, nor once Gamma tells another. */
const RESULT_AGE_MS_MAX = 5 * 60_000;
const KEPT_MAX = 5_000;

interface Kept {
  /** What Gamma said then. */
  readonly said: string;
  readonly result: MarketResult;
}

/** Judges closed markets; one CLOB read each, unless it was judged lately and nothing changed. */
export class MarketResults {
  readonly #clob: PolymarketClient;
  readonly #clock: Clock;
  readonly #kept = new BoundedMap<string, Kept>({
    sizeMax: KEPT_MAX,
    ageMsMax: RESULT_AGE_MS_MAX,
  });
  /** Times of results that carry none; the first sight of each. */
  readonly #seenAtMs = new BoundedMap<string, number>({ sizeMax: KEPT_MAX });

  constructor(clob: PolymarketClient, clock: Clock) {
    this.#clob = clob;
    this.#clock = clock;
  }

  /**
   * Undefined until the result is final.
   * @throws VenueUnreachable, VenueRefused where the CLOB's word cannot be had
   */
  async of(gamma: GammaMarket, signal?: AbortSignal): Promise<MarketResult | undefined> {
    const gammaWord = wordOfGamma(gamma);
    const said = JSON.stringify(gammaWord);
    const kept = this.#kept.get(gamma.slug);
    if (kept?.said === said) return kept.result;
    const judged = await this.resolution(gamma, signal);
    if (judged.kind !== 'resolved') return undefined;
    const { payoutMicros } = judged;
    const result = { payoutMicros, settledAtMs: await this.#settledAtMs(gamma) };
    this.#kept.set(gamma.slug, { said, result });
    return result;
  }

  /** What both sources come to now. */
  async resolution(gamma: GammaMarket, signal?: AbortSignal): Promise<PolymarketResolution> {
    const path = `/markets/${encodeURIComponent(gamma.conditionId ?? '')}`;
    const found = await this.#clob.find({ path, schema: clobMarketSchema, signal });
    return polymarketResolution({
      gamma: wordOfGamma(gamma),
      clob: found && wordOfClob(found, gamma),
    });
  }

  async #settledAtMs(gamma: GammaMarket): Promise<number> {
    const told = gamma.closedTime ?? gamma.umaEndDate;
    if (told !== undefined) return told;
    const seen = this.#seenAtMs.get(gamma.slug) ?? (await this.#clock.read()).atMs;
    this.#seenAtMs.set(gamma.slug, seen);
    return seen;
  }
}

function wordOfGamma(gamma: GammaMarket): GammaWord {
  const status = gamma.umaResolutionStatus ?? '';
  return {
    closed: gamma.closed === true,
    umaStatus: status === '' ? undefined : status,
    pricesMicros: gamma.outcomePrices ?? [],
  };
}

/**
 * The CLOB's record of the same market, its tokens in the order of Gamma's outcomes.
 * @throws VenueUnreachable where it is another market or has other tokens
 */
function wordOfClob(record: ClobMarket, gamma: GammaMarket): ClobWord {
  const tokenIds = tokensOf(gamma) ?? [];
  const tokens = tokenIds.map((id) => record.tokens.find(({ token_id: one }) => one === id));
  const known = tokens.filter((token) => token !== undefined);
  const isSame = record.condition_id.toLowerCase() === gamma.conditionId?.toLowerCase();
  if (!isSame || known.length !== 2 || record.tokens.length !== 2) {
    throw unheard(`the CLOB answered ${gamma.slug} with another market or other tokens`);
  }
  return {
    closed: record.closed,
    isFiftyFifty: record.is_50_50_outcome === true,
    tokens: known.map(({ winner, price }) => ({ winner, priceMicros: price })),
  };
}
