/** Recorded workflow histories: what runs today must still be able to go on with them tomorrow. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

const FOLDER = fileURLToPath(new URL('../histories', import.meta.url));

/** Records a run under `name` when RECORD_HISTORIES is set; otherwise does nothing. */
export async function recordHistory(
  client: Client,
  workflowId: string,
  name: string,
): Promise<void> {
  if (process.env['RECORD_HISTORIES'] === undefined) return;
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  mkdirSync(FOLDER, { recursive: true });
  const compact = JSON.stringify(JSON.parse(historyToJSON(history)));
  writeFileSync(join(FOLDER, `${name}.json`), `${compact}\n`);
}

/** Every recorded history with the id of the workflow it is of. */
export function recordedHistories(): { workflowId: string; history: unknown }[] {
  return readdirSync(FOLDER)
    .toSorted()
    .map((file) => ({
      workflowId: file.replace(/\.json$/, ''),
      history: JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as unknown,
    }));
}
