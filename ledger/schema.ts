/** The tables as Kysely sees them. bigint columns are bigint here and nowhere else. */
import type { ColumnType, Generated } from 'kysely';
import type { AlertLevel } from '../domain/alerts.ts';
import type { CounterKind } from '../domain/counters.ts';
import type { DeskId, DeskState, LiveBook, OrderKind, PauseCause, Phase } from '../domain/desk.ts';
import type { OrderStateName } from '../domain/order-machine.ts';
import type { TradeStatus } from '../domain/trade.ts';
import type { Book, OutcomeIndex, TimeInForce, VenueId } from '../domain/venue-id.ts';
import type { DefaultInt8, Int8, Json, NullableInt8, NullableJson, SerialInt8 } from './columns.ts';

interface DeskTable {
  id: DeskId;
  phase: Phase;
  state: DeskState;
  /** Who stopped it last and may let it go on; means nothing while it is active. */
  cause: Generated<PauseCause>;
  reason: string;
  changed_by: string;
  changed_at_ms: Int8;
  epoch: DefaultInt8;
  limits: Json;
  /** Tighter caps of the go-live step; null where it has none. */
  caps: NullableJson;
  armed_until_ms: NullableInt8;
  reconciled_at_ms: NullableInt8;
  live_book: Generated<LiveBook | null>;
}
interface VenueBindingTable {
  book: LiveBook;
  venue: VenueId;
  host: string;
  account: string;
  key_id: string;
  fuse_id: string | null;
  bound_at_ms: Int8;
  bound_by: string;
}
interface DayTable {
  book: Book;
  date: string;
  opened_at_ms: Int8;
  closed_at_ms: NullableInt8;
}
interface StrategyTable {
  book: Book;
  name: string;
  enabled: boolean;
  enabled_at_ms: Int8;
  reason: string;
  /** The strategy's own caps; null where it has none. */
  caps: NullableJson;
}
interface AccountTable {
  id: string;
  book: Book;
  venue: VenueId;
  kind: 'asset' | 'equity' | 'income' | 'expense';
  guarded: boolean;
  debits: DefaultInt8;
  credits: DefaultInt8;
  held: DefaultInt8;
  overrun: DefaultInt8;
}
interface TransferTable {
  id: string;
  debit_id: string;
  credit_id: string;
  amount: Int8;
  code: string;
  trade_id: string | null;
  day: string;
  recorded_at_ms: Int8;
  venue_at_ms: NullableInt8;
}
interface CounterTable {
  id: string;
  book: Book;
  kind: CounterKind;
  used: DefaultInt8;
  held: DefaultInt8;
  cap: Int8;
  overrun: DefaultInt8;
}
interface HoldTable {
  trade_id: string;
  leg: number;
  target: string;
  target_kind: 'account' | 'counter';
  amount: Int8;
  captured: DefaultInt8;
  released: DefaultInt8;
}
interface ProposalTable {
  id: string;
  book: Book;
  desk: DeskId;
  body: Json;
  body_hash: string;
  status: 'received' | 'awaiting_approval' | 'decided';
  received_at_ms: Int8;
  expires_at_ms: Int8;
}
interface ApprovalTable {
  trade_id: string;
  verdicts: Json;
  asked_at_ms: Int8;
  until_ms: Int8;
  approved_by: string | null;
  approved_at_ms: NullableInt8;
  reason: string | null;
}
interface PairTable {
  id: string;
  kalshi_market: string;
  polymarket_market: string;
  /** The outcome that pays where Kalshi's yes does not. */
  polymarket_outcome: OutcomeIndex;
  kalshi_title: string;
  polymarket_title: string;
  polymarket_label: string;
  rules_hash: string;
  /** Whether the venue gave a rule text. */
  kalshi_rules: boolean;
  polymarket_rules: boolean;
  added_by: string;
  added_at_ms: Int8;
  reason: string;
  approved_by: string | null;
  approved_at_ms: NullableInt8;
}
interface DecisionTable {
  trade_id: string;
  accepted: boolean;
  verdicts: Json;
  plan: ColumnType<unknown, string | null, never>;
  day: string;
  decided_at_ms: Int8;
}
interface TradeTable {
  id: string;
  book: Book;
  desk: DeskId;
  strategy: string;
  event: string;
  status: TradeStatus;
  day: string;
  worst_case: Int8;
  settles_at_ms: NullableInt8;
  reserved_at_ms: Int8;
  ended_at_ms: NullableInt8;
  ended_day: string | null;
  payout: NullableInt8;
  pnl: NullableInt8;
  /** Since when the legs do not match; null while they do. */
  unhedged_since_ms: NullableInt8;
  /** Loss already counted on the days parts of the position were sold. */
  loss_counted: DefaultInt8;
  /** The predecessor's record, of a trade that came with its file. */
  imported: NullableJson;
  failures: ColumnType<unknown, string | undefined, string>;
}
interface LegTable {
  trade_id: string;
  leg: number;
  venue: VenueId;
  market: string;
  outcome: OutcomeIndex;
  outcome_label: string;
  title: string;
  limit_price: Int8;
  quantity: Int8;
  min_quantity: Int8;
  time_in_force: TimeInForce;
  worst_case: Int8;
  filled: DefaultInt8;
  cost: DefaultInt8;
  fees: DefaultInt8;
  /** Contracts sold again. */
  sold: DefaultInt8;
  /** What sales brought less what they cost, fees of both included. */
  realised: DefaultInt8;
  /** The part of `fees` that is in `realised`. */
  realised_fees: DefaultInt8;
  payout: NullableInt8;
}
interface ResolutionTable {
  id: string;
  trade_id: string;
  action: 'complete' | 'unwind' | 'hold';
  max_loss: NullableInt8;
  actor: string;
  reason: string;
  asked_at_ms: Int8;
  until_ms: Int8;
  ended_at_ms: NullableInt8;
  outcome: string | null;
}
interface VenueOrderTable {
  id: string;
  trade_id: string;
  leg: number;
  attempt: number;
  kind: OrderKind;
  book: Book;
  venue: VenueId;
  state: OrderStateName;
  request: Json;
  wire: string;
  venue_order_id: string | null;
  final_quantity: NullableInt8;
  booked_quantity: DefaultInt8;
  /** The average price of what was filled, by the venue's answer; sizes the other leg. */
  average_price: NullableInt8;
  detail: Generated<string>;
  created_at_ms: Int8;
}
interface PermitTable {
  id: SerialInt8;
  order_id: string;
  desk: DeskId;
  kind: OrderKind;
  epoch: Int8;
  granted_at: Generated<Date>;
  granted_at_ms: Int8;
  deadline: Date;
  closed_at: Date | null;
  outcome: string | null;
  /** The person's order it was granted for, past what the desk's state allows. */
  resolution_id: string | null;
}
interface FactTable {
  book: Book;
  venue: VenueId;
  kind: 'market' | 'quote' | 'status' | 'balance';
  key: string;
  body: Json;
  as_of_ms: Int8;
}
interface FillTable {
  book: Book;
  venue: VenueId;
  fill_id: string;
  order_id: string | null;
  body: Json;
  /** What it did to its leg; null for one of no order of ours, and for one in suspense. */
  effect: NullableJson;
  /** The trading day it was booked on. */
  day: string;
  recorded_at_ms: Int8;
}
interface SettlementTable {
  book: Book;
  venue: VenueId;
  settlement_id: string;
  market: string;
  payout_yes: Int8;
  payout_no: Int8;
  settled_at_ms: Int8;
  recorded_at_ms: Int8;
  /** In the order in which they were stored: the last one of a market counts. */
  seq: SerialInt8;
}
interface RedemptionTable {
  book: Book;
  venue: VenueId;
  redemption_id: string;
  market: string;
  amount: Int8;
  /** What of the amount was posted. */
  booked: Int8;
  redeemed_at_ms: Int8;
  recorded_at_ms: Int8;
}
type UnpaidRedemptionTable = Omit<RedemptionTable, 'booked' | 'recorded_at_ms'> & {
  seen_at_ms: Int8;
};
interface WatchTable {
  book: Book;
  venue: VenueId;
  cursor_ms: Int8;
  read_at_ms: Int8;
}
interface DiscrepancyTable {
  id: string;
  book: Book;
  venue: VenueId;
  detail: string;
  recorded_at_ms: Int8;
  /** The trading day it counts on. */
  day: string;
}
interface OutboxTable {
  id: SerialInt8;
  book: Book;
  venue: VenueId;
  workflow_id: string;
  signal: string;
  payload: Json;
  created_at_ms: Int8;
  sent_at_ms: NullableInt8;
}
interface AlertTable {
  id: SerialInt8;
  key: string;
  level: AlertLevel;
  code: string;
  book: Book;
  trade_id: string | null;
  detail: string;
  times: Generated<number>;
  raised_at_ms: Int8;
  last_at_ms: Int8;
  acked_by: string | null;
  acked_at_ms: NullableInt8;
  resolved_at_ms: NullableInt8;
}
interface LedgerIdentityTable {
  one: Generated<boolean>;
  id: string;
}
interface AuditTable {
  seq: Int8;
  at_ms: Int8;
  desk: DeskId | null;
  actor: string;
  verified: boolean;
  action: string;
  reason: string;
  /** Canonical JSON, as text: its very bytes are in the hash. */
  detail: string;
  prev_hash: string;
  hash: string;
}
interface AuditHeadTable {
  one: Generated<boolean>;
  seq: Int8;
  hash: string;
}
interface IntentTable {
  id: string;
  desk: DeskId;
  action: string;
  actor: string;
  role: string;
  reason: string;
  created_at: Generated<Date>;
  expires_at: Date;
  consumed_at: Date | null;
}
interface ResumeRequestTable {
  id: string;
  outcome: Json;
  at_ms: Int8;
}
interface DailyReportTable {
  book: Book;
  date: string;
  revision: number;
  body: Json;
  issued_at_ms: Int8;
}

export interface Database {
  ledger_identity: LedgerIdentityTable;
  audit: AuditTable;
  audit_head: AuditHeadTable;
  intent: IntentTable;
  resume_request: ResumeRequestTable;
  daily_report: DailyReportTable;
  desk: DeskTable;
  venue_binding: VenueBindingTable;
  day: DayTable;
  strategy: StrategyTable;
  account: AccountTable;
  transfer: TransferTable;
  counter: CounterTable;
  hold: HoldTable;
  proposal: ProposalTable;
  decision: DecisionTable;
  trade: TradeTable;
  leg: LegTable;
  venue_order: VenueOrderTable;
  permit: PermitTable;
  fact: FactTable;
  fill: FillTable;
  settlement: SettlementTable;
  redemption: RedemptionTable;
  redemption_unpaid: UnpaidRedemptionTable;
  watch: WatchTable;
  discrepancy: DiscrepancyTable;
  outbox: OutboxTable;
  pair: PairTable;
  approval: ApprovalTable;
  resolution: ResolutionTable;
  alert: AlertTable;
}
