import type { ContainerName } from '../../model/key.ts';
import type { ContainerProgress, ReportLine, Run } from '../../api/run.ts';
import { isUnreadable } from '../../documents/document-kind.ts';
import { toBlobmirrorError } from '../../model/errors.ts';
import { MAX_SAMPLES } from '../counts.ts';
import { skippedLines } from './extras.ts';
import { type GuardedContainer, guardDeletions } from './guard-deletions.ts';
import type { ReconcilerParts } from './reconciler-context.ts';

/** Whether the keys of a container that only the backup has may be deleted. */
export interface DeletionDecision {
  readonly container: ContainerName;
  readonly stopped?: NonNullable<ContainerProgress['stopped']> | undefined;
  /** Samples of those that stay. */
  readonly sample: readonly ReportLine[];
}

/** Decides for every container with such keys, after the compare phase. Changes nothing. */
export async function decideDeletions(
  parts: ReconcilerParts,
  run: Run,
): Promise<{ readonly decisions: readonly DeletionDecision[]; readonly sourceListingFailed: boolean }> {
  const concerned = Object.entries(run.containers).filter(([, { extras }]) => extras > 0);
  const hasShardFailed = Object.values(run.shards).some(({ failed }) => failed !== undefined);
  let hasSourceListingFailed = run.sourceListingFailed;
  const sourceStates = new Map<string, GuardedContainer['source']>();
  for (const [name, progress] of concerned) {
    if (hasSourceListingFailed || parts.deletes === 'keep') break;
    try {
      sourceStates.set(name, await readSourceState(parts, run, name as ContainerName, progress));
    } catch (thrown) {
      parts.log.warn('the source could not be read, so this full sync deletes nothing', {
        run: run.id,
        container: name,
        error: toBlobmirrorError(thrown),
      });
      hasSourceListingFailed = true;
    }
  }

  const decisions: DeletionDecision[] = [];
  let room = MAX_SAMPLES - run.samples.skipped.length;
  for (const [name, progress] of concerned) {
    const container = name as ContainerName;
    const stopped = guardDeletions(
      {
        progress,
        source: sourceStates.get(name) ?? 'there',
        isAllowed: run.request.allowDeletes.includes(container),
        areDeletesKept: parts.deletes === 'keep',
        hasSourceListingFailed,
        hasShardFailed,
      },
      parts.guard,
    );
    const sample = await sampleSkipped(parts, run, name, stopped, room);
    room -= sample.length;
    decisions.push({ container, stopped, sample });
  }
  return { decisions, sourceListingFailed: hasSourceListingFailed };
}

/** The first keys that stay. */
async function sampleSkipped(
  { documents, log }: ReconcilerParts,
  run: Run,
  container: string,
  stopped: ContainerProgress['stopped'],
  max: number,
): Promise<readonly ReportLine[]> {
  const sample: ReportLine[] = [];
  try {
    for await (const line of skippedLines(documents, run, container, stopped)) {
      if (sample.length >= max) break;
      sample.push(line);
    }
  } catch (thrown) {
    const error = toBlobmirrorError(thrown);
    if (!isUnreadable(error)) throw error;
    // Only samples: the counts are right, and deletions and reports that read the list fail by themselves.
    log.warn('the list of keys that stay in a container cannot be read', {
      run: run.id,
      container,
      error,
      hint: error.hint,
    });
  }
  return sample;
}

/**
 * What the source has of a container now. A run of one prefix may have listed nothing of a container that is not empty,
 * so the container is listed then.
 */
async function readSourceState(
  { source, scope }: ReconcilerParts,
  { request }: Run,
  container: ContainerName,
  progress: ContainerProgress,
): Promise<GuardedContainer['source']> {
  if ((await source.readContainer(container)) === undefined) return 'missing';
  if (progress.source > 0) return 'there';
  if (request.prefix === undefined || request.prefix === '') return 'empty';
  for (const { path } of scope.prefixes({ container, path: '' })) {
    for await (const page of source.listBlobs(container, { prefix: path })) {
      if (page.entries.length > 0) return 'there';
    }
  }
  return 'empty';
}
