import type { Alert, Run } from './run.ts';
import type { ContainerStatus, ExceptedKeys } from './status.ts';
import type { RunId } from '../model/run-id.ts';

/** Most are told in another member as well; neither alone is believed to be all. */
const LOST_SIGHT: ReadonlySet<Alert['code']> = new Set<Alert['code']>([
  'source-listing-failed',
  'shard-failed',
  'run-abandoned',
  // Nobody knows when it began.
  'clock-off',
]);

/**
 * Whether a run saw every change that the source had before it began, and repaired it, the keys in its report excepted:
 * a run of everything that came to its end, under these very settings, and lost nothing from sight on the way.
 *
 * @param mirror what the settings say is mirrored: see `Run.mirror`
 */
export function isProof(run: Run, mirror: string): boolean {
  const { state, request, shards, containers, alerts, sourceListingFailed } = run;
  const walked = new Set(Object.values(shards).map(({ container }) => container));
  return (
    state === 'done' &&
    request.container === undefined &&
    (request.prefix ?? '') === '' &&
    !request.dryRun &&
    !sourceListingFailed &&
    !alerts.some(({ code }) => LOST_SIGHT.has(code)) &&
    Object.values(shards).every(({ isDone, failed }) => isDone && failed === undefined) &&
    // Nothing that the run knew of was left unwalked, but what cannot be named on the backup, which it excepts.
    Object.entries(containers).every(([name, { failed }]) => failed !== undefined || walked.has(name)) &&
    run.mirror === mirror
  );
}

/** What a run proved: every change of the source before its start is in the backup, but for what it excepts. */
export interface Proof {
  readonly run: RunId;
  /** Its start, as far as it may be claimed. */
  readonly at: string;
  readonly excepted: ExceptedKeys;
  readonly containers: readonly Omit<ContainerStatus, 'lastMirroredAt'>[];
}

/** What is left on the backup because the settings say so, and takes nothing from what is proven. */
const AS_IT_SHOULD_BE: ReadonlySet<string> = new Set(['deletes-are-kept', 'container-not-mirrored']);

export function toProof({ id, startedAt, provesUpTo = startedAt, counts, samples, containers }: Run): Proof {
  const skipped = Object.entries(counts.skipped).filter(([reason]) => !AS_IT_SHOULD_BE.has(reason));
  const sums = [...skipped, ...Object.entries(counts.failed)].map(([, count]) => count);
  const lines = [...samples.failed, ...samples.skipped].map(({ container, path, reason, code }) => ({
    container,
    path,
    reason: reason ?? code ?? 'unknown',
  }));
  return {
    run: id,
    at: provesUpTo,
    excepted: {
      count: sums.reduce((sum, count) => sum + count, 0),
      sample: lines.filter(({ reason }) => !AS_IT_SHOULD_BE.has(reason)),
    },
    containers: Object.entries(containers).map(([name, progress]) => ({
      name,
      blobs: progress.source,
      bytes: progress.bytes ?? null,
      countedAt: startedAt,
    })),
  };
}
