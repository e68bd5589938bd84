/**
 * The current book in the predecessor's words: `/api/trading/mode` and `/api/trading/state`.
 * Integers become JSON numbers here and nowhere else; each is the double nearest to a whole number
 * of micro-dollars and prints as it. docs/http-compatibility.md says what each field means.
 */
import { sql } from 'kysely';
import type { BetView, TradingModeView, TradingStateView } from '../../contracts/predecessor.ts';
import type { ClockReading } from '../../domain/clock.ts';
import { counterId } from '../../domain/counters.ts';
import type { DeskId, Phase } from '../../domain/desk.ts';
import { bookOf } from '../../domain/desk.ts';
import { MICROS_PER_UNIT, mulDivFloor } from '../../domain/money.ts';
import type { TradeStatus } from '../../domain/trade.ts';
import { tradingMode } from '../../domain/trading-mode.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { readToday } from '../verbs/day.ts';
import { readDesk } from '../verbs/desk.ts';

/** Who asks about which desk, and what the environment says about live trading. */
export interface TradingQuestion {
  readonly desk: DeskId;
  readonly liveTrading: boolean;
}

/** A page polls this every few seconds: all sums cover every bet, the list only the newest. */
export const BETS_SHOWN_MAX = 1_000;

const PLATFORMS = { kalshi: 'Kalshi', polymarket: 'Polymarket' } as const;
/** Micro-dollars a cent, and ten-thousandths of a percent a percent. */
const PER_CENT = 10_000;

/** @throws DeskMissing */
export async function readTradingMode(
  db: LedgerDb,
  question: TradingQuestion,
  reading: ClockReading,
): Promise<TradingModeView> {
  const { desk } = await readDesk(db, question.desk);
  return {
    live_trading_enabled: question.liveTrading,
    timestamp: new Date(reading.atMs).toISOString(),
    ...modeFields(question, desk.phase),
  };
}

/**
 * Everything at one instant, so that balance, profit and bets agree.
 * @throws DeskMissing
 */
export async function readTradingState(
  db: LedgerDb,
  question: TradingQuestion,
  reading: ClockReading,
): Promise<TradingStateView> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const { desk } = await readDesk(tx, question.desk);
      const book = bookOf(desk.id, desk.phase);
      const day = await readToday(tx, book, reading);
      const sums = await readSums(tx, book, day);
      return {
        balance: dollars(sums.cash),
        initial_balance: dollars(sums.capital),
        total_profit: dollars(sums.realised),
        estimated_profit: dollars(sums.estimated),
        total_trades: toNumber(sums.bets),
        bets: await readBets(tx, book),
        daily_loss: dollars(sums.loss_today),
        daily_trades: toNumber(sums.trades_today),
        ...modeFields(question, desk.phase),
      };
    });
}

function modeFields({ liveTrading }: TradingQuestion, phase: Phase) {
  const { mode, whyNotReal } = tradingMode({ liveTrading, phase });
  return { mode, phase, why_not_real: whyNotReal };
}

/** A bet is a trade that holds or held a position: one row a trade, its legs together. */
const betRows = (book: Book) => sql`bet AS (
  SELECT t.id, t.status, t.reserved_at_ms, t.payout, t.pnl, min(l.filled) AS quantity,
    sum(l.cost)::bigint AS cost, sum(l.fees)::bigint AS fees
  FROM trade t JOIN leg l ON l.trade_id = t.id
  WHERE t.book = ${book} GROUP BY t.id HAVING sum(l.filled) > 0
)`;

interface Sums {
  readonly cash: bigint;
  readonly capital: bigint;
  readonly realised: bigint;
  readonly estimated: bigint;
  readonly bets: bigint;
  readonly loss_today: bigint;
  readonly trades_today: bigint;
}

async function readSums(tx: LedgerTx, book: Book, day: string): Promise<Sums> {
  const loss = counterId(book, { kind: 'loss', day });
  const trades = counterId(book, { kind: 'trades', day });
  const { rows } = await sql<Sums>`
    WITH ${betRows(book)}, money AS (
      SELECT split_part(id, '/', 3) AS name, sum(debits - credits)::bigint AS amount
      FROM account WHERE book = ${book} GROUP BY 1
    )
    SELECT coalesce((SELECT amount FROM money WHERE name = 'cash'), 0)::bigint AS cash,
      coalesce((SELECT -amount FROM money WHERE name = 'capital'), 0)::bigint AS capital,
      coalesce(sum(pnl) FILTER (WHERE status = 'settled'), 0)::bigint AS realised,
      coalesce(sum(quantity - cost - fees) FILTER (WHERE status <> 'settled'), 0)::bigint
        AS estimated,
      count(id) AS bets,
      coalesce((SELECT used FROM counter WHERE id = ${loss}), 0)::bigint AS loss_today,
      coalesce((SELECT used FROM counter WHERE id = ${trades}), 0)::bigint AS trades_today
    FROM bet`.execute(tx);
  return rows[0]!;
}

