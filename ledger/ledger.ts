/** The ledger's verbs over one database. Each is one transaction, and a repeat changes nothing. */
import type { Book, VenueId } from '../domain/venue-id.ts';
import type { LedgerDb } from './database.ts';
import { databaseNowMs, migrateLedger, openDatabase, pendingMigrations } from './database.ts';
import * as reports from './read/reports.ts';
import * as alerts from './verbs/alerts.ts';
import * as approvals from './verbs/approvals.ts';
import * as closing from './verbs/close-day.ts';
import * as desk from './verbs/desk.ts';
import * as deskState from './verbs/desk-state.ts';
import * as facts from './verbs/facts.ts';
import * as fills from './verbs/fills.ts';
import * as importing from './verbs/import.ts';
import * as intents from './verbs/intents.ts';
import * as oneLegged from './verbs/one-legged.ts';
import * as bindings from './verbs/bindings.ts';
import * as liveWay from './verbs/live-way.ts';
import * as judging from './verbs/judge.ts';
import * as openOrders from './verbs/open-orders.ts';
import * as orders from './verbs/orders.ts';
import * as outcomes from './verbs/outcomes.ts';
import * as pairs from './verbs/pairs.ts';
import * as proposals from './verbs/proposals.ts';
import * as reserving from './verbs/reserve.ts';
import { remindRedeemable } from './verbs/redemption-reminders.ts';
import * as redemptions from './verbs/redemptions.ts';
import * as resolutions from './verbs/resolutions.ts';
import * as results from './verbs/results.ts';
import * as settling from './verbs/settle.ts';
import * as standing from './verbs/standing.ts';
import * as strategies from './verbs/strategies.ts';
import * as underWay from './verbs/under-way.ts';
import * as watching from './verbs/watch.ts';

