import { damaged, isUnreadable } from '../../documents/change-document.ts';
import type { RunId } from '../../model/run-id.ts';
import type { ReportLine } from '../../api/run.ts';
import { toBlobmirrorError } from '../../model/errors.ts';
import { reportLineSchema } from './run-document.ts';
import type { ReconcilerContext } from './reconciler-context.ts';
import { readOutcomes, skippedLines } from './extras.ts';
import { toFailedLine } from './plan-run.ts';

/**
 * Every key of a run that was out of step, as lines of JSON (`ReportLine`); none if there is no such run. A part that
 * cannot be read is a line with an empty path.
 */
export async function* reportRun(
  { parts, runs }: ReconcilerContext,
  id: RunId,
): AsyncGenerator<string, void, void> {
  const run = await runs.read(id);
  if (run === undefined) return;
  const { documents } = parts;
  if (run.state === 'damaged') for (const alert of run.alerts) yield JSON.stringify(toFailedLine('', alert));
  for (const [container, { failed }] of Object.entries(run.containers))
    if (failed !== undefined) yield JSON.stringify(toFailedLine(container, failed));

  for (const [shard, progress] of Object.entries(run.shards).toSorted(([one], [other]) =>
    one < other ? -1 : 1,
  ))
    yield* withDamageLine(progress.container, sliceLines(parts.documents, id, [shard, progress]));

  // What stays is known only after the compare phase, when the guards have decided.
  if (run.state === 'comparing') return;
  for (const [container, { stopped, foreign }] of Object.entries(run.containers)) {
    if (stopped === undefined && foreign === undefined) continue;
    yield* withDamageLine(container, toJsonLines(skippedLines(documents, run, container, stopped)));
  }
}

type Documents = ReconcilerContext['parts']['documents'];

async function* sliceLines(
  documents: Documents,
  id: RunId,
  shard: readonly [string, { readonly slices: number }],
): AsyncGenerator<string, void, void> {
  for await (const { report, reportCount } of readOutcomes(documents, id, [shard])) {
    if (report === undefined) continue;
    let count = 0;
    for await (const line of documents.readLines(report)) {
      if (!isReportLine(line)) throw damaged(report, 'a line of it has another format');
      count++;
      yield line;
    }
    if (count !== (reportCount ?? count)) throw damaged(report, `it has ${count} lines of ${reportCount}`);
  }
}

async function* toJsonLines(lines: AsyncIterable<ReportLine>): AsyncGenerator<string, void, void> {
  for await (const line of lines) yield JSON.stringify(line);
}

/** The lines, and one more if the rest is damaged. */
async function* withDamageLine(
  container: string,
  lines: AsyncIterable<string>,
): AsyncGenerator<string, void, void> {
  try {
    yield* lines;
  } catch (thrown) {
    const error = toBlobmirrorError(thrown);
    if (!isUnreadable(error)) throw thrown;
    yield JSON.stringify(toFailedLine(container, { code: error.code, detail: error.message }));
  }
}

function isReportLine(line: string): boolean {
  try {
    return reportLineSchema.safeParse(JSON.parse(line)).success;
  } catch {
    return false;
  }
}
