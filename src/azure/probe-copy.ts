import { randomUUID } from 'node:crypto';
import { type ContainerName, parseBlobPath } from '../model/key.js';
import type { Account } from './connect-account.js';
import { createCopySources } from './copy-source.js';
import { httpStatus, toStorageError } from './storage-error.js';

/**
 * Whether the backup account can fetch from the source by itself: it is asked for a blob that is not there, and says so
 * once it was at the source and was let in. Resolves to false where its service has no such operation.
 *
 * @throws BlobmirrorError of a storage code
 */
export async function probeCopy(
  source: Account,
  backup: Account,
  { from, to }: { readonly from: ContainerName; readonly to: ContainerName },
): Promise<boolean> {
  const path = parseBlobPath(`.blobmirror/check-${randomUUID()}`);
  const blob = backup.client.getContainerClient(to).getBlockBlobClient(path);
  try {
    const { url, ...authorization } = await createCopySources(source).grant({ container: from, path });
    await blob.syncUploadFromURL(url, { ...authorization, conditions: { ifNoneMatch: '*' } });
    await blob.delete();
  } catch (error) {
    if (httpStatus(error) === 501) return false;
    if (httpStatus(error) !== 404) throw toStorageError(error, 'write', backup.name);
  }
  return true;
}
