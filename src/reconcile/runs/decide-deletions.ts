import type { ContainerName } from '../../model/key.ts';
import type { ContainerProgress, ReportLine, Run } from '../../api/run.ts';
import { toBlobmirrorError } from '../../model/errors.ts';
import { MAX_SAMPLES } from '../counts.ts';
import { skippedLines } from './extras.ts';
import { type GuardedContainer, guardDeletions } from './guard-deletions.ts';
import type { ReconcilerParts } from './reconciler-context.ts';

/** What is to become of the keys of a container that only the backup has. */
export interface DeletionDecision {
  readonly container: ContainerName;
  readonly stopped?: NonNullable<ContainerProgress['stopped']> | undefined;
  /** Some of those that are left alone. */
  readonly sample: readonly ReportLine[];
}

/** Judges every container that has such keys, when all of the run is compared. Nothing is changed here. */
export async function decideDeletions(
  parts: ReconcilerParts,
  run: Run,
): Promise<{ readonly judgements: readonly DeletionDecision[]; readonly sourceListingFailed: boolean }> {
  const concerned = Object.entries(run.containers).filter(([, { extras }]) => extras > 0);
  const hasShardFailed = Object.values(run.shards).some(({ failed }) => failed !== undefined);
  let hasSourceListingFailed = run.sourceListingFailed;
  const seen = new Map<string, GuardedContainer['source']>();
  for (const [name, progress] of concerned) {
    if (hasSourceListingFailed || parts.deletes === 'keep') break;
    try {
      seen.set(name, await readSourceState(parts, run, name as ContainerName, progress));
    } catch (thrown) {
      parts.log.warn('the source could not be looked at, so nothing is deleted', {
        run: run.id,
        container: name,
        error: toBlobmirrorError(thrown),
      });
      hasSourceListingFailed = true;
    }
  }

  const judgements: DeletionDecision[] = [];
  let room = MAX_SAMPLES - run.samples.skipped.length;
  for (const [name, progress] of concerned) {
    const container = name as ContainerName;
    const stopped = guardDeletions(
      {
        progress,
        source: seen.get(name) ?? 'there',
        isAllowed: run.request.allowDeletes.includes(container),
        areDeletesKept: parts.deletes === 'keep',
        hasSourceListingFailed,
        hasShardFailed,
      },
      parts.guard,
    );
    const sample = await sampleSkipped(parts, run, name, stopped, room);
    room -= sample.length;
    judgements.push({ container, stopped, sample });
  }
  return { judgements, sourceListingFailed: hasSourceListingFailed };
}

/** The first of the keys that stay. */
async function sampleSkipped(
  { documents, log }: ReconcilerParts,
  run: Run,
  container: string,
  stopped: ContainerProgress['stopped'],
  most: number,
): Promise<readonly ReportLine[]> {
  const sample: ReportLine[] = [];
  try {
    for await (const line of skippedLines(documents, run, container, stopped)) {
      if (sample.length >= most) break;
      sample.push(line);
    }
  } catch (thrown) {
    const error = toBlobmirrorError(thrown);
    if (error.code !== 'document-damaged') throw error;
    // They are counted all the same; whoever goes by the list to delete, or to report, meets it again.
    log.warn('the list of the keys that stay in a container is damaged', {
      run: run.id,
      container,
      error,
      hint: error.hint,
    });
  }
  return sample;
}

/**
 * What the source has of a container now. A run of one prefix may list nothing where the container is not empty, so
 * that is looked up then.
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
