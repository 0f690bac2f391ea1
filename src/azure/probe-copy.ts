import { randomUUID } from 'node:crypto';
import { type ContainerName, parseBlobPath } from '../model/key.ts';
import type { Account } from './connect-account.ts';
import { createCopySources } from './copy-source.ts';
import { refuseOtherSuccess } from './copy/not-whole.ts';
import { toRefusal } from './copy/refused-ways.ts';
import { httpStatus, isAnswerOfService, toMeanings, toStorageError } from './storage-error.ts';

/**
 * Whether the backup account can fetch from the source by itself: it is asked for a blob that is not there, and says so
 * once it was at the source and was let in. Resolves to false where its service has no such operation, or claims to
 * have copied what does not exist: it ignores what it should copy, and writes an empty blob (Azurite#852).
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
    await refuseOtherSuccess(backup.name, () =>
      blob.syncUploadFromURL(url, { ...authorization, conditions: { ifNoneMatch: '*' } }),
    );
  } catch (error) {
    if (httpStatus(error) === 404 && isAnswerOfService(error)) return true;
    const failure = toStorageError(error, 'write', backup.name);
    const refusal = toRefusal(failure);
    if (refusal === 'harmful') await remove();
    if (refusal === 'harmful' || refusal === 'lacking') return false;
    throw failure;
  }
  await remove();
  return false;

  async function remove(): Promise<void> {
    try {
      await blob.delete();
    } catch (error) {
      if (toMeanings(error)?.read !== 'absent') throw toStorageError(error, 'write', backup.name);
    }
  }
}
