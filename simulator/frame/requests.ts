/** What the venues' doors read a request with. */
import type { SimulatedRequest } from '../venue-simulator.ts';

/** A field of a JSON body; undefined where the body is no object. */
export function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null
    ? (body as Record<string, unknown>)[name]
    : undefined;
}

/** A repeated name's values are joined by commas. */
export function queryOf(query: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query as Record<string, string | string[]>).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : value,
    ]),
  );
}

/** A route by its name. */
interface NamedRoute {
  readonly name: string;
  readonly method: string;
  /** With `:names` for parameters. */
  readonly path: string;
}

/** Where a request goes: the route's name, and the first parameter of its path. */
export interface FoundRoute {
  readonly name: string;
  readonly parameter?: string;
}

/**
 * Finds the route of a request by method and path; `unknown` where there is none.
 * @param prefix before every route's path
 */
export function routeFinder(
  routes: readonly NamedRoute[],
  prefix = '',
): (request: Pick<SimulatedRequest, 'method' | 'url'>) => FoundRoute {
  const patterns = routes
    .map(({ name, method, path }) => ({
      name,
      method,
      // Names before parameters, so that `/series/fee_changes` is no series.
      parameters: path.split(':').length,
      pattern: new RegExp(`^${prefix}${path.replaceAll(/:\w+/g, '([^/]+)')}$`),
    }))
    .toSorted((a, b) => a.parameters - b.parameters);
  return ({ method, url }) => {
    const path = url.split('?')[0]!;
    for (const one of patterns) {
      const match = one.method === method ? one.pattern.exec(path) : null;
      if (match === null) continue;
      const parameter = match[1];
      return { name: one.name, ...(parameter === undefined ? {} : { parameter }) };
    }
    return { name: 'unknown' };
  };
}
