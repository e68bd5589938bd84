/** What the HTTP server reads from the engine: one function a list, each answering its view. */
import type { AlertsQuery, AlertView } from '../contracts/alerts.ts';
import type { AuditQuery, AuditView } from '../contracts/audit.ts';
import type { DaysQuery, DaysView, DayView } from '../contracts/days.ts';
import type { DryRunView } from '../contracts/dry-run.ts';
import type { Check, StatusView, TradeView } from '../contracts/http.ts';
import type { LimitsView } from '../contracts/limits.ts';
import type {
  CashQuery,
  CashView,
  PositionsQuery,
  PositionsView,
} from '../contracts/money-views.ts';
import type { OrdersQuery, OrderView } from '../contracts/orders.ts';
import type { TradingModeView, TradingStateView } from '../contracts/predecessor.ts';
import type { Proposal } from '../contracts/proposal.ts';
import type { PairView, StrategyView } from '../contracts/requests.ts';
import type { TradeDetails } from '../contracts/trade-details.ts';
import type { Book } from '../domain/venue-id.ts';

/** Where a query names no book, the desk's current one is meant. */
export interface ReadPorts {
  /** The newest trades first; with `before`, those received before the trade of that id. */
  listTrades(query: { limit: number; status?: string; before?: string }): Promise<TradeView[]>;
  findTrade(id: string): Promise<TradeDetails | undefined>;
  listOrders(query: OrdersQuery): Promise<OrderView[]>;
  positions(query: PositionsQuery): Promise<PositionsView>;
  cash(query: CashQuery): Promise<CashView>;
  limits(): Promise<LimitsView>;
  listDays(query: DaysQuery): Promise<DaysView>;
  /** Undefined where the book never opened that day. */
  findDay(asked: { date: string; book?: Book | undefined }): Promise<DayView | undefined>;
  listAlerts(query: AlertsQuery): Promise<AlertView[]>;
  audit(query: AuditQuery): Promise<AuditView>;
  listPairs(): Promise<PairView[]>;
  listStrategies(query: { book?: Book | undefined }): Promise<StrategyView[]>;
  /** Judges a proposal on fresh facts; nothing is decided, held or kept. */
  dryRun(proposal: Proposal): Promise<DryRunView>;
  status(): Promise<StatusView>;
  /** The current book in the predecessor's words. */
  tradingMode(): Promise<TradingModeView>;
  tradingState(): Promise<TradingStateView>;
  /** Everything that must be well before proposals are taken. */
  readiness(): Promise<Check[]>;
}
