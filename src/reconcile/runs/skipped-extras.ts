import type { ContainerProgress, ReportLine, Run } from '../../model/reconcile/run.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import { addTallies } from '../add-counts.ts';
import { readExtras, readForeign } from './extras.ts';
import { countForeign } from './guard-deletions.ts';

/** The keys of a container that stay because they are foreign, or because all of its deletions were stopped; none of a dry run. */
export async function* skippedLines(
  documents: DocumentStore,
  run: Run,
  container: string,
  stopped: ContainerProgress['stopped'],
): AsyncGenerator<ReportLine, void, void> {
  // Its slices' own reports have them.
  if (run.request.dryRun) return;
  if (stopped !== undefined)
    for await (const path of readExtras(documents, run, container))
      yield { container, path, verdict: 'skipped', reason: stopped };
  for await (const { path, reason } of readForeign(documents, run, container))
    yield { container, path, verdict: 'skipped', reason: reasonOfForeign(reason, stopped) };
}

/** What of a container is not even looked at, by the reason. */
export function countSkipped(
  progress: ContainerProgress,
  stopped: ContainerProgress['stopped'],
): Readonly<Record<string, number>> {
  const others = progress.extras - countForeign(progress);
  const foreign = Object.entries(progress.foreign ?? {}).map(([reason, many]) => ({
    [reasonOfForeign(reason, stopped)]: many,
  }));
  return [stopped === undefined || others === 0 ? {} : { [stopped]: others }, ...foreign].reduce(
    (sum, each) => addTallies(sum, each),
  );
}

/**
 * Why foreign keys of a container stay. In one that the source has not and of which nothing was ever mirrored, they are
 * no concern of the mirror's.
 */
function reasonOfForeign(reason: string, stopped: ContainerProgress['stopped']): string {
  return stopped === 'container-not-mirrored' ? stopped : reason;
}
