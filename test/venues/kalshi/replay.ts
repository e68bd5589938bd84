/** What the real venue answered on 2026-06-11, and a loopback server that answers it again. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from '@jest/globals';
import type { Answer, RawServer, SeenRequest } from './raw-server.ts';
import { NOT_FOUND, startServer } from './raw-server.ts';

const FOLDER = fileURLToPath(
  new URL('../../../../shared/data/kalshi-demo-recordings/', import.meta.url),
);

export const TICKER = 'KXWTACHALLENGERMATCH-26JUN11JIMLEP-LEP';
/** While the session was recorded. */
export const RECORDED_AT_MS = 1_781_159_390_000;

interface Meta {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly request_body: { readonly client_order_id?: string } | null;
}

/** Registers what needs the recordings; says in one line that they are not there. */
export function withRecordings(what: string, register: () => void): void {
  if (existsSync(FOLDER)) {
    // oxlint-disable-next-line jest/valid-title -- what the caller registers
    describe(what, () => {
      register();
    });
    return;
  }
  // oxlint-disable-next-line jest/expect-expect, jest/valid-title -- there is nothing to compare
  test(what, () => console.info(`not tested on the venue's recordings: ${FOLDER} is absent`));
}

/** The names of all recorded bodies, with their endings. */
export function recordedNames(): string[] {
  return readdirSync(FOLDER).filter((name) => /(?<!\.meta)\.jsonl?$/.test(name));
}

/** A body as it came, by its file's name. */
export function recorded(name: string): string {
  return readFileSync(join(FOLDER, name.includes('.') ? name : `${name}.json`), 'utf8');
}

/** What was asked for it. */
export function metaOf(name: string): Meta {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.meta.json`), 'utf8')) as Meta;
}

/** A recorded answer with its status. */
export function answerOf(name: string): Answer {
  return { status: metaOf(name).status, body: recorded(name) };
}

/** One order of the recorded list as the body of its own page: the same object, alone. */
export function listedOrder(orderId: string): Answer {
  const { orders } = JSON.parse(recorded('portfolio__orders_list')) as {
    orders: { order_id: string }[];
  };
  const order = orders.find(({ order_id: id }) => id === orderId);
  return order === undefined ? NOT_FOUND : { status: 200, body: JSON.stringify({ order }) };
}

/** Answers that no recording holds, written by the SDK's models: `GET /path` to body. */
export type Invented = Readonly<Record<string, unknown>>;

/** The venue's list of what has been archived: nothing of this year. */
const CUTOFF = {
  market_settled_ts: '2026-01-01T00:00:00Z',
  trades_created_ts: '2026-01-01T00:00:00Z',
  orders_updated_ts: '2026-01-01T00:00:00Z',
};

/** Fees of the traded market: the session recorded neither its event nor its series. */
const EVENT = 'KXWTACHALLENGERMATCH-26JUN11JIMLEP';
const INVENTED: Invented = {
  [`GET /events/${EVENT}`]: {
    event: { event_ticker: EVENT, series_ticker: 'KXWTACHALLENGERMATCH', title: '' },
  },
  'GET /series/KXWTACHALLENGERMATCH': {
    series: { ticker: 'KXWTACHALLENGERMATCH', fee_type: 'quadratic', fee_multiplier: 1 },
  },
  'GET /historical/cutoff': CUTOFF,
  'GET /historical/orders': { orders: [], cursor: '' },
  'GET /historical/fills': { fills: [], cursor: '' },
};

/**
 * Answers the named recordings by method, path and, for a send, its client order id; several of one
 * request one after the other, the last for good. Everything else is not found.
 */
export function startReplay(names: readonly string[], invented: Invented = {}): Promise<RawServer> {
  const left = new Map<string, Answer[]>();
  for (const name of names) {
    const { method, path, request_body: body } = metaOf(name);
    const key = keyOf(
      method,
      path.split('?')[0]!.replace('/trade-api/v2', ''),
      body?.client_order_id,
    );
    left.set(key, [...(left.get(key) ?? []), answerOf(name)]);
  }
  const known = { ...INVENTED, ...invented };
  return startServer((request) => {
    const answers = left.get(keyOf(request.method, request.path, clientIdOf(request)));
    if (answers !== undefined) return answers.length > 1 ? answers.shift()! : answers[0]!;
    const body = known[`${request.method} ${request.path}`];
    if (body === undefined) return NOT_FOUND;
    return { status: 200, body: typeof body === 'string' ? body : JSON.stringify(body) };
  });
}

function keyOf(method: string, path: string, clientOrderId?: string): string {
  return `${method} ${path} ${clientOrderId ?? ''}`;
}

function clientIdOf({ method, body }: SeenRequest): string | undefined {
  if (method !== 'POST' || body === '') return undefined;
  return (JSON.parse(body) as { client_order_id?: string }).client_order_id;
}
