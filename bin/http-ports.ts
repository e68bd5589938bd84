/** Everything the API needs of an engine; the address, the tokens and the submitter are the host's. */
import type { HttpPorts } from '../client/ports.ts';
import type { Config } from '../contracts/config.ts';
import type { Engine } from './engine.ts';
import { stopControl } from './halt-control.ts';
import { httpChanges } from './http-changes.ts';
import { httpReads } from './http-reads.ts';
import { dataDirOf, version } from './settings.ts';

/** `report` hears of unexpected failures. */
export function httpPorts(
  engine: Engine,
  config: Config,
  report: HttpPorts['report'],
): Omit<HttpPorts, 'tokens' | 'hosts' | 'submit' | 'status'> {
  return {
    version: version(),
    ...httpReads(engine, config, report),
    ...httpChanges(engine, report),
    ...stopControl(engine, dataDirOf(config.environment), report),
    report,
  };
}
