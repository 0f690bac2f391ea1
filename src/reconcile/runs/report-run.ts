import type { RunId } from '../../model/reconcile/run.js';
import type { Desk } from './desk.js';
import { readOutcomes } from './extras.js';
import { skippedLines } from './skipped-extras.js';
import { toFailedLine } from './plan-run.js';

/** Every key of a run that was out of step, as lines of JSON (`ReportLine`); none when there is no such run. */
export async function* reportRun({ parts, runs }: Desk, id: RunId): AsyncGenerator<string, void, void> {
  const run = await runs.read(id);
  if (run === undefined) return;
  const { documents } = parts;
  for (const [container, { failed }] of Object.entries(run.containers))
    if (failed !== undefined) yield JSON.stringify(toFailedLine(container, failed));

  for await (const { report } of readOutcomes(documents, id, Object.entries(run.shards)))
    if (report !== undefined) yield* documents.readLines(report);

  // What stays is told of once all is compared: only then the guards have spoken.
  if (run.state === 'comparing') return;
  for (const [container, { stopped, foreign }] of Object.entries(run.containers)) {
    if (stopped === undefined && foreign === undefined) continue;
    for await (const line of skippedLines(documents, run, container, stopped)) yield JSON.stringify(line);
  }
}
