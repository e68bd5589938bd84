/** `/api/v1/alerts`: what needs a person, and that one has seen it. */
import {
  ackRequestSchema,
  ackViewSchema,
  alertIdField,
  alertsQuery,
  alertsViewSchema,
} from '../../contracts/alerts.ts';
import type { HttpPorts } from '../ports.ts';
import type { Routes } from './routes.ts';

/** Adds the routes of alerts. */
export function addAlertRoutes(routes: Routes, ports: HttpPorts): void {
  routes.add(
    {
      method: 'GET',
      path: '/api/v1/alerts',
      access: 'read',
      summary: 'Alerts that are not resolved, the newest first',
      query: alertsQuery,
      answer: { name: 'Alerts', schema: alertsViewSchema },
    },
    async ({ query }) => ({ alerts: await ports.listAlerts(query) }),
  );
  routes.add(
    {
      method: 'POST',
      path: '/api/v1/alerts/:id/ack',
      access: 'operator',
      summary: 'Says that a person has seen an alert; the first one is kept',
      params: { id: alertIdField },
      body: { name: 'AckRequest', schema: ackRequestSchema },
      answer: { name: 'Ack', schema: ackViewSchema },
      missing: 'no such alert',
    },
    ({ params, body: { by, reason }, role }) =>
      ports.ackAlert({ id: params.id, actor: by ?? role, reason }),
  );
}
