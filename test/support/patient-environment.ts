/** Jest's environment for Node, with the limits of tests and hooks stretched for slow machines. */
import { TestEnvironment } from 'jest-environment-node';
import { patient } from './patience.ts';

/** The part of Jest's events that is needed here: a limit is in it where a test has its own. */
interface TestEvent {
  readonly name: string;
  readonly test?: { timeout?: number | undefined };
  readonly hook?: { timeout?: number | undefined };
}

// oxlint-disable-next-line import/no-default-export -- jest asks for it
export default class PatientEnvironment extends TestEnvironment {
  readonly handleTestEvent = (
    { name, test, hook }: TestEvent,
    /** What holds for those without a limit of their own. */
    general: { testTimeout: number },
  ): void => {
    if (name === 'run_start') general.testTimeout = patient(general.testTimeout);
    const starts = name === 'test_start' ? test : name === 'hook_start' ? hook : undefined;
    if (starts?.timeout !== undefined) starts.timeout = patient(starts.timeout);
  };
}
