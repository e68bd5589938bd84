/** What the HTTP server asks the engine to change. Roles are checked before; the actor is a name. */
import type { AckView } from '../contracts/alerts.ts';
import type { HaltView } from '../contracts/halt.ts';
import type { StopView, SubmissionAnswer } from '../contracts/http.ts';
import type { Proposal } from '../contracts/proposal.ts';
import type {
  PairRequest,
  PairView,
  ResolveRequest,
  StrategyLimitRequest,
} from '../contracts/requests.ts';

/** Who asks for a change, and why. */
export interface AskedBy {
  readonly actor: string;
  readonly reason: string;
}

/** Not done, and why; nothing was changed. */
export interface Refused {
  readonly kind: 'refused';
  readonly detail: string;
  /** The field at fault, where it is the request that is wrong. */
  readonly field?: string;
}

/** A venue did not answer; nothing was changed. */
interface Unheard {
  readonly kind: 'unheard';
  readonly detail: string;
}

/** There is nothing under that id. */
interface Missing {
  readonly kind: 'missing';
}

/** What came of asking the desk to resume or to be armed. */
export type DeskAnswer = { readonly kind: 'resumed' | 'armed' | 'unreachable' } | Refused;

export interface ChangePorts {
  /**
   * Runs one validated proposal; `id` is absent where the engine shall make one. An id that came
   * as `Idempotency-Key` is in the proposal too, so that a repeat has the same body either way.
   */
  submit(input: { id?: string; proposal: Proposal }): Promise<SubmissionAnswer>;
  /** Stops entries; answers when the stop holds, 7 s at most. */
  pause(asked: AskedBy): Promise<StopView>;
  /** Stops everything but cancels, cancels what is open and verifies; 25 s at most. */
  halt(asked: AskedBy): Promise<HaltView>;
  /** Undoes an operator's pause; for an admin a breach too. */
  resume(asked: AskedBy & { role: 'operator' | 'admin' }): Promise<DeskAnswer>;
  /** Lets a desk that was halted or never armed send orders again. An admin asks. */
  rearm(asked: AskedBy): Promise<DeskAnswer>;
  /** Undefined where there is no such alert. */
  ackAlert(asked: {
    id: number;
    actor: string;
    reason?: string | undefined;
  }): Promise<AckView | undefined>;
  /** Registers two outcomes as together paying 1; both markets are read from their venues. */
  addPair(
    asked: Omit<PairRequest, 'by' | 'reason'> & AskedBy,
  ): Promise<
    | { readonly kind: 'added' | 'renewed' | 'unchanged'; readonly pair: PairView }
    | Refused
    | Unheard
  >;
  approvePair(
    asked: AskedBy & { id: string },
  ): Promise<{ readonly kind: 'approved'; readonly pair: PairView } | Missing>;
  enableStrategy(asked: AskedBy & { name: string }): Promise<void>;
  limitStrategy(
    asked: Omit<StrategyLimitRequest, 'by' | 'reason'> & AskedBy & { name: string },
  ): Promise<void>;
  /** Lets a proposal pass that waits for a person's word. */
  approveProposal(
    asked: AskedBy & { id: string },
  ): Promise<{ readonly kind: 'approved' } | Missing | Refused>;
  /** A person's no to such a proposal: it is denied at once. */
  declineProposal(
    asked: AskedBy & { id: string },
  ): Promise<{ readonly kind: 'declined' } | Missing | Refused>;
  /** Orders what becomes of a pair whose legs do not match. */
  resolveTrade(
    asked: Pick<ResolveRequest, 'action' | 'maxLoss'> & AskedBy & { id: string },
  ): Promise<{ readonly kind: 'taken'; readonly resolutionId: string } | Missing | Refused>;
}
