/** The suite of all venues on Kalshi's recorded answers, as far as those can show its rules. */
import { createKalshiVenue } from '../../../venues/kalshi/kalshi-venue.ts';
import type { OrderRequest } from '../../../venues/venue.ts';
import { runVenueConformance } from '../conformance.ts';
import { contracts, price } from '../venue-under-test.ts';
import type { VenueUnderTest } from '../venue-under-test.ts';
import { clockAt, venueOptions } from './raw-server.ts';
import { listedOrder, metaOf, RECORDED_AT_MS, startReplay, withRecordings } from './replay.ts';

const RECORDED = [
  'orders__create_v2_taker_ioc',
  'orders__insufficient_balance',
  'orders__invalid_price_structure',
  'portfolio__orders_list',
  'fills__after_taker',
  'auth__balance_ok',
  'markets__single',
  'orderbook__base',
  'exchange__status',
];
const FILLED = [
  '97ec18b7-10d3-4557-9de0-8598aad625f0',
  'e8051642-92f6-4296-a244-0b02e456b6a1',
  '99ca79c3-4c96-4bfa-97c1-f924f37cc285',
];

/** The order that was sent when `name` was recorded. */
function sentFor(name: string): OrderRequest {
  const body = metaOf(name).request_body as Record<string, string>;
  const rests = body['time_in_force'] === 'good_till_canceled';
  return {
    clientOrderId: body['client_order_id']!,
    marketId: body['ticker']!,
    outcome: 0,
    action: 'buy',
    quantity: contracts(Number(body['count'])),
    limitPrice: price(Number(body['price'])),
    decidedAtMs: RECORDED_AT_MS,
    ...(rests
      ? { timeInForce: 'gtd', restUntilMs: RECORDED_AT_MS + 60_000 }
      : { timeInForce: 'ioc' }),
  };
}

async function newVenue(): Promise<VenueUnderTest> {
  const pages = Object.fromEntries(
    FILLED.map((id) => [`GET /portfolio/orders/${id}`, listedOrder(id).body]),
  );
  const server = await startReplay(RECORDED, pages);
  const open = () =>
    createKalshiVenue(venueOptions(server.url, { clock: clockAt(RECORDED_AT_MS) }));
  const missing = (lever: string) => (): never => {
    throw new Error(`recordings have no lever for ${lever}`);
  };
  return {
    venue: open(),
    reopen: open,
    setBook: () => {},
    setResult: missing('results'),
    setTrading: missing('trading'),
    nowMs: () => RECORDED_AT_MS,
    passMs: missing('time'),
    close: () => server.close(),
  };
}

withRecordings('the conformance suite', () => {
  runVenueConformance({
    name: 'Kalshi on recordings',
    newVenue,
    levers: [],
    orders: {
      'an order that fills': sentFor('orders__create_v2_taker_ioc'),
      'a price off the tick': sentFor('orders__invalid_price_structure'),
      'more than the cash': sentFor('orders__insufficient_balance'),
    },
  });
});
