import { endTestRun } from './test-run.ts';

// oxlint-disable-next-line import/no-default-export -- jest asks for it
export default endTestRun;
