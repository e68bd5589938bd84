/** The admin port: scripts the exchange and its faults, and tells what happened. */
import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import { z } from 'zod';
import { messageOf } from '../../domain/thrown.ts';
import type { OffsetClock } from '../clock.ts';
import type { VenueSimulator } from '../venue-simulator.ts';
import { parsed } from './bodies.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import type { SocketHub } from './sockets.ts';

/** Verbs by name: a body in, an answer out; they throw an Error with a clear text. */
export type AdminVerbs = ReadonlyMap<string, (body: unknown) => unknown>;

/** What the frame's own verbs work on. */
export interface AdminParts {
  readonly venue: VenueSimulator;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly clock: OffsetClock;
  readonly sockets: SocketHub;
}

/** A hundred years: beyond that a time no longer fits a date of four digits. */
const OFFSET_MS_MAX = 100 * 365 * 86_400_000;
const offsetSchema = z.strictObject({
  offsetMs: z.int().min(-OFFSET_MS_MAX).max(OFFSET_MS_MAX),
});
const muteSchema = z.strictObject({ muted: z.boolean() });
const afterSchema = z.object({ after: z.coerce.number().int().min(0).default(0) });

/**
 * What `POST /admin/<verb>` may call: the venue's verbs and the frame's.
 * @throws Error where a venue names a verb as the frame does
 */
export function adminVerbs({ venue, faults, clock, sockets }: AdminParts): AdminVerbs {
  const verbs = new Map<string, (body: unknown) => unknown>([
    ['faults', (body) => faults.change(body)],
    [
      'clock',
      (body) => {
        clock.setOffset(parsed(offsetSchema, body).offsetMs);
        return { nowMs: clock.nowMs(), offsetMs: clock.offsetMs };
      },
    ],
    ['dropSockets', () => ({ dropped: sockets.drop() })],
    [
      'muteSockets',
      (body) => {
        const { muted } = parsed(muteSchema, body);
        sockets.mute(muted);
        return { muted };
      },
    ],
  ]);
  for (const [name, run] of Object.entries(venue.admin)) {
    if (verbs.has(name)) throw new Error(`${venue.id}: the frame has a verb ${name} of its own`);
    verbs.set(name, run);
  }
  return verbs;
}

/**
 * Runs one verb.
 * @throws Error with the verb's own text, or with the verbs there are
 */
export async function runVerb(verbs: AdminVerbs, name: string, body: unknown): Promise<unknown> {
  const verb = verbs.get(name);
  if (verb === undefined) {
    throw new Error(`no verb ${name}; there are: ${[...verbs.keys()].toSorted().join(', ')}`);
  }
  return verb(body);
}

/** The admin port's routes; whatever is wrong is a 400 with `{error: text}`. */
export function adminApp(parts: AdminParts, verbs: AdminVerbs): FastifyInstance {
  const { venue, faults, journal, clock, sockets } = parts;
  const app = fastify({ logger: false });
  // Plain text is what a page in a browser may send anywhere without asking.
  app.removeContentTypeParser('text/plain');
  app.get('/admin/health', () => ({
    venue: venue.id,
    nowMs: clock.nowMs(),
    offsetMs: clock.offsetMs,
    requests: journal.seq,
    sockets: sockets.size,
  }));
  app.get('/admin/records', () => venue.records() ?? null);
  app.get('/admin/faults', () => faults.view());
  app.get('/admin/journal', (request) => ({
    entries: journal.entries(parsed(afterSchema, request.query).after),
  }));
  app.post<{ Params: { verb: string } }>('/admin/:verb', async (request) => ({
    result: (await runVerb(verbs, request.params.verb, request.body ?? {})) ?? null,
  }));
  app.setNotFoundHandler((request, reply) =>
    reply.status(404).send({ error: `nothing at ${request.method} ${request.url}` }),
  );
  app.setErrorHandler((error, _request, reply) =>
    reply.status(400).send({ error: messageOf(error) }),
  );
  return app;
}
