/** The lists of `/api/v1` that only read: orders, positions, cash, limits, days, audit. */
import { z } from 'zod';
import { auditQuery, auditViewSchema } from '../../contracts/audit.ts';
import { dayQuery, daysQuery, daysViewSchema, dayViewSchema } from '../../contracts/days.ts';
import { limitsViewSchema } from '../../contracts/limits.ts';
import {
  cashQuery,
  cashViewSchema,
  positionsQuery,
  positionsViewSchema,
} from '../../contracts/money-views.ts';
import { ordersQuery, ordersViewSchema } from '../../contracts/orders.ts';
import type { ReadPorts } from '../read-ports.ts';
import type { Routes } from './routes.ts';

/** Adds them to `routes`. */
export function addReadRoutes(routes: Routes, ports: ReadPorts): void {
  const read = { method: 'GET', access: 'read' } as const;
  routes.add(
    {
      ...read,
      path: '/api/v1/orders',
      summary: 'Orders of one book, the newest first',
      query: ordersQuery,
      answer: { name: 'Orders', schema: ordersViewSchema },
    },
    async ({ query }) => ({ orders: await ports.listOrders(query) }),
  );
  routes.add(
    {
      ...read,
      path: '/api/v1/positions',
      summary: 'What is held, by venue, market and outcome, at cost and at the last fresh bid',
      query: positionsQuery,
      answer: { name: 'Positions', schema: positionsViewSchema },
    },
    ({ query }) => ports.positions(query),
  );
  routes.add(
    {
      ...read,
      path: '/api/v1/cash',
      summary: 'Cash by venue with what is held and open, and the newest transfers',
      query: cashQuery,
      answer: { name: 'Cash', schema: cashViewSchema },
    },
    ({ query }) => ports.cash(query),
  );
  routes.add(
    {
      ...read,
      path: '/api/v1/limits',
      summary: 'Every limit, what is left of it, and the largest trade they allow',
      answer: { name: 'Limits', schema: limitsViewSchema },
    },
    () => ports.limits(),
  );
  addDayRoutes(routes, ports);
  routes.add(
    {
      ...read,
      path: '/api/v1/audit',
      summary: 'The audit log, the newest entry first, with whether what is shown links',
      query: auditQuery,
      answer: { name: 'Audit', schema: auditViewSchema },
    },
    ({ query }) => ports.audit(query),
  );
}

function addDayRoutes(routes: Routes, ports: ReadPorts): void {
  const read = { method: 'GET', access: 'read' } as const;
  routes.add(
    {
      ...read,
      path: '/api/v1/days',
      summary: 'Trading days of one book, the newest first',
      query: daysQuery,
      answer: { name: 'Days', schema: daysViewSchema },
    },
    ({ query }) => ports.listDays(query),
  );
  routes.add(
    {
      ...read,
      path: '/api/v1/days/:date',
      summary: 'One trading day: its numbers while it is open, then its report',
      params: { date: z.iso.date() },
      query: dayQuery,
      answer: { name: 'Day', schema: dayViewSchema },
      missing: 'the book has no such day',
    },
    ({ params, query }) => ports.findDay({ ...params, ...query }),
  );
}
