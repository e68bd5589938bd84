/** A day's report as files: the JSON as stored, and Markdown made from it. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DailyReport } from '../contracts/daily-report.ts';
import { dailyReportText } from '../contracts/daily-report-text.ts';

/**
 * Writes `<book>-<date>.json` and `.md` into `directory` where they are not there, or say
 * something else than this revision.
 * @returns whether anything was written
 */
export async function fileReport(directory: string, report: DailyReport): Promise<boolean> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, `${report.book}-${report.date}`);
  const text = await put(`${path}.md`, dailyReportText(report));
  const json = await put(`${path}.json`, `${JSON.stringify(report, null, 2)}\n`);
  return text || json;
}

/** Written aside and renamed: a reader never sees half a report. */
async function put(path: string, content: string): Promise<boolean> {
  const there = await readFile(path, 'utf8').catch(() => undefined);
  if (there === content) return false;
  const partial = `${path}.${process.pid}`;
  await writeFile(partial, content);
  await rename(partial, path);
  return true;
}
