/** Is the process alive, is the desk ready, how does it stand. Probes are open to all. */
import { z } from 'zod';
import type { Check } from '../../contracts/http.ts';
import { readinessSchema, statusViewSchema } from '../../contracts/http.ts';
import type { HttpPorts } from '../ports.ts';
import type { Routes } from './routes.ts';

/** Adds `/healthz`, `/readyz` and `/api/v1/status`. */
export function addHealthRoutes(routes: Routes, ports: HttpPorts): void {
  const readiness = { name: 'Readiness', schema: readinessSchema };
  routes.add(
    {
      method: 'GET',
      path: '/healthz',
      access: 'probe',
      summary: 'Whether the process answers',
      answer: { name: 'Health', schema: z.object({ status: z.literal('ok') }) },
    },
    async () => ({ status: 'ok' }) as const,
  );
  routes.add(
    {
      method: 'GET',
      path: '/readyz',
      access: 'probe',
      summary: 'Whether proposals are taken, check by check',
      answer: readiness,
      others: { 503: readiness },
    },
    async ({ request, reply }) => {
      const checks = await readinessChecks(ports, request.id);
      const ready = checks.every((check) => check.ok);
      return reply.code(ready ? 200 : 503).send({ ready, checks });
    },
  );
  routes.add(
    {
      method: 'GET',
      path: '/api/v1/status',
      access: 'read',
      summary: 'The desk at a glance',
      answer: { name: 'Status', schema: statusViewSchema },
    },
    () => ports.status(),
  );
}

/** A check that fails to run is a failed check: a prober needs 503, not 500. */
async function readinessChecks(ports: HttpPorts, requestId: string): Promise<Check[]> {
  try {
    return await ports.readiness();
  } catch (error) {
    ports.report(error, `GET /readyz ${requestId}`);
    const detail = `could not be determined; the log has request ${requestId}`;
    return [{ name: 'readiness', ok: false, detail }];
  }
}
