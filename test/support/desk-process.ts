/** Another process of a desk, played in this one: its own configuration, the desk's servers. */
import { pino } from 'pino';
import { machineClock } from '../../bin/clock.ts';
import type { Engine, EngineOptions } from '../../bin/engine.ts';
import { openEngine, submitter } from '../../bin/engine.ts';
import { workersOf } from '../../bin/host.ts';
import { embeddedTemporal } from '../../bin/servers.ts';
import type { LiveTuning } from '../../worker/live/live-venue.ts';
import { readConfig } from '../../contracts/config.ts';
import type { SubmissionAnswer } from '../../contracts/http.ts';
import type { ProposalInput } from '../../contracts/proposal.ts';
import { proposalSchema } from '../../contracts/proposal.ts';
import type { TestDesk } from './desk.ts';

export interface DeskProcess {
  readonly engine: Engine;
  readonly submit: (proposal: ProposalInput) => Promise<SubmissionAnswer>;
  readonly stop: () => Promise<void>;
}

/**
 * Starts workers on the desk's database and Temporal server, as a start of it would.
 * @param changes to the desk's environment; undefined: not set
 */
export async function startDeskProcess(
  desk: TestDesk,
  changes: Readonly<Record<string, string | undefined>>,
  liveTuning: LiveTuning,
  { interfere }: Pick<EngineOptions, 'interfere'> = {},
): Promise<DeskProcess> {
  const log = pino({ level: 'silent' });
  const engine = await openEngine({
    config: readConfig({ ...desk.environment, ...changes }),
    databaseUrl: desk.databaseUrl,
    temporal: { ...embeddedTemporal(desk.temporalAddress), embedded: true },
    clock: machineClock(0),
    log,
    liveTuning,
    ...(interfere && { interfere }),
  });
  const workers = await workersOf(engine, { progress: () => {}, log });
  await engine.runs.ensureStanding();
  const submit = submitter(engine, { eager: true, report: () => {} });
  return {
    engine,
    submit: (input) =>
      submit({
        ...(input.id === undefined ? {} : { id: input.id }),
        proposal: proposalSchema.parse(input),
      }),
    stop: async () => {
      await workers.stop();
      await engine.close();
    },
  };
}
