/** What the API changes besides trades and the desk's state, through the engine's ledger. */
import type { ChangePorts } from '../client/change-ports.ts';
import type { HttpPorts } from '../client/ports.ts';
import { alertId } from '../ledger/read/alerts.ts';
import { pairView, readPair } from '../ledger/read/pairs.ts';
import { findTrade } from '../ledger/read/trades.ts';
import { VenueUnreachable } from '../venues/venue.ts';
import { resolveSignal, tradeWorkflowId } from '../workflows/messages.ts';
import type { Engine } from './engine.ts';
import { currentBook } from './http-reads.ts';

type Changes = Omit<ChangePorts, 'submit' | 'pause' | 'halt' | 'resume' | 'rearm'>;

/** All of them. */
export function httpChanges(engine: Engine, report: HttpPorts['report']): Changes {
  const { ledger, clock } = engine;
  return {
    ackAlert: async (asked) => {
      const acked = await ledger.ackAlert(asked, await clock.read());
      if (acked === undefined) return undefined;
      const ackedAt = new Date(acked.atMs).toISOString();
      return { id: alertId(asked.id), ackedBy: acked.by, ackedAt };
    },
    addPair: (asked) => addPair(engine, asked),
    approvePair: async (asked) => {
      if ((await ledger.findPair(asked.id)) === undefined) return { kind: 'missing' };
      await ledger.approvePair(asked, await clock.read());
      return { kind: 'approved', pair: (await readPair(ledger.db, asked.id))! };
    },
    enableStrategy: async ({ name, ...asked }) => {
      const { atMs } = await clock.read();
      await ledger.enableStrategy(await currentBook(engine), name, { ...asked, atMs });
    },
    limitStrategy: async ({ name, perTrade, dailyTrades, open, ...asked }) => {
      const { atMs } = await clock.read();
      const caps = {
        ...(perTrade === undefined ? {} : { perTradeMicrosMax: perTrade }),
        ...(dailyTrades === undefined ? {} : { dailyTradesMax: dailyTrades }),
        ...(open === undefined ? {} : { openMicrosMax: open }),
      };
      const given = Object.keys(caps).length === 0 ? null : caps;
      await ledger.setStrategyCaps(await currentBook(engine), name, given, { ...asked, atMs });
    },
    approveProposal: (asked) => approveProposal(engine, asked),
    declineProposal: (asked) => declineProposal(engine, asked),
    resolveTrade: (asked) => resolveTrade(engine, report, asked),
  };
}

/** Both markets as their venues describe them now; the legs in the order of the request's fields. */
async function addPair(
  engine: Engine,
  asked: Parameters<Changes['addPair']>[0],
): ReturnType<Changes['addPair']> {
  const book = await currentBook(engine);
  const wanted = [
    { venue: 'kalshi', market: asked.kalshi, outcome: 'yes', field: 'kalshi' },
    { venue: 'polymarket', market: asked.polymarket, outcome: asked.outcome, field: 'polymarket' },
  ] as const;
  const legs = [];
  for (const { field, ...leg } of wanted) {
    const venue = engine.venues.find((one) => one.id === leg.venue && one.book === book);
    if (venue === undefined) {
      return { kind: 'refused', field, detail: `${leg.venue} is not traded here: BALLAST_VENUES` };
    }
    try {
      // oxlint-disable-next-line no-await-in-loop -- two markets
      legs.push({ ...leg, facts: (await venue.market(leg.market)) ?? null });
    } catch (error) {
      if (error instanceof VenueUnreachable) return { kind: 'unheard', detail: error.message };
      throw error;
    }
  }
  const { id, actor, reason } = asked;
  const outcome = await engine.ledger.addPair(
    { id, legs, actor, reason },
    await engine.clock.read(),
  );
  if (outcome.kind !== 'refused') return { kind: outcome.kind, pair: pairView(outcome.pair) };
  const field = PAIR_FIELDS[outcome.field];
  return { kind: 'refused', detail: outcome.detail, ...(field === undefined ? {} : { field }) };
}

/** The ledger's fields in the words of the request; others are no mistake of one field. */
const PAIR_FIELDS: Readonly<Record<string, string>> = {
  'legs.0.market': 'kalshi',
  'legs.1.market': 'polymarket',
  'legs.1.outcome': 'outcome',
};

async function approveProposal(
  { ledger, clock }: Engine,
  asked: Parameters<Changes['approveProposal']>[0],
): ReturnType<Changes['approveProposal']> {
  if ((await findTrade(ledger.db, asked.id)) === undefined) return { kind: 'missing' };
  const outcome = await ledger.approveProposal(asked, await clock.read());
  switch (outcome.kind) {
    case 'approved':
      return { kind: 'approved' };
    case 'tooLate': {
      const until = new Date(outcome.untilMs).toISOString();
      return { kind: 'refused', detail: `it waited until ${until}: propose it again` };
    }
    case 'notWaiting':
      return { kind: 'refused', detail: `${asked.id} does not wait: it is ${outcome.is}` };
  }
}

async function declineProposal(
  { ledger, clock }: Engine,
  asked: Parameters<Changes['declineProposal']>[0],
): ReturnType<Changes['declineProposal']> {
  if ((await findTrade(ledger.db, asked.id)) === undefined) return { kind: 'missing' };
  const outcome = await ledger.declineProposal(asked, await clock.read());
  if (outcome.kind === 'declined') return outcome;
  return { kind: 'refused', detail: `${asked.id} does not wait: it is ${outcome.is}` };
}

/** The order is in the ledger, from where the trade's run hears of it; the signal is the quick way. */
async function resolveTrade(
  { ledger, clock, client }: Engine,
  report: HttpPorts['report'],
  { id, maxLoss, ...asked }: Parameters<Changes['resolveTrade']>[0],
): ReturnType<Changes['resolveTrade']> {
  if ((await findTrade(ledger.db, id)) === undefined) return { kind: 'missing' };
  const outcome = await ledger.resolveTrade(
    { ...asked, tradeId: id, ...(maxLoss === undefined ? {} : { maxLossMicros: maxLoss }) },
    await clock.read(),
  );
  if (outcome.kind === 'refused') return outcome;
  try {
    const inTime = Date.now() + SIGNAL_MS_MAX;
    await client.withDeadline(inTime, () =>
      client.workflow.getHandle(tradeWorkflowId(id)).signal(resolveSignal),
    );
  } catch (error) {
    report(error, 'trade not signalled of an order by hand');
  }
  return outcome;
}

const SIGNAL_MS_MAX = 2_000;
