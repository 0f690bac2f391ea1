import type { ReportLine, RunId } from '../../model/reconcile/run.js';
import type { Desk } from './desk.js';
import { readExtras, readOutcomes } from './extras.js';
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

  // A dry run has them in its slices' own reports.
  if (run.request.dryRun) return;
  for (const [container, { stopped }] of Object.entries(run.containers)) {
    if (stopped === undefined) continue;
    for await (const path of readExtras(documents, run, container)) {
      const line: ReportLine = { container, path, verdict: 'skipped', reason: stopped };
      yield JSON.stringify(line);
    }
  }
}
