/** The predecessor's read endpoints, kept so that its pages and scripts go on working. */
import type { FastifyInstance } from 'fastify';
import type { HttpPorts } from '../ports.ts';

/** Adds `/api/trading/mode` and `/api/trading/state` to `app`. */
export function addPredecessorRoutes(app: FastifyInstance, ports: HttpPorts): void {
  app.get('/api/trading/mode', { config: { access: 'read' } }, () => ports.tradingMode());
  app.get('/api/trading/state', { config: { access: 'read' } }, () => ports.tradingState());
}
