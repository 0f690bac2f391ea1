import type { BlobmirrorError } from '../../model/errors.ts';
import type { Run } from '../../model/reconcile/run.ts';
import { addAlert } from './add-alert.ts';
import { progressOf } from './run-progress.ts';

/** A listing of the source failed, whether or not a later try went well: what it did not show may be there. */
export function noteFailedListing(run: Run): Run {
  return {
    ...run,
    sourceListingFailed: true,
    alerts: addAlert(run.alerts, {
      code: 'source-listing-failed',
      detail:
        'A listing of the source failed on the way, so this run deletes nothing. The log says which, and why.',
    }),
  };
}

/** A shard that no other try would help. The rest of its container is not looked at in this run. */
export function giveUp(run: Run, shard: string, { code, message, hint }: BlobmirrorError): Run | undefined {
  const progress = progressOf(run, shard);
  if (progress === undefined || progress.isDone) return undefined;
  const { plan: _plan, tries: _tries, ...rest } = progress;
  const { container } = progress;
  return {
    ...run,
    shards: { ...run.shards, [shard]: { ...rest, isDone: true, failed: code } },
    alerts: addAlert(run.alerts, {
      code: 'shard-failed',
      container,
      detail: `A part of ${container} could not be looked at (${code}: ${message}). ${hint}`,
    }),
  };
}
