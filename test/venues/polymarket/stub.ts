/**
 * Polymarket's public side as a loopback server in the test's hands: Gamma, CLOB and site on one
 * port, in the venue's shapes. It knows what it was told and decides nothing.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../../domain/clock.ts';
import type { PolymarketUrls } from '../../../venues/polymarket/hosts.ts';
import type { PolymarketPublicOptions } from '../../../venues/polymarket/public.ts';
import { createPolymarketMarkets } from '../../../venues/polymarket/public.ts';
import type { Answer, RawServer, SeenRequest } from '../kalshi/raw-server.ts';
import { clockAt, json, startServer } from '../kalshi/raw-server.ts';
import type { TestBook } from '../venue-under-test.ts';

export const NOW_MS = Date.parse('2026-11-23T12:00:00Z');

/** All hosts of Polymarket's on one port of this machine. */
export function urlsOn(url: string): PolymarketUrls {
  const socket = url.replace('http:', 'ws:');
  return {
    clob: url,
    gamma: `${url}/gamma`,
    data: `${url}/data-api`,
    site: `${url}/site`,
    socket,
  };
}

/** The ids of a slug: made up, and the same every time. */
export function idsOf(slug: string) {
  const hash = createHash('sha256').update(slug).digest('hex');
  const token = (half: string) => BigInt(`0x${half}${hash.slice(2)}`).toString();
  return { conditionId: `0x${hash}`, tokenIds: [token('a1'), token('b2')] as const };
}

type Body = Record<string, unknown>;

interface StubMarket {
  gamma: Body;
  /** Undefined: the CLOB does not list it. */
  details: Body | undefined;
  record: Body;
  books: readonly [TestBook, TestBook];
}

/** A market that trades, with a tick of a cent, lots of shares to take and no fees. */
function newMarket(slug: string): StubMarket {
  const { conditionId, tokenIds } = idsOf(slug);
  const tokens = tokenIds.map((token, index) => ({
    token_id: token,
    outcome: index === 0 ? 'Yes' : 'No',
    price: 0.5,
    winner: false,
  }));
  return {
    gamma: {
      slug,
      conditionId,
      question: `Will ${slug}?`,
      description: 'By the resolution source.',
      outcomes: '["Yes", "No"]',
      outcomePrices: '["0.5", "0.5"]',
      clobTokenIds: JSON.stringify(tokenIds),
      active: true,
      closed: false,
      archived: false,
      acceptingOrders: true,
      enableOrderBook: true,
      negRisk: false,
      feesEnabled: false,
      umaResolutionStatus: null,
    },
    details: {
      c: conditionId,
      t: tokens.map(({ token_id: t, outcome: o }) => ({ t, o })),
      mts: 0.01,
      mos: 0.01,
      nr: false,
      ao: true,
    },
    record: { condition_id: conditionId, closed: false, is_50_50_outcome: false, tokens },
    books: [{}, {}],
  };
}

/** One stub with its levers. */
export class PolymarketStub {
  readonly markets = new Map<string, StubMarket>();
  /** Answers by `GET /path`, before any other. */
  readonly answers = new Map<string, Answer | undefined | (() => Answer | undefined)>();
  #server: RawServer | undefined;

  static async start(): Promise<PolymarketStub> {
    const stub = new PolymarketStub();
    stub.#server = await startServer((request) => stub.#answer(request));
    return stub;
  }

  get urls(): PolymarketUrls {
    return urlsOn(this.#running.url);
  }
  get seen(): SeenRequest[] {
    return this.#running.seen;
  }
  /** Paths asked for, in order. */
  get paths(): string[] {
    return this.seen.map(({ path }) => path);
  }

  open(changes: Partial<PolymarketPublicOptions> = {}) {
    return createPolymarketMarkets({
      urls: this.urls,
      clock: clockAt(NOW_MS),
      readsPerSecond: 100_000,
      ...changes,
    });
  }

  market(slug: string): StubMarket {
    const market = this.markets.get(slug) ?? newMarket(slug);
    this.markets.set(slug, market);
    return market;
  }
  gamma(slug: string, changes: Body): void {
    Object.assign(this.market(slug).gamma, changes);
  }
  details(slug: string, changes: Body): void {
    Object.assign(this.market(slug).details ?? {}, changes);
  }
  /** Closes it with winner flags, and prices as both sources show them then. */
  resolve(slug: string, prices: readonly [number, number], changes: Body = {}): void {
    const { record } = this.market(slug);
    const tokens = record['tokens'] as Body[];
    for (const [index, price] of prices.entries()) {
      Object.assign(tokens[index]!, { price, winner: price === 1 });
    }
    Object.assign(record, { closed: true, is_50_50_outcome: prices[0] === 0.5 });
    this.gamma(slug, {
      closed: true,
      acceptingOrders: false,
      outcomePrices: JSON.stringify(prices.map(String)),
      umaResolutionStatus: 'resolved',
      closedTime: '2026-11-23 11:00:00+00',
      ...changes,
    });
  }
  close(): Promise<void> {
    return this.#running.close();
  }

  get #running(): RawServer {
    if (this.#server === undefined) throw new Error('the stub was not started');
    return this.#server;
  }

  #answer({ path, query }: SeenRequest): Answer | undefined {
    if (this.answers.has(path)) {
      const told = this.answers.get(path);
      return typeof told === 'function' ? told() : told;
    }
    const [, id = ''] = /^\/(?:clob-)?markets\/(.+)$/.exec(path) ?? [];
    const byId = [...this.markets.values()].find(({ record }) => record['condition_id'] === id);
    if (path === '/version') return json({ version: 2 });
    if (path === '/site/api/geoblock') return json({ blocked: false, country: 'CH', region: 'ZH' });
    if (path === '/gamma/markets') return json(this.#listed(query));
    if (path === '/book') return this.#book(query.get('token_id') ?? '');
    const body = path.startsWith('/clob-markets/') ? byId?.details : byId?.record;
    return body === undefined ? json({ error: 'market not found' }, 404) : json(body);
  }

  /** As Gamma does: closed markets only where they are asked for. */
  #listed(query: URLSearchParams): Body[] {
    const [slugs, ids] = [query.getAll('slug'), query.getAll('condition_ids')];
    const closed = query.get('closed') === 'true';
    return [...this.markets.values()]
      .map(({ gamma }) => gamma)
      .filter((gamma) => (gamma['closed'] === true) === closed)
      .filter((gamma) => slugs.length === 0 || slugs.includes(String(gamma['slug'])))
      .filter((gamma) => ids.length === 0 || ids.includes(String(gamma['conditionId'])));
  }

  /** Best last, as the venue lists them. */
  #book(token: string): Answer {
    for (const [slug, { books, details, gamma }] of this.markets) {
      const { conditionId, tokenIds } = idsOf(slug);
      const index = tokenIds.indexOf(token);
      const book = books[index];
      if (book === undefined || details === undefined || gamma['closed'] === true) continue;
      const levels = (side: TestBook['asks'] = []) =>
        side.map(([price, size]) => ({ price, size })).toReversed();
      const sides = { bids: levels(book.bids), asks: levels(book.asks) };
      return json({ market: conditionId, asset_id: token, timestamp: '1', hash: 'h', ...sides });
    }
    return json({ error: 'No orderbook exists for the requested token id' }, 404);
  }
}

/** A clock the test moves. */
export function movableClock(): { readonly clock: Clock; nowMs: number } {
  const it = {
    nowMs: NOW_MS,
    clock: { read: () => Promise.resolve({ atMs: it.nowMs, offsetMs: 0 }) },
  };
  return it;
}
