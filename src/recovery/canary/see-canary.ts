import { isBlob } from '../../model/reading.ts';
import type { Reading } from '../../model/reading.ts';
import { type CanaryDocument, canaryText } from './canary-document.ts';

/**
 * How long the last canary took, in milliseconds, if it is what the backup has; undefined while it is not.
 *
 * @param now when it was seen by somebody who was waiting for it; without it, the second of the backup's write counts
 */
export function seeCanary(
  { last }: CanaryDocument,
  onBackup: Reading,
  source: string,
  now?: Date,
): number | undefined {
  if (last === undefined || !isBlob(onBackup)) return undefined;
  const { stamp, lastModified, size } = onBackup;
  if (stamp?.etag !== last.etag || stamp.account !== source) return undefined;
  // A stamp on a blob of another size is not believed, here as anywhere.
  if (size !== canaryText(last.at).length) return undefined;
  return Math.max(0, (now ?? lastModified).getTime() - Date.parse(last.at));
}
