/** A desk whose workers die: trades go their ways beside each other, whoever works meanwhile. */
import { setTimeout as delay } from 'node:timers/promises';
import { deskControl } from '../../bin/desk-control.ts';
import type { TradeView } from '../../contracts/http.ts';
import type { TradeStatus } from '../../domain/trade.ts';
import { isTerminal } from '../../domain/trade.ts';
import { readDeskView } from '../../ledger/read/desk.ts';
import type { ResolveAsk } from '../../ledger/verbs/resolutions.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import { VenueUnreachable } from '../../venues/venue.ts';
import { eventually } from './desk.ts';
import type { TestDesk } from './desk.ts';
import type { PairChanges, PaperMarketInput } from './markets.ts';
import { pairMarkets, pairProposal } from './markets.ts';
import { registerPair } from './pairs.ts';

/** What a trade may wait for: several deaths, each noticed by a timeout only. */
const PATIENCE_MS = 350_000;
const LOOK_AGAIN_MS = 300;
const PUBLISH_AFTER_MS = 250;
/** How long proposals stay good: longer than any recovery. */
const LIFE_MS = 600_000;

type Status = TradeStatus | 'denied';

/** The halted desk took no proposal: nothing was decided, and there is no such trade. */
export class ProposalRefused extends Error {}

export class PairsDesk {
  readonly desk: TestDesk;
  readonly #markets = new Map<string, readonly PaperMarketInput[]>();
  #publication: Promise<void> | undefined;
  readonly #answers = new Map<string, string>();
  #registered: Promise<void> = Promise.resolve();
  #statuses: Promise<ReadonlyMap<string, Status>> | undefined;
  constructor(desk: TestDesk) {
    this.desk = desk;
  }

  /** Lists the trade's pair of markets as changed, beside all the others. @returns once published */
  list(id: string, changes: PairChanges = {}): Promise<void> {
    this.#markets.set(id, pairMarkets(id, changes));
    return this.#publish();
  }

  /** Takes the markets of a trade that is over off the list. */
  delist(id: string): void {
    this.#markets.delete(id);
  }

  /** Each publication is read by every process: those of a moment are one. */
  #publish(): Promise<void> {
    this.#publication ??= delay(PUBLISH_AFTER_MS).then(() => {
      this.#publication = undefined;
      this.desk.publish({ markets: [...this.#markets.values()].flat() });
    });
    return this.#publication;
  }

  /** Ends the markets of the trade's pair, or one of them: Kalshi pays `yes`, Polymarket the rest. */
  async end(id: string, yes: '0' | '1', changes: PairChanges = {}, only?: 'kalshi'): Promise<void> {
    const result = { at: 0, payout: yes };
    await this.list(id, {
      kalshi: { ...changes.kalshi, result },
      polymarket: { ...changes.polymarket, ...(only === undefined ? { result } : {}) },
    });
  }

