import type { ActivityDeps } from './deps.ts';
import { dailyActivities } from './daily.ts';
import { deskActivities } from './desk.ts';
import { haltingActivities } from './halting.ts';
import { mendingActivities } from './mending.ts';
import { orderActivities } from './orders.ts';
import { riskActivities } from './risk.ts';
import { settlementActivities } from './settlement.ts';
import { sweepActivities } from './sweep.ts';
import { watchActivities } from './watch.ts';

/** Every activity of Ballast over one process's ledger, venues and clock. */
export function createActivities(deps: ActivityDeps) {
  return {
    ...riskActivities(deps),
    ...orderActivities(deps),
    ...mendingActivities(deps),
    ...settlementActivities(deps),
    ...watchActivities(deps),
    ...deskActivities(deps),
    ...haltingActivities(deps),
    ...sweepActivities(deps),
    ...dailyActivities(deps),
  };
}

/** What workflows know of activities: their types, nothing else. */
export type Activities = ReturnType<typeof createActivities>;
