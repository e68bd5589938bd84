/** Is the process alive, is the desk ready, how does it stand. Probes are open to all. */
import type { FastifyInstance } from 'fastify';
import type { Check } from '../../contracts/http.ts';
import type { HttpPorts } from '../ports.ts';

/** Adds `/healthz`, `/readyz` and `/api/v1/status` to `app`. */
export function addHealthRoutes(app: FastifyInstance, ports: HttpPorts): void {
  app.get('/healthz', { config: { access: 'probe' } }, async () => ({ status: 'ok' }));

  app.get('/readyz', { config: { access: 'probe' } }, async (request, reply) => {
    const checks = await readinessChecks(ports, request.id);
    const ready = checks.every((check) => check.ok);
    return reply.code(ready ? 200 : 503).send({ ready, checks });
  });

  app.get('/api/v1/status', { config: { access: 'read' } }, async () => ports.status());
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
