import type { ReportLine, Run } from '../api/run.ts';
import type { LastFullSync } from '../api/shown-key.ts';
import type { Key } from '../model/key.ts';
import { SEARCH_BOUNDS, type SearchBounds } from './find-messages.ts';

/** Where full syncs and their reports are read. */
export interface RunReports {
  /** The newest first. */
  readonly list: () => Promise<readonly Run[]>;
  /** Lines of JSON (`ReportLine`). */
  readonly report: (id: Run['id']) => AsyncIterable<string>;
}

/**
 * What the last full sync that covered a key found of it. Its report has only the keys that were out of step.
 *
 * @throws BlobmirrorError of a storage code, when the state cannot be read
 */
export async function findLastFullSync(
  { list, report }: RunReports,
  key: Key,
  { mostMessages: mostLines, budgetMs }: SearchBounds = SEARCH_BOUNDS,
): Promise<LastFullSync> {
  const end = performance.now() + budgetMs;
  const run = (await list()).find((each) => covers(each, key));
  if (run === undefined) return { run: null, lines: [], isComplete: true };
  const { id, state, startedAt, updatedAt, endedAt = updatedAt, alerts } = run;
  const about = { id, state, startedAt, endedAt, alerts: alerts.map(({ code }) => code) };
  const lines: ReportLine[] = [];
  let read = 0;
  for await (const text of report(id)) {
    if (read++ >= mostLines || performance.now() >= end) return { run: about, lines, isComplete: false };
    const line = JSON.parse(text) as ReportLine;
    // A line with an empty path is about the whole container.
    if (line.container === key.container && (line.path === key.path || line.path === '')) lines.push(line);
  }
  return { run: about, lines, isComplete: true };
}

/** Whether a run ended and compared the key. One that was cancelled may not have come to it. */
function covers({ state, request: { container, prefix = '', dryRun } }: Run, key: Key): boolean {
  const isEnded = state === 'done';
  const isOfContainer = container === undefined || container === key.container;
  return isEnded && !dryRun && isOfContainer && key.path.startsWith(prefix);
}