/** Drops the first parameter: a verb bound to its database. */
type Bound<Verb> = Verb extends (db: LedgerDb, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;

export interface Ledger {
  readonly db: LedgerDb;
  readonly migrate: () => Promise<string[]>;
  readonly pendingMigrations: () => Promise<string[]>;
  readonly databaseNowMs: () => Promise<number>;
  readonly setUpDesk: Bound<typeof desk.setUpDesk>;
  readonly applyLimits: Bound<typeof desk.applyLimits>;
  readonly receiveProposal: Bound<typeof proposals.receiveProposal>;
  readonly reserve: Bound<typeof reserving.reserve>;
  readonly approveProposal: Bound<typeof approvals.approveProposal>;
  readonly declineProposal: Bound<typeof approvals.declineProposal>;
  /** A dry run: nothing is written. */
  readonly judgeProposal: Bound<typeof judging.judgeProposal>;
  readonly storeFacts: Bound<typeof facts.storeFacts>;
  readonly readStanding: Bound<typeof standing.readStanding>;
  readonly readLegOrder: Bound<typeof orders.readLegOrder>;
  readonly storeOrder: Bound<typeof orders.storeOrder>;
  readonly grantPermit: Bound<typeof orders.grantPermit>;
  readonly bookOutcome: Bound<typeof outcomes.bookOutcome>;
  readonly strandTrade: Bound<typeof resolutions.strandTrade>;
  readonly resolveTrade: Bound<typeof resolutions.resolveTrade>;
  readonly endResolution: Bound<typeof oneLegged.endResolution>;
  readonly abandonTrade: Bound<typeof outcomes.abandonTrade>;
  readonly bookFill: Bound<typeof fills.bookFill>;
  readonly closeDays: Bound<typeof closing.closeDays>;
  readonly booksWithDays: Bound<typeof closing.booksWithDays>;
  readonly findReport: Bound<typeof reports.findReport>;
  readonly reportedDays: Bound<typeof reports.reportedDays>;
  readonly openDaysBefore: Bound<typeof closing.openDaysBefore>;
  readonly tradesUnderWay: Bound<typeof underWay.tradesUnderWay>;
  readonly knownFills: Bound<typeof watching.knownFills>;
  readonly storeSettlement: Bound<typeof results.storeSettlement>;
  readonly noteRedemption: Bound<typeof redemptions.noteRedemption>;
  readonly unpaidRedemptions: Bound<typeof redemptions.unpaidRedemptions>;
  readonly bookRedemption: Bound<typeof redemptions.bookRedemption>;
  readonly remindRedeemable: Bound<typeof remindRedeemable>;
  readonly recordSettlement: Bound<typeof settling.recordSettlement>;
  readonly readCursor: (book: Book, venue: VenueId) => Promise<number>;
  readonly writeCursor: Bound<typeof watching.writeCursor>;
  readonly unsentSignals: Bound<typeof watching.unsentSignals>;
  readonly markSent: Bound<typeof watching.markSent>;
  readonly enableStrategy: Bound<typeof strategies.enableStrategy>;
  readonly setStrategyCaps: Bound<typeof strategies.setStrategyCaps>;
  readonly listStrategies: Bound<typeof strategies.listStrategies>;
  readonly addPair: Bound<typeof pairs.addPair>;
  readonly approvePair: Bound<typeof pairs.approvePair>;
  readonly findPair: Bound<typeof pairs.findPair>;
  readonly listPairs: Bound<typeof pairs.listPairs>;
  readonly pauseDesk: Bound<typeof deskState.pauseDesk>;
  /** By a person; the ledger's own halts are part of what found them. */
  readonly haltDesk: Bound<typeof deskState.haltDeskByPerson>;
  readonly booksToClear: Bound<typeof openOrders.booksToClear>;
  readonly ordersToCancel: Bound<typeof openOrders.ordersToCancel>;
  readonly wakeTrades: Bound<typeof openOrders.wakeTrades>;
  /** As `breachDesk`, in a transaction of its own. */
  readonly breachDesk: Bound<typeof deskState.breachDeskAlone>;
  readonly resumeDesk: Bound<typeof deskState.resumeDesk>;
  readonly acknowledgeStop: Bound<typeof deskState.acknowledgeStop>;
  readonly bindVenue: Bound<typeof bindings.bindVenue>;
  readonly readBindings: Bound<typeof bindings.readBindings>;
  readonly promoteDesk: Bound<typeof liveWay.promoteDesk>;
  readonly demoteDesk: Bound<typeof liveWay.demoteDesk>;
  readonly armDesk: Bound<typeof liveWay.armDesk>;
  readonly openInLiveBooks: Bound<typeof liveWay.openInLiveBooks>;
  readonly ledgerCash: Bound<typeof liveWay.ledgerCash>;
  readonly ackAlert: Bound<typeof alerts.ackAlert>;
  readonly importPredecessor: Bound<typeof importing.importPredecessor>;
  readonly writeIntent: Bound<typeof intents.writeIntent>;
  readonly close: () => Promise<void>;
}

/** Opens the ledger at `url`; nothing is migrated or written yet. Parameters: `openDatabase`'s. */
export function openLedger(...where: Parameters<typeof openDatabase>): Ledger {
  return verbsOf(openDatabase(...where));
}

function verbsOf(db: LedgerDb): Ledger {
  const bind = binderOf(db);
  return {
    db,
    migrate: bind(migrateLedger),
    pendingMigrations: bind(pendingMigrations),
    databaseNowMs: bind(databaseNowMs),
    setUpDesk: bind(desk.setUpDesk),
    applyLimits: bind(desk.applyLimits),
    receiveProposal: bind(proposals.receiveProposal),
    reserve: bind(reserving.reserve),
    approveProposal: bind(approvals.approveProposal),
    declineProposal: bind(approvals.declineProposal),
    judgeProposal: bind(judging.judgeProposal),
    storeFacts: bind(facts.storeFacts),
    readStanding: bind(standing.readStanding),
    readLegOrder: bind(orders.readLegOrder),
    storeOrder: bind(orders.storeOrder),
    grantPermit: bind(orders.grantPermit),
    bookOutcome: bind(outcomes.bookOutcome),
    strandTrade: bind(resolutions.strandTrade),
    resolveTrade: bind(resolutions.resolveTrade),
    endResolution: bind(oneLegged.endResolution),
    abandonTrade: bind(outcomes.abandonTrade),
    bookFill: bind(fills.bookFill),
    closeDays: bind(closing.closeDays),
    booksWithDays: bind(closing.booksWithDays),
    findReport: bind(reports.findReport),
    reportedDays: bind(reports.reportedDays),
    openDaysBefore: bind(closing.openDaysBefore),
    tradesUnderWay: bind(underWay.tradesUnderWay),
    knownFills: bind(watching.knownFills),
    storeSettlement: bind(results.storeSettlement),
    noteRedemption: bind(redemptions.noteRedemption),
    unpaidRedemptions: bind(redemptions.unpaidRedemptions),
    bookRedemption: bind(redemptions.bookRedemption),
    remindRedeemable: bind(remindRedeemable),
    recordSettlement: bind(settling.recordSettlement),
    readCursor: bind(watching.readCursor),
    writeCursor: bind(watching.writeCursor),
    unsentSignals: bind(watching.unsentSignals),
    markSent: bind(watching.markSent),
    enableStrategy: bind(strategies.enableStrategy),
    setStrategyCaps: bind(strategies.setStrategyCaps),
    listStrategies: bind(strategies.listStrategies),
    addPair: bind(pairs.addPair),
    approvePair: bind(pairs.approvePair),
    findPair: bind(pairs.findPair),
    listPairs: bind(pairs.listPairs),
    pauseDesk: bind(deskState.pauseDesk),
    haltDesk: bind(deskState.haltDeskByPerson),
    booksToClear: bind(openOrders.booksToClear),
    ordersToCancel: bind(openOrders.ordersToCancel),
    wakeTrades: bind(openOrders.wakeTrades),
    breachDesk: bind(deskState.breachDeskAlone),
    resumeDesk: bind(deskState.resumeDesk),
    acknowledgeStop: bind(deskState.acknowledgeStop),
    bindVenue: bind(bindings.bindVenue),
    readBindings: bind(bindings.readBindings),
    promoteDesk: bind(liveWay.promoteDesk),
    demoteDesk: bind(liveWay.demoteDesk),
    armDesk: bind(liveWay.armDesk),
    openInLiveBooks: bind(liveWay.openInLiveBooks),
    ledgerCash: bind(liveWay.ledgerCash),
    ackAlert: bind(alerts.ackAlert),
    importPredecessor: bind(importing.importPredecessor),
    writeIntent: bind(intents.writeIntent),
    close: () => db.destroy(),
  };
}

function binderOf(db: LedgerDb) {
  return <Rest extends unknown[], Result>(verb: (db: LedgerDb, ...rest: Rest) => Result) =>
    (...rest: Rest): Result =>
      verb(db, ...rest);
}