  /** Lists, registers and proposes the pair of the trade. */
  async propose(id: string, changes: PairChanges = {}): Promise<void> {
    await this.list(id, changes);
    // One after the other, as people do: they lock the audit's head.
    this.#registered = this.#registered.then(() => this.#register(id));
    // Proposed together with all that wait for it: the first on one leg halts the desk.
    for (let last; last !== this.#registered; await last) last = this.#registered;
    const expiresAt = new Date(Date.now() + LIFE_MS).toISOString();
    // The answer may come long after: nobody may be at work yet.
    void this.desk.submit(pairProposal(id, id, { expiresAt })).then(
      ({ body }) => this.#answers.set(id, JSON.stringify(body)),
      (error: unknown) => this.#answers.set(id, String(error)),
    );
  }

  /** What a slow machine does not hear in time is asked again, as a person would. */
  async #register(id: string): Promise<void> {
    await this.#wait(id, 'its pair to be registered', async () => {
      try {
        await registerPair(this.desk, id);
        return true;
      } catch (error) {
        if (error instanceof VenueUnreachable) return undefined;
        throw error;
      }
    });
  }

  /** Waits until the trade has one of `statuses` or has ended. @returns which */
  reached(id: string, statuses: readonly TradeStatus[]): Promise<Status> {
    return this.#wait(id, `${['its end', ...statuses].join(' or ')}`, async () => {
      const answer = this.#answers.get(id);
      if (answer?.includes('DESK_HALTED') === true) throw new ProposalRefused(answer);
      const status = (await this.statuses()).get(id);
      if (status === undefined || status === 'denied') return status;
      return isTerminal(status) || statuses.includes(status) ? status : undefined;
    });
  }

  /** Waits until the venue has taken a fill of the trade back and the ledger has booked that. */
  async reverted(id: string): Promise<void> {
    await this.#wait(id, 'its reverted fill', async () => {
      const { rows } = await this.desk.query(
        `SELECT FROM fill WHERE body->>'marketId' = '${id}-slug' AND body->>'reverts' IS NOT NULL
         UNION ALL SELECT FROM trade WHERE id = '${id}' AND ended_at_ms IS NOT NULL`,
      );
      return rows.length > 0 || undefined;
    });
    // What was read before may say that it is still open.
    this.#statuses = undefined;
  }

  /** Waits until a leg of the trade is paid. */
  async paid(id: string): Promise<void> {
    await this.#wait(id, 'the payout of one leg', async () => {
      const { rows } = await this.desk.query(
        `SELECT FROM leg WHERE trade_id = '${id}' AND payout IS NOT NULL`,
      );
      return rows.length > 0 || undefined;
    });
  }

  /** Orders what a person would, and again where an order ended without a match. */
  async resolve(id: string, action: ResolveAsk['action']): Promise<void> {
    await this.#wait(id, `the order to ${action} it`, async () => {
      if ((await this.statuses()).get(id) !== 'one_legged') return true;
      const { rows } = await this.desk.query(
        `SELECT FROM resolution WHERE trade_id = '${id}' AND ended_at_ms IS NULL`,
      );
      if (rows.length === 0) await this.#order(id, action);
      return undefined;
    });
  }

  /** Orders to complete the trade and waits until that order has ended without a match. */
  async resolveInVain(id: string): Promise<void> {
    await this.#wait(id, 'the end of an order to complete it', async () => {
      const { rows } = await this.desk.query<{ ended: boolean }>(
        `SELECT ended_at_ms IS NOT NULL AS ended FROM resolution WHERE trade_id = '${id}'`,
      );
      if (rows.length === 0) await this.#order(id, 'complete');
      return rows.some(({ ended }) => ended) || undefined;
    });
  }

  /** Refused or not heard, a person asks again. */
  async #order(tradeId: string, action: ResolveAsk['action']): Promise<void> {
    const { ledger, clock } = this.desk.engine;
    const asked = { tradeId, action, maxLossMicros: 1e6, actor: 'tester', reason: 'looked' };
    await ledger.resolveTrade(asked, await clock.read()).catch(() => undefined);
  }

  /** Lifts the halt, as an admin does, where there is one. */
  async rearm(): Promise<void> {
    const { engine } = this.desk;
    const asked = { actor: 'admin', reason: 'resolved' };
    await this.#wait('the desk', 'to be rearmed', async () => {
      const { state } = await readDeskView(engine.ledger.db, 'main');
      if (state !== 'halted') return true;
      // Its run may still be with the worker that is gone.
      await deskControl(engine, () => {})
        .rearm(asked)
        .catch(() => undefined);
      return undefined;
    });
  }

  /** A break pauses the desk; nothing that happens here may be one. */
  async mustNotBePaused(): Promise<void> {
    const { state, reason } = await readDeskView(this.desk.engine.ledger.db, 'main');
    if (state === 'paused') throw new Error(`the desk is paused: ${reason}`);
  }

  view(id: string): Promise<TradeView | undefined> {
    return findTrade(this.desk.engine.ledger.db, id);
  }

  /** All trades' statuses; those who ask at the same time share one reading. */
  statuses(): Promise<ReadonlyMap<string, Status>> {
    this.#statuses ??= this.#readStatuses();
    return this.#statuses;
  }

  async #readStatuses(): Promise<ReadonlyMap<string, Status>> {
    const { rows } = await this.desk.query<{ id: string; status: Status }>(
      `SELECT id, status FROM trade
       UNION ALL SELECT trade_id, 'denied' FROM decision WHERE NOT accepted`,
    );
    setTimeout(() => (this.#statuses = undefined), LOOK_AGAIN_MS).unref();
    return new Map(rows.map(({ id, status }) => [id, status]));
  }

  async #wait<Value>(
    id: string,
    what: string,
    probe: () => Promise<Value | undefined>,
  ): Promise<Value> {
    try {
      return await eventually(`${id}: ${what}`, probe, PATIENCE_MS);
    } catch (error) {
      if (error instanceof ProposalRefused) throw error;
      if (!(error instanceof Error)) throw error;
      const status = (await this.statuses()).get(id) ?? 'not there';
      const answer = this.#answers.get(id) ?? 'no answer';
      throw new Error(`${error.message}; it is ${status}, its submitter heard ${answer}`, {
        cause: error,
      });
    }
  }
}
