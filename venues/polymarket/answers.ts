/** What the answer to a send means, class by class. @source reference/polymarket.md §2.5 */
import { polymarketCodeOf, readPolymarketError } from '../../contracts/polymarket/errors.ts';
import type { PolymarketPostedOrder } from '../../contracts/polymarket/orders.ts';
import { postedOrderSchema } from '../../contracts/polymarket/orders.ts';
import { microContracts } from '../../domain/money.ts';
import type { Answered } from '../http/json-client.ts';
import { isRefusal, raw, RETRY_AFTER_MS } from '../http/json-client.ts';
import type { OrderRequest, OrderState, PlaceOutcome } from '../venue.ts';
import type { PolymarketAccount } from './account.ts';
import { remember } from './account.ts';
import { unheard } from './client.ts';
import { matchedIn } from './matched-amounts.ts';
import { lookUp } from './order-reads.ts';
import { balanceHolds, shortOfBalance } from './short-balance.ts';
import { modeOfAnswer } from './trading-mode.ts';

/** The order an answer is about. */
export interface SentOrder {
  readonly request: OrderRequest;
  readonly hash: string;
  readonly orderType: string;
}

const NONE = microContracts(0);
/** What proves that nothing was placed by this send. */
type NotPlaced = Extract<PlaceOutcome, { kind: 'rejected' | 'deferred' }>;

const LIMITER_HEADER = 'poly-ratelimit-';

/**
 * Reads one answer.
 * @throws VenueUnreachable where it is no whole answer about this order: its outcome is unknown
 */
export async function understandAnswer(
  account: PolymarketAccount,
  sent: SentOrder,
  answer: Answered,
  signal?: AbortSignal,
): Promise<PlaceOutcome> {
  const { status, text } = answer;
  learnMode(account, answer);
  if (status >= 200 && status < 300) return posted(account, sent, answer, signal);
  const told = readPolymarketError(text);
  const words = `${status}: ${told?.detail ?? raw(text)}`;
  if (told?.code === 'duplicated') return landed(account, sent, words, signal);
  const notPlaced = notPlacedBy(answer, told?.code, words);
  if (notPlaced !== undefined) return settled(account, sent, notPlaced, signal);
  return { kind: 'unknown', detail: words };
}

/** What restricts trading is told to everybody who asks for the venue's status. */
function learnMode({ modes, options }: PolymarketAccount, answer: Answered): void {
  const mode = modeOfAnswer(answer);
  if (mode === undefined) return;
  const waitMs = waitOf(answer);
  const nowMs = (options.wallMs ?? Date.now)();
  modes.learn(mode, waitMs === undefined ? undefined : nowMs + waitMs);
}

function waitOf({ retryAfterMs, text }: Answered): number | undefined {
  return retryAfterMs ?? readPolymarketError(text)?.retryAfterMs;
}

/** An answer that proves that this send placed nothing; undefined where it does not. */
function notPlacedBy(
  answer: Answered,
  code: string | undefined,
  words: string,
): NotPlaced | undefined {
  const { status, headers } = answer;
  const waitMs = waitOf(answer);
  if (status === 429) {
    const isLimiter = Object.keys(headers).some((name) => name.startsWith(LIMITER_HEADER));
    // Without its headers it is somebody's before the limiter, who may have passed the order on.
    if (!isLimiter) return undefined;
    return { kind: 'deferred', detail: words, retryAfterMs: waitMs ?? RETRY_AFTER_MS };
  }
  if (status === 503 && modeOfAnswer(answer) !== undefined) {
    return waitMs === undefined
      ? { kind: 'rejected', code: code ?? 'restricted', detail: words }
      : { kind: 'deferred', detail: words, retryAfterMs: waitMs };
  }
  // "context canceled" is a 400 whatever was canceled: a request of theirs under way as well.
  if (code === undefined || code === 'context_canceled' || !isRefusal(status)) return undefined;
  return { kind: 'rejected', code, detail: words };
}

/**
 * A refusal is final for a first attempt. After one whose outcome is unknown it says nothing about
 * that one: its money may be what is missing now.
 */
