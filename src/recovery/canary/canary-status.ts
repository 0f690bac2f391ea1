import type { CanaryStatus } from '../../model/status.ts';
import type { CanaryDocument } from './canary-document.ts';

/** One is written each minute; after so long without, nobody writes any. */
const STOPPED_AFTER_MS = 180_000;

/**
 * The age of the canary: what the last one took to the backup; while it is not there, the time since the first that is
 * missing was written; and when no other was written for minutes, the time since then, since an old one says nothing of
 * now.
 *
 * @param isOutOfSight the backup, or what is known of the canary, cannot be looked at: nothing is known since the last
 */
export function toCanaryStatus(
  document: CanaryDocument,
  now: Date,
  { isOutOfSight = false }: { readonly isOutOfSight?: boolean } = {},
): CanaryStatus {
  const { last, missingSince, tookMs } = document;
  if (last === undefined) return { state: 'waiting' };
  const since = (time: string): number => Math.max(0, now.getTime() - Date.parse(time));
  const sinceLast = since(last.at);
  const ages = [
    missingSince === undefined ? (tookMs ?? 0) : since(missingSince),
    isOutOfSight || sinceLast > STOPPED_AFTER_MS ? sinceLast : 0,
  ];
  return {
    state: tookMs === undefined ? 'waiting' : 'following',
    ageMs: Math.max(...ages),
    writtenAt: last.at,
  };
}
