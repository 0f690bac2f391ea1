import type { Finding } from '../api/finding.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import { theServiceClock } from '../clock/observed-clock.ts';

/** A worker tells of itself every four minutes; one may be lost. */
const SILENT_AFTER_MS = 10 * 60_000;

const ADVICE =
  'nothing is mirrored until one runs: start "blobmirror worker", or look at the log of the app in Azure';

/**
 * Checks that a worker runs. A warning: before the first deployment none does.
 *
 * @param readWorkers when each worker of the last hour last told of itself
 */
export async function checkWorkers(
  of: string,
  readWorkers: () => Promise<readonly { readonly seenAt: Date }[]>,
  now: () => Date = () => theServiceClock.now(),
): Promise<Finding> {
  const about = { check: 'workers', of };
  try {
    const seen = (await readWorkers()).map(({ seenAt }) => seenAt.getTime());
    if (seen.length === 0)
      return {
        ...about,
        status: 'warning',
        detail: `no worker is known to be at work; ${ADVICE}`,
      };
    const atWork = seen.filter((time) => now().getTime() - time <= SILENT_AFTER_MS).length;
    const last = new Date(Math.max(...seen)).toISOString();
    if (atWork === 0)
      return { ...about, status: 'warning', detail: `no worker has reported since ${last}; ${ADVICE}` };
    const workers = atWork === 1 ? '1 worker is' : `${atWork} workers are`;
    return { ...about, status: 'ok', detail: `${workers} at work; the last report came at ${last}` };
  } catch (thrown) {
    return { ...about, status: 'unknown', detail: toBlobmirrorError(thrown).message };
  }
}
