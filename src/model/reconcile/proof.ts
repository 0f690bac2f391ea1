import type { ContainerStatus, ExceptedKeys } from '../status.ts';
import type { Run, RunId } from './run.ts';

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
