/** What the venue tells everybody: exchange, markets, books, events, series. */
import { unrecorded } from '../errors.ts';
import { timeText } from '../format.ts';
import { marketView, orderbookView, STATUS_FILTER } from '../market-views.ts';
import { pageOf } from '../paging.ts';
import { exchangeActive, inThursdayPause, pauseEndsAtMs, tradingActive } from '../pauses.ts';
import type { Market } from '../records.ts';
import type { ExchangeState } from '../state.ts';
import { SHARDS } from '../state.ts';
import type { Answer, Call, Endpoint } from './endpoint.ts';
import { numberIn, ok, wordsIn } from './endpoint.ts';

/** Names of the shards. @source reference/kalshi.md §0 */
const SHARD_NAMES = ['default', 'combos', 'crypto', 'tennis and baseball'] as const;

function exchangeStatus({ state }: Call): Answer {
  const active = (shard: number) => ({
    exchange_active: exchangeActive(state, shard),
    trading_active: tradingActive(state, shard),
    intra_exchange_transfers_active: exchangeActive(state, shard),
  });
  const resume = resumeAtMs(state);
  return ok({
    ...active(0),
    ...(resume === undefined ? {} : { exchange_estimated_resume_time: timeText(resume) }),
    exchange_index_statuses: SHARDS.map((shard) => ({
      exchange_index: shard,
      description: SHARD_NAMES[shard],
      ...active(shard),
    })),
  });
}

function resumeAtMs(state: ExchangeState): number | undefined {
  const { schedule, resumeAtMs: told } = state.switches;
  if (told !== undefined && told > state.nowMs) return told;
  return schedule && inThursdayPause(state.nowMs) ? pauseEndsAtMs(state.nowMs) : undefined;
}

function exchangeSchedule(): Answer {
  const allDay = [{ open_time: '00:00', close_time: '00:00' }];
  return ok({
    schedule: {
      maintenance_windows: [],
      standard_hours: [
        {
          start_time: '2026-01-01T00:00:00Z',
          end_time: '2099-01-01T00:00:00Z',
          monday: allDay,
          tuesday: allDay,
          wednesday: allDay,
          thursday: [
            { open_time: '00:00', close_time: '03:00' },
            { open_time: '05:00', close_time: '00:00' },
          ],
          friday: allDay,
          saturday: allDay,
          sunday: allDay,
        },
      ],
    },
  });
}

function found(state: ExchangeState, ticker: string | undefined): Market {
  const market = state.markets.get(ticker ?? '');
  if (market === undefined) throw unrecorded.routeNotFound();
  return market;
}

function markets({ state, query }: Call): Answer {
  const tickers = wordsIn(query, 'tickers');
  const event = query['event_ticker'];
  const series = query['series_ticker'];
  const status = wordsIn(query, 'status');
  const allowed = status?.flatMap((word) => {
    const words = STATUS_FILTER[word];
    if (words === undefined) throw unrecorded.invalidParameter('GetMarkets', 'Status');
    return words;
  });
  const wanted = [...state.markets.values()].filter(
    (market) =>
      (tickers === undefined || tickers.includes(market.ticker)) &&
      (event === undefined || market.eventTicker === event) &&
      (series === undefined ||
        state.events.get(market.eventTicker)?.['series_ticker'] === series) &&
      (allowed === undefined || allowed.includes(market.status)),
  );
  const { page, cursor } = pageOf(wanted, query, 'GetMarkets');
  return ok({ cursor, markets: page.map((market) => marketView(state, market)) });
}

function event({ state, params, query }: Call): Answer {
  const event = state.events.get(params['event_ticker'] ?? '');
  if (event === undefined) throw unrecorded.routeNotFound();
  const nested = [...state.markets.values()]
    .filter(({ eventTicker }) => eventTicker === event['event_ticker'])
    .map((market) => marketView(state, market));
  const within = query['with_nested_markets'] === 'true';
  return ok(
    within ? { event: { ...event, markets: nested }, markets: [] } : { event, markets: nested },
  );
}

function series({ state, params }: Call): Answer {
  const series = state.series.get(params['series_ticker'] ?? '');
  if (series === undefined) throw unrecorded.routeNotFound();
  return ok({ series });
}

function feeChanges({ state, query }: Call): Answer {
  const past = query['show_historical'] === 'true';
  const listed = state.feeChanges
    .filter((one) => past || one.scheduledAtMs > state.nowMs)
    .filter((one) => (query['series_ticker'] ?? one.series_ticker) === one.series_ticker)
    .map(({ scheduledAtMs, ...one }) => ({ ...one, scheduled_ts: timeText(scheduledAtMs) }));
  return ok({ series_fee_change_arr: listed });
}

function read(name: string, path: string, handle: (call: Call) => Answer): Endpoint {
  return { name, method: 'GET', path, access: 'public', handle };
}

/** The endpoints that need no key. */
export const PUBLIC_ENDPOINTS: readonly Endpoint[] = [
  read('exchangeStatus', '/exchange/status', exchangeStatus),
  read('exchangeSchedule', '/exchange/schedule', exchangeSchedule),
  read('markets', '/markets', markets),
  read('market', '/markets/:ticker', ({ state, params }) =>
    ok({ market: marketView(state, found(state, params['ticker'])) }),
  ),
  read('orderbook', '/markets/:ticker/orderbook', ({ state, params, query }) =>
    ok(orderbookView(found(state, params['ticker']), numberIn(query, 'depth') ?? 0)),
  ),
  read('event', '/events/:event_ticker', event),
  read('seriesFeeChanges', '/series/fee_changes', feeChanges),
  read('series', '/series/:series_ticker', series),
];
