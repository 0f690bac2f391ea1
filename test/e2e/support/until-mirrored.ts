import type { Accounts } from './start-environment.ts';
import { splitStamp } from '../../../src/model/stamp.ts';
import { parseEtag } from '../../../src/model/etag.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Waits until the backup has what the source has under this name, or lacks it as the source does.
 */
export async function untilMirrored(
  { source, backup }: Accounts,
  container: string,
  name: string,
): Promise<void> {
  const original = source.getContainerClient(container).getBlobClient(name);
  const copy = backup.getContainerClient(container).getBlobClient(name);
  const wanted = (await original.exists()) ? (await original.getProperties()).etag : undefined;
  await waitUntil(`${container}/${name} is mirrored`, async () => {
    if (!(await copy.exists())) return wanted === undefined;
    const { stamp } = splitStamp((await copy.getProperties()).metadata ?? {});
    return wanted !== undefined && stamp?.etag === parseEtag(wanted);
  });
}
