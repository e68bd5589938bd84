/** Pause, halt, resume, rearm: reducing risk needs an operator, lifting a breach or arming an admin. */
import { z } from 'zod';
import { haltViewSchema } from '../../contracts/halt.ts';
import { askedSchema, stopViewSchema } from '../../contracts/http.ts';
import type { DeskAnswer } from '../change-ports.ts';
import type { HttpPorts } from '../ports.ts';
import { HttpProblem } from './problems.ts';
import type { Routes } from './routes.ts';

const asked = { name: 'Asked', schema: askedSchema };
const active = {
  name: 'Active',
  schema: z.object({ state: z.literal('active') }),
};

/** Adds the routes that stop the desk and let it go on. */
export function addDeskRoutes(routes: Routes, ports: HttpPorts): void {
  routes.add(
    {
      method: 'POST',
      path: '/api/v1/pause',
      access: 'operator',
      summary: 'Stops entries; answers when the stop holds, with the orders that may have left',
      body: asked,
      answer: { name: 'Stop', schema: stopViewSchema },
    },
    ({ body: { by, reason }, role }) => ports.pause({ actor: by ?? role, reason }),
  );
  routes.add(
    {
      method: 'POST',
      path: '/api/v1/halt',
      access: 'operator',
      summary: 'Stops every order, cancels what is open, and says what is left at each venue',
      body: asked,
      answer: { name: 'Halt', schema: haltViewSchema },
      problems: ['HALT_FAILED'],
    },
    async ({ body: { by, reason }, role }) => {
      const view = await ports.halt({ actor: by ?? role, reason });
      if (view.latched || view.epoch !== null) return view;
      throw new HttpProblem('HALT_FAILED', { message: view.problems.join('; ') });
    },
  );
  routes.add(
    {
      method: 'POST',
      path: '/api/v1/resume',
      access: 'operator',
      summary: "Undoes an operator's pause; with the admin's token a breach too",
      body: asked,
      answer: active,
      problems: ['RESUME_REFUSED', 'ENGINE_UNREACHABLE'],
    },
    async ({ body: { by, reason }, role }) => {
      const as = role === 'admin' ? 'admin' : 'operator';
      const answer = await ports.resume({ actor: by ?? as, role: as, reason });
      return activeOr('RESUME_REFUSED', answer);
    },
  );
  routes.add(
    {
      method: 'POST',
      path: '/api/v1/rearm',
      access: 'admin',
      summary: 'Lets a halted desk trade again once it has been looked at',
      body: asked,
      answer: active,
      problems: ['REARM_REFUSED', 'ENGINE_UNREACHABLE'],
    },
    async ({ body: { by, reason }, role }) =>
      activeOr('REARM_REFUSED', await ports.rearm({ actor: by ?? role, reason })),
  );
}

function activeOr(code: 'RESUME_REFUSED' | 'REARM_REFUSED', answer: DeskAnswer) {
  if (answer.kind === 'refused') throw new HttpProblem(code, { message: answer.detail });
  if (answer.kind === 'unreachable') throw new HttpProblem('ENGINE_UNREACHABLE');
  return { state: 'active' } as const;
}
