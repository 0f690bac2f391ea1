import type { Alert, Run } from './run.ts';
import type { ContainerStatus, ExceptedKeys } from './status.ts';
import type { RunId } from '../model/run-id.ts';
import { isIntended } from '../model/unprotected.ts';

/** Alerts of a run that did not see every key. Other members say most of it too; both are checked. */
export const LOST_SIGHT: ReadonlySet<Alert['code']> = new Set<Alert['code']>([
  'source-listing-failed',
  'shard-failed',
  'run-abandoned',
  // Its start time is not reliable.
  'clock-off',
]);

/**
 * Whether a run proves that every change of the source before its start is in the backup, except for the keys in its
 * report: a complete, unrestricted run under these settings, in which no listing or shard failed.
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
    // Every container was walked, except those without a valid name on the backup, which the run reports.
    Object.entries(containers).every(([name, { failed }]) => failed !== undefined || walked.has(name)) &&
    run.mirror === mirror
  );
}

/** The proof of a run: every change of the source before `at` is in the backup, except the `excepted` keys. */
export interface Proof {
  readonly run: RunId;
  /** The start of the run, by the earliest of the clocks: see `Run.provesUpTo`. */
  readonly at: string;
  readonly excepted: ExceptedKeys;
  /** Their number, by reason. */
  readonly byReason: Readonly<Record<string, number>>;
  readonly containers: readonly Omit<ContainerStatus, 'lastMirroredAt'>[];
}

export function toProof({ id, startedAt, provesUpTo = startedAt, counts, samples, containers }: Run): Proof {
  const skipped = Object.entries(counts.skipped).filter(([reason]) => !isIntended(reason));
  const byReason = Object.fromEntries([...skipped, ...Object.entries(counts.failed)]);
  const lines = [...samples.failed, ...samples.skipped].map(({ container, path, reason, code }) => ({
    container,
    path,
    reason: reason ?? code ?? 'unknown',
  }));
  return {
    run: id,
    at: provesUpTo,
    excepted: {
      count: Object.values(byReason).reduce((sum, count) => sum + count, 0),
      sample: lines.filter(({ reason }) => !isIntended(reason)),
    },
    byReason,
    containers: Object.entries(containers).map(([name, progress]) => ({
      name,
      blobs: progress.source,
      bytes: progress.bytes ?? null,
      countedAt: startedAt,
    })),
  };
}
