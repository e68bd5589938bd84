/** The venue's own client trades on the simulated Polymarket: an oracle of the protocol. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Chain, ClobClient, OrderType, Side } from '@polymarket/clob-client-v2';
import { createWalletClient, http } from 'viem';
import { polygon } from 'viem/chains';
import type { PolymarketUnderTest } from './harness.ts';
import { CLIENTS, startPolymarket } from './harness.ts';

let venue: PolymarketUnderTest;
beforeEach(async () => {
  // The client signs by the machine's clock.
  venue = await startPolymarket(Date.now());
});
afterEach(() => venue.close());

function clientOf(name: 'one' | 'two'): ClobClient {
  const { account, apiKey, secret, passphrase } = CLIENTS[name];
  return new ClobClient({
    host: venue.url,
    chain: Chain.POLYGON,
    signer: createWalletClient({ account, chain: polygon, transport: http() }),
    creds: { key: apiKey, secret, passphrase },
  });
}

test('creates, posts, matches, reads and cancels', async () => {
  const [one, two] = [clientOf('one'), clientOf('two')];
  const [yes, no] = await venue.tokens();
  expect(await one.getVersion()).toBe(2);
  expect(await one.getServerTime()).toBe(Math.floor(venue.nowMs() / 1000));
  const rested = (await one.createAndPostOrder({
    tokenID: yes,
    price: 0.42,
    size: 20,
    side: Side.BUY,
  })) as { orderID: string; status: string };
  expect(rested).toMatchObject({ success: true, status: 'live' });
  const book = await two.getOrderBook(no);
  expect(book.asks.at(-1)).toEqual({ price: '0.58', size: '20' });
  // A market order finds its limit in the book, and its trade by the ids it is told.
  const taken = (await two.createAndPostMarketOrder(
    { tokenID: no, amount: 5.8, side: Side.BUY },
    undefined,
    OrderType.FOK,
  )) as { status: string; transactionsHashes: string[] };
  expect(taken).toMatchObject({ status: 'matched', makingAmount: '5.8', takingAmount: '10' });
  expect(taken.transactionsHashes).toHaveLength(1);
  const [open] = await one.getOpenOrders({ market: await venue.conditionId() });
  expect(open).toMatchObject({ id: rested.orderID, size_matched: '10', original_size: '20' });
  const [trade] = await one.getTrades();
  expect(trade).toMatchObject({ trader_side: 'MAKER', size: '10', asset_id: no });
  expect(trade?.maker_orders[0]).toMatchObject({ order_id: rested.orderID, price: '0.42' });
  expect(await one.cancelOrder({ orderID: rested.orderID })).toMatchObject({
    canceled: [rested.orderID],
  });
  expect(await one.getOpenOrders()).toEqual([]);
  expect(await one.getOrder(rested.orderID)).toMatchObject({ status: 'CANCELED' });
  const held = await one.getBalanceAllowance({ asset_type: 'CONDITIONAL' as never, token_id: yes });
  expect(held.balance).toBe('10000000');
});

test('posts a batch, beats its heart, and cancels everything', async () => {
  const client = clientOf('one');
  const [yes] = await venue.tokens();
  const args = await Promise.all(
    [0.1, 0.2].map(async (price) => ({
      order: await client.createOrder({ tokenID: yes, price, size: 10, side: Side.BUY }),
      orderType: OrderType.GTC,
    })),
  );
  const posted = (await client.postOrders(args)) as { orderID: string }[];
  expect(posted).toHaveLength(2);
  const { heartbeat_id: beat } = (await client.postHeartbeat()) as { heartbeat_id: string };
  expect(await client.postHeartbeat('wrong')).toMatchObject({ heartbeat_id: beat, status: 400 });
  expect(await client.getOpenOrders()).toHaveLength(2);
  expect(((await client.cancelAll()) as { canceled: string[] }).canceled.toSorted()).toEqual(
    posted.map(({ orderID }) => orderID).toSorted(),
  );
});