interface LegRow {
  readonly venue: VenueId;
  readonly market: string;
  readonly outcome_label: string;
  readonly title: string;
  readonly limit_price: number;
  readonly filled: number;
  readonly cost: number;
  readonly fees: number;
  readonly order_id: string | null;
  readonly order_state: string | null;
}

interface BetRow {
  readonly id: string;
  readonly status: TradeStatus;
  readonly reserved_at_ms: bigint;
  readonly payout: bigint | null;
  readonly pnl: bigint | null;
  readonly quantity: bigint;
  readonly cost: bigint;
  readonly fees: bigint;
  readonly legs: LegRow[];
}

async function readBets(tx: LedgerTx, book: Book): Promise<BetView[]> {
  const { rows } = await sql<BetRow>`
    WITH ${betRows(book)}
    SELECT bet.*, (
      SELECT jsonb_agg(jsonb_build_object('venue', l.venue, 'market', l.market,
        'outcome_label', l.outcome_label, 'title', l.title, 'limit_price', l.limit_price,
        'filled', l.filled, 'cost', l.cost, 'fees', l.fees,
        'order_id', coalesce(o.venue_order_id, o.id), 'order_state', o.state) ORDER BY l.leg)
      FROM leg l LEFT JOIN LATERAL (
        SELECT id, venue_order_id, state FROM venue_order
        WHERE trade_id = l.trade_id AND leg = l.leg AND kind = 'entry'
        ORDER BY attempt DESC LIMIT 1) o ON true
      WHERE l.trade_id = bet.id) AS legs
    FROM bet ORDER BY reserved_at_ms DESC, id DESC LIMIT ${BETS_SHOWN_MAX}`.execute(tx);
  return rows.map(toBet);
}

function toBet(bet: BetRow): BetView {
  const isSettled = bet.status === 'settled';
  const costMicros = toNumber(bet.cost + bet.fees);
  // A contract pays one dollar, so micro-contracts are the micro-dollars they pay when they win.
  const profitMicros = isSettled ? toNumber(bet.pnl!) : toNumber(bet.quantity) - costMicros;
  const legs = bet.legs.map(toLeg);
  return {
    id: bet.id,
    game: bet.legs[0]!.title,
    sport: null,
    timestamp: new Date(toNumber(bet.reserved_at_ms)).toISOString(),
    game_time: null,
    quantity: dollars(bet.quantity),
    cost: costMicros / MICROS_PER_UNIT,
    payout: dollars(bet.quantity),
    profit: profitMicros / MICROS_PER_UNIT,
    roi_percent: nearest(profitMicros, 100 * PER_CENT, costMicros) / PER_CENT,
    status: isSettled ? 'settled' : 'pending',
    legs,
    order_ids: Object.fromEntries(legs.map((leg) => [leg.platform, leg.order_id])),
    settled_amount: isSettled ? dollars(bet.payout!) : 0,
    realized_profit: isSettled ? profitMicros / MICROS_PER_UNIT : 0,
    fees_total_usd: dollars(bet.fees),
  };
}

/** Of a leg without a fill the limit is all that is known of its price. */
function toLeg(leg: LegRow): BetView['legs'][number] {
  const average = (micros: number): number =>
    leg.filled === 0 ? leg.limit_price : nearest(micros, MICROS_PER_UNIT, leg.filled);
  return {
    platform: PLATFORMS[leg.venue],
    price: average(leg.cost) / PER_CENT,
    eff: average(leg.cost + leg.fees) / PER_CENT,
    team: leg.outcome_label,
    code: null,
    market_id: leg.market,
    url: null,
    cost_usd: (leg.cost + leg.fees) / MICROS_PER_UNIT,
    fee_usd: leg.fees / MICROS_PER_UNIT,
    payout_usd: leg.filled / MICROS_PER_UNIT,
    order_id: leg.order_id,
    order_status: leg.order_state,
  };
}

/** a × b ÷ divisor to the nearest whole number; 0 where there is nothing to divide by. */
function nearest(a: number, b: number, divisor: number): number {
  return divisor === 0 ? 0 : Math.floor((mulDivFloor(a, 2 * b, divisor) + 1) / 2);
}

function dollars(micros: bigint): number {
  return toNumber(micros) / MICROS_PER_UNIT;
}
