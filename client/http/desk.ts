/** `POST /api/v1/pause` and `/resume`: reducing risk needs an operator, lifting a breach an admin. */
import type { FastifyInstance } from 'fastify';
import { deskRequestSchema } from '../../contracts/http.ts';
import type { HttpPorts } from '../ports.ts';
import { HttpProblem, namedProblems } from './problems.ts';

/** Adds the routes that stop the desk and let it go on to `app`. */
export function addDeskRoutes(app: FastifyInstance, ports: HttpPorts): void {
  app.post('/api/v1/pause', { config: { access: 'operator' } }, async (request) => {
    const { by, reason } = readRequest(request.body);
    return ports.pause({ actor: by ?? request.role, reason });
  });

  app.post('/api/v1/resume', { config: { access: 'operator' } }, async (request) => {
    const { by, reason } = readRequest(request.body);
    const role = request.role === 'admin' ? 'admin' : 'operator';
    const outcome = await ports.resume({ actor: by ?? role, role, reason });
    if (outcome.kind === 'refused') {
      throw new HttpProblem('RESUME_REFUSED', { message: outcome.detail });
    }
    if (outcome.kind === 'unreachable') throw new HttpProblem('ENGINE_UNREACHABLE');
    return { state: 'active' };
  });
}

function readRequest(body: unknown): { by?: string | undefined; reason: string } {
  const parsed = deskRequestSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = namedProblems(parsed.error, 'body', Object.keys(deskRequestSchema.shape));
  throw new HttpProblem('INVALID_REQUEST', { problems });
}