async function settled(
  account: PolymarketAccount,
  sent: SentOrder,
  outcome: NotPlaced,
  signal?: AbortSignal,
): Promise<PlaceOutcome> {
  if (account.doubtful.get(sent.hash) !== true) {
    const isShort = outcome.kind === 'rejected' && outcome.code === 'not_enough_balance';
    return isShort ? shortOfBalance(account, sent.request, outcome.detail, signal) : outcome;
  }
  return landed(account, sent, `${outcome.detail}, after a send without an answer`, signal);
}

/** The venue has or may have the order: only looking tells what it came to. */
async function landed(
  account: PolymarketAccount,
  { request, hash }: SentOrder,
  words: string,
  signal?: AbortSignal,
): Promise<PlaceOutcome> {
  const { clientOrderId, marketId, decidedAtMs: sentAtMs } = request;
  const ref = { clientOrderId, marketId, venueOrderId: hash, sentAtMs };
  const found = await lookUp(account, ref, signal);
  if (found.kind === 'found') return { kind: 'accepted', order: found.order };
  const why = found.kind === 'absent' ? 'no list has it yet' : found.detail;
  return { kind: 'unknown', detail: `${words}, and ${why}` };
}

const KILLED = new Set(['fok_killed', 'fak_killed']);
const DELAYED = /match delayed/i;

/** A 2xx. `success` alone says nothing: it is true for orders that were refused, too. */
async function posted(
  account: PolymarketAccount,
  sent: SentOrder,
  answer: Answered,
  signal?: AbortSignal,
): Promise<PlaceOutcome> {
  const body = account.clob.bodyOf(postedOrderSchema, answer, 'the send');
  const [id, words] = [body.orderID ?? '', body.errorMsg ?? ''];
  const code = polymarketCodeOf(words);
  if (words !== '' && code === 'duplicated') return landed(account, sent, words, signal);
  if (id === '' && words !== '') {
    if (code === 'post_only_mode') account.modes.learn('POST_ONLY');
    return settled(account, sent, { kind: 'rejected', code, detail: words }, signal);
  }
  if (id.toLowerCase() !== sent.hash) {
    throw unheard(
      `the answer names ${id === '' ? 'no order' : 'another order'}; ${raw(answer.text)}`,
    );
  }
  remember(account, sent.hash, { shownMs: performance.now() });
  balanceHolds(account);
  if (KILLED.has(code)) return { kind: 'rejected', code, detail: words };
  if (words !== '' && !DELAYED.test(words)) throw unheard(`${words}; ${raw(answer.text)}`);
  return acceptedAs(account, sent, { body, answer }, signal);
}

async function acceptedAs(
  account: PolymarketAccount,
  sent: SentOrder,
  { body, answer }: { readonly body: PolymarketPostedOrder; readonly answer: Answered },
  signal?: AbortSignal,
): Promise<PlaceOutcome> {
  const status = (body.status ?? '').toLowerCase();
  const resting: OrderState = { venueOrderId: sent.hash, status: 'resting', filled: NONE };
  if (['live', 'delayed', 'unmatched'].includes(status) || DELAYED.test(body.errorMsg ?? '')) {
    return { kind: 'accepted', order: resting };
  }
  if (status !== 'matched' || !body.success) {
    throw unheard(`the order's status is ${JSON.stringify(status)}; ${raw(answer.text)}`);
  }
  // Nobody takes in a restricted mode.
  account.modes.learn('NORMAL');
  const { action, marketId } = sent.request;
  if (action === 'buy') account.unsettled.set(marketId, true);
  const matched = matchedIn(body, sent.request);
  if (matched === undefined) {
    // Matched, and how much cannot be read from the answer: the trades tell.
    const found = await landed(account, sent, 'matched', signal);
    return found.kind === 'accepted' ? found : { kind: 'accepted', order: resting };
  }
  remember(account, sent.hash, { matchedMin: matched.filled });
  const isOver = sent.orderType !== 'GTD' || matched.filled >= sent.request.quantity;
  return {
    kind: 'accepted',
    order: { venueOrderId: sent.hash, status: isOver ? 'final' : 'resting', ...matched },
  };
}
