/** The predecessor's read endpoints, kept so that its pages and scripts go on working. */
import { tradingModeSchema, tradingStateSchema } from '../../contracts/predecessor.ts';
import type { ReadPorts } from '../read-ports.ts';
import type { Routes } from './routes.ts';

/** Adds `/api/trading/mode` and `/api/trading/state`. */
export function addPredecessorRoutes(routes: Routes, ports: ReadPorts): void {
  const read = { method: 'GET', access: 'read' } as const;
  routes.add(
    {
      ...read,
      path: '/api/trading/mode',
      summary: "Whether trades are real, in the predecessor's words",
      answer: { name: 'TradingMode', schema: tradingModeSchema },
    },
    () => ports.tradingMode(),
  );
  routes.add(
    {
      ...read,
      path: '/api/trading/state',
      summary: "The current book in the predecessor's words; JSON numbers",
      answer: { name: 'TradingState', schema: tradingStateSchema },
    },
    () => ports.tradingState(),
  );
}
